"""HTTP: the API, for the command line, the console, and whoever else is on call.

    GET ...            v1/...          a bearer token of Entra, or our own key; see shared/api/routes.py
    GET                health/live     whether it answers
    GET                health/ready    whether it reads its storage and has a policy

Anonymous for the Functions host: who calls is checked by us, because the host does not tell whose key it saw.
"""

import azure.functions as func

from shared.api.answers import Answer
from shared.api.called import Request
from shared.api.health import answered, live, ready
from shared.runtime import api

blueprint = func.Blueprint()


@blueprint.function_name("api_call")
@blueprint.route(route="v1/{*path}", auth_level=func.AuthLevel.ANONYMOUS)
async def api_call(req: func.HttpRequest) -> func.HttpResponse:
    """Any call of the API, by any method: a wrong one is answered with those that the path takes."""
    headers = {name.lower(): value for name, value in req.headers.items()}
    path = (req.route_params.get("path") or "").strip("/")
    request = Request(req.method or "", path, dict(req.params), headers, req.get_body())
    return _response(await answered(api, request))


@blueprint.function_name("health_live")
@blueprint.route(route="health/live", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health_live(req: func.HttpRequest) -> func.HttpResponse:
    """Whether this process answers."""
    return _response(live())


@blueprint.function_name("health_ready")
@blueprint.route(route="health/ready", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health_ready(req: func.HttpRequest) -> func.HttpResponse:
    """Whether it reads its storage, and a policy is in force there."""
    return _response(await ready(lambda: api().office))


def _response(answer: Answer) -> func.HttpResponse:
    return func.HttpResponse(
        answer.body, status_code=answer.status, headers=answer.all_headers, mimetype=answer.kind
    )
