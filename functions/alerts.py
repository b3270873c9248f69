"""HTTP: alerts of Alertmanager and of Azure Monitor.

Each answers at once: it lets in, translates, and the output binding puts the signals into their queue. Acting on them
is the queue's business. What can never be understood is answered with 400 and kept in the quarantine; both senders
leave such a message, and send again what is answered with 500 or 503.

    POST alerts/alertmanager            function key (as `code` in the URL), and a login when one is sent
    POST alerts/alertmanager/login      bearer token, or user name and password
    POST alerts/azure-monitor           function key, and a token when one is sent
    POST alerts/azure-monitor/entra     token of Microsoft Entra (secure webhook)
"""

import json
import logging
import typing

import azure.functions as func

from shared.errors import Poison, Refused, Retry
from shared.model.signals import Source
from shared.runtime import app, gate
from shared.signals.alert import MOST_BYTES

blueprint = func.Blueprint()
log = logging.getLogger(__name__)
_Refusal = typing.Optional[func.HttpResponse]


@blueprint.function_name("alertmanager_alert")
@blueprint.route(route="alerts/alertmanager", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.queue_output(arg_name="signals", queue_name="signals", connection="AzureWebJobsStorage")
async def alertmanager_alert(req: func.HttpRequest, signals: func.Out[typing.List[str]]) -> func.HttpResponse:
    """A group of alerts, from whoever has a function key."""
    return await _take_in(Source.ALERTMANAGER, req, signals, has_key=True)


@blueprint.function_name("alertmanager_login")
@blueprint.route(route="alerts/alertmanager/login", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.queue_output(arg_name="signals", queue_name="signals", connection="AzureWebJobsStorage")
async def alertmanager_login(req: func.HttpRequest, signals: func.Out[typing.List[str]]) -> func.HttpResponse:
    """A group of alerts. Anonymous for the host, because the login is checked here."""
    return await _take_in(Source.ALERTMANAGER, req, signals, has_key=False)


@blueprint.function_name("azure_monitor_alert")
@blueprint.route(route="alerts/azure-monitor", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.queue_output(arg_name="signals", queue_name="signals", connection="AzureWebJobsStorage")
async def azure_monitor_alert(
    req: func.HttpRequest, signals: func.Out[typing.List[str]]
) -> func.HttpResponse:
    """One alert in the common schema, from whoever has a function key."""
    return await _take_in(Source.AZURE_MONITOR, req, signals, has_key=True)


@blueprint.function_name("azure_monitor_entra")
@blueprint.route(route="alerts/azure-monitor/entra", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.queue_output(arg_name="signals", queue_name="signals", connection="AzureWebJobsStorage")
async def azure_monitor_entra(
    req: func.HttpRequest, signals: func.Out[typing.List[str]]
) -> func.HttpResponse:
    """One alert in the common schema. Anonymous for the host, because the token is checked here."""
    return await _take_in(Source.AZURE_MONITOR, req, signals, has_key=False)


async def _take_in(
    source: Source, req: func.HttpRequest, signals: typing.Any, has_key: bool
) -> func.HttpResponse:
    """Let in, look at the form, translate, enqueue."""
    signals.set([])
    refused = await _not_let_in(source, req, has_key) or _not_fitting(req)
    if refused is not None:
        return refused
    try:
        told = await app().hear_alerts(source, req.get_body())
    except Poison as poison:
        log.warning("a body for %s was not understood: %s", source.value, poison.why)
        return _answer(400, {"error": poison.why})
    signals.set(list(told.messages))
    return _answer(202, told.counts)


async def _not_let_in(source: Source, req: func.HttpRequest, has_key: bool) -> _Refusal:
    """The answer to somebody who may not come in, or of whom that cannot be told now; else None."""
    try:
        await gate().check(source, req.headers.get("Authorization", ""), has_key)
    except Refused as refused:
        log.warning("a caller of the door for %s was not let in: %s", source.value, refused.reason)
        why = {"error": "these credentials do not open this door"}
        return _answer(401, why, {"WWW-Authenticate": "Bearer"})
    except Retry as later:
        log.warning("a caller of the door for %s could not be checked: %s", source.value, later)
        wait = {"Retry-After": str(int(later.after.total_seconds()))}
        return _answer(503, {"error": "the caller could not be checked just now"}, wait)
    return None


def _not_fitting(req: func.HttpRequest) -> _Refusal:
    """The answer to what is not taken in for its form; else None."""
    if not _is_json(req.headers):
        return _answer(415, {"error": "send application/json, not compressed"})
    if len(req.get_body()) > MOST_BYTES:
        return _answer(413, {"error": f"send at most {MOST_BYTES} bytes"})
    return None


def _is_json(headers: typing.Any) -> bool:
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    plain = headers.get("Content-Encoding", "identity").strip().lower() in {"identity", ""}
    return plain and (kind in {"application/json", "text/json"} or kind.endswith("+json"))


def _answer(
    status: int, body: typing.Mapping[str, object], headers: typing.Optional[typing.Dict[str, str]] = None
) -> func.HttpResponse:
    return func.HttpResponse(
        json.dumps(body), status_code=status, headers=headers, mimetype="application/json"
    )
