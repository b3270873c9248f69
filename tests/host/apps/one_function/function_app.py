"""The smallest app: to follow another one in the same process."""

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="only")
def only(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("only")
