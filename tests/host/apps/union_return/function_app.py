"""The worker refuses a union as the type of the returned value."""

import azure.functions as func

app = func.FunctionApp()


@app.route(route="hello")
def hello(req: func.HttpRequest) -> func.HttpResponse | str:
    return "hello"
