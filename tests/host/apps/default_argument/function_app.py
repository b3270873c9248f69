"""The worker refuses a parameter that no binding declares, also when it has a default."""

import azure.functions as func

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="work", connection="AzureWebJobsStorage")
def work(message: func.QueueMessage, tries: int = 3) -> None:
    pass
