"""HTTP: the console, a page that asks the API beside it. Its files are for everybody; what it shows is not.

GET     console/...     the page and its files, see shared/console/serve.py
"""

import azure.functions as func

from shared.runtime import console

blueprint = func.Blueprint()


@blueprint.function_name("console_file")
@blueprint.route(route="console/{*path}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
async def console_file(req: func.HttpRequest) -> func.HttpResponse:
    """A file of the console; its page at the root."""
    headers = {name.lower(): value for name, value in req.headers.items()}
    answer = console().answer(req.route_params.get("path") or "", headers)
    return func.HttpResponse(
        answer.body, status_code=answer.status, headers=answer.all_headers, mimetype=answer.kind
    )
