"""The Event Grid webhook, as the Functions extension answers it.

``POST /runtime/webhooks/eventgrid?functionName=F&code=K`` with the header ``aeg-event-type``:

1. a wrong or missing key: 401 (the system key ``eventgrid_extension`` or the master key);
2. F is no function with an Event Grid trigger: 404;
3. more than 1 MB, the most that Event Grid sends: 413;
4. the body is not JSON: 400;
5. SubscriptionValidation: 200 with ``{"validationResponse": code}``, the handshake;
6. Notification, an array or one event: one invocation per event, in parallel; 202 when all succeeded, else 500, upon
   which Event Grid sends the whole batch again: functions must be idempotent;
7. Unsubscribe: 202. Anything else: 400.

``OPTIONS`` is the CloudEvents handshake (cloudevents/spec http-webhook.md, "Abuse Protection").
Behaviour from Azure/azure-functions-eventgrid-extension, HttpRequestProcessor.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from simulator.host.contract import Inputs, event_grid_inputs
from simulator.host.keys import Keys, given_key
from simulator.host.worker import IndexedFunction, Outcome

PATH = "/runtime/webhooks/eventgrid"
LARGEST_BODY = 1024 * 1024

RunFunction = Callable[[IndexedFunction, Inputs], Awaitable[Outcome]]


class EventGridWebhook:
    """Answers Event Grid for the functions that have its trigger."""

    def __init__(self, functions: Mapping[str, IndexedFunction], keys: Keys, run: RunFunction) -> None:
        self._functions = {name.lower(): function for name, function in functions.items()}
        self._keys = keys
        self._run = run

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request; see the module's numbered list."""
        if not self._keys.may_call_webhook("eventgrid_extension", given_key(request.headers, request.query)):
            return web.Response(status=401)
        function = self._functions.get(request.query.get("functionName", "").lower())
        if function is None:
            return web.Response(status=404, text="no function of that name has an Event Grid trigger")
        if request.method == "OPTIONS":
            return _cloud_events_handshake(request)
        body = await request.read() if (request.content_length or 0) <= LARGEST_BODY else None
        if body is None or len(body) > LARGEST_BODY:
            return web.Response(status=413, text="Event Grid sends at most 1 MB")
        try:
            content = json.loads(body)
        except ValueError as problem:
            return web.Response(status=400, text=f"the body is not JSON: {problem}")
        return await self._answer_kind(request.headers.get("aeg-event-type", ""), function, content)

    async def _answer_kind(self, kind: str, function: IndexedFunction, content: Any) -> web.Response:
        match kind.lower():
            case "subscriptionvalidation":
                return _handshake(content)
            case "notification":
                return await self._notify(function, content)
            case "unsubscribe":
                return web.Response(status=202)
            case _:
                return web.Response(status=400, text="the header aeg-event-type is missing or unknown")

    async def _notify(self, function: IndexedFunction, content: Any) -> web.Response:
        events = content if isinstance(content, list) else [content]
        if not all(isinstance(event, dict) for event in events):
            return web.Response(status=400, text="every event must be a JSON object")
        outcomes = await asyncio.gather(*(self._run(function, event_grid_inputs(event)) for event in events))
        failed = sum(not outcome.ok for outcome in outcomes)
        if failed:
            return web.Response(status=500, text=f"{failed} of {len(events)} events failed")
        return web.Response(status=202)


def _handshake(content: Any) -> web.Response:
    event = content[0] if isinstance(content, list) and content else content
    data = event.get("data") if isinstance(event, dict) else None
    code = data.get("validationCode") if isinstance(data, dict) else None
    if not isinstance(code, str):
        return web.Response(status=400, text="the validation event has no data.validationCode")
    return web.json_response({"validationResponse": code})


def _cloud_events_handshake(request: web.Request) -> web.Response:
    origin = request.headers.get("WebHook-Request-Origin")
    if not origin:
        return web.Response(status=400, text="the header WebHook-Request-Origin is missing")
    headers = {"WebHook-Allowed-Origin": origin, "Allow": "POST, OPTIONS"}
    if rate := request.headers.get("WebHook-Request-Rate"):
        headers["WebHook-Allowed-Rate"] = rate
    return web.Response(status=200, headers=headers)
