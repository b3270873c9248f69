"""The host's own HTTP surface: run a function by hand, list the functions, ask how the host is.

``POST /admin/functions/NAME`` with ``{"input": "..."}`` starts a function that is not an HTTP function and answers
202 at once; how it ended stands in the log (Azure/azure-docs functions-manually-run-non-http). The input is the
trigger's value: the message text for a queue, one event as JSON for Event Grid, nothing for a timer.

All of it needs the master key when keys are configured.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from simulator.host.contract import Inputs, QueueDelivery, event_grid_inputs, queue_inputs, timer_inputs
from simulator.host.keys import Keys, given_key
from simulator.host.worker import IndexedFunction


@dataclass(frozen=True, slots=True)
class AdminView:
    """What the admin endpoints look at: all functions, those that are listened to, the clock, the start."""

    functions: Mapping[str, IndexedFunction]
    listened: frozenset[str]
    keys: Keys
    now: Callable[[], datetime]
    started_at: datetime


class UnusableInput(ValueError):
    """The given input is nothing that the function's trigger could have produced."""


class Admin:
    """Answers ``/admin``. ``start`` runs a function in the background."""

    def __init__(self, view: AdminView, start: Callable[[IndexedFunction, Inputs], None]) -> None:
        self._view = view
        self._by_name = {name.lower(): function for name, function in view.functions.items()}
        self._start = start

    async def run_function(self, request: web.Request) -> web.Response:
        """POST /admin/functions/NAME."""
        if not self._is_allowed(request):
            return web.Response(status=401)
        function = self._by_name.get(request.match_info["name"].lower())
        if function is None:
            return web.Response(status=404)
        try:
            document = json.loads(await request.read() or b"{}")
            given = document.get("input", "") if isinstance(document, dict) else None
            if not isinstance(given, str):
                raise UnusableInput('the body must be {"input": "..."} with a text')
            inputs = inputs_by_hand(function, given, self._view.now())
        except ValueError as problem:
            return web.Response(status=400, text=str(problem))
        self._start(function, inputs)
        return web.Response(status=202)

    async def list_functions(self, request: web.Request) -> web.Response:
        """GET /admin/functions: name, trigger and bindings of every function."""
        if not self._is_allowed(request):
            return web.Response(status=401)
        return web.json_response([self._describe(function) for function in self._view.functions.values()])

    async def host_status(self, request: web.Request) -> web.Response:
        """GET /admin/host/status: the state and the milliseconds since the start."""
        if not self._is_allowed(request):
            return web.Response(status=401)
        up = self._view.now() - self._view.started_at
        milliseconds = round(up / timedelta(milliseconds=1))
        return web.json_response({"id": "local", "state": "Running", "processUptime": milliseconds})

    def _describe(self, function: IndexedFunction) -> dict[str, Any]:
        return {
            "name": function.name,
            "isListenedTo": function.name in self._view.listened,
            "config": {"bindings": [dict(one.settings) for one in (function.trigger, *function.outputs)]},
        }

    def _is_allowed(self, request: web.Request) -> bool:
        return self._view.keys.may_administer(given_key(request.headers, request.query))


def inputs_by_hand(function: IndexedFunction, given: str, now: datetime) -> Inputs:
    """What ``function`` gets when it is started by hand. Raises ``UnusableInput``."""
    kind = function.trigger.type
    if kind == "timerTrigger":
        return timer_inputs(None, now, is_past_due=False)
    if kind == "queueTrigger":
        return queue_inputs(_by_hand(given, now))
    if kind == "eventGridTrigger":
        event = json.loads(given)
        if not isinstance(event, dict):
            raise UnusableInput(
                "the input of an Event Grid function must be one event, a JSON object in a text"
            )
        return event_grid_inputs(event)
    raise UnusableInput(f"a function with a {kind} cannot be started by hand on this host")


def _by_hand(given: str, now: datetime) -> QueueDelivery:
    return QueueDelivery(
        body=given.encode(),
        message_id=str(uuid.uuid4()),
        pop_receipt="",
        dequeue_count=1,
        inserted_at=now,
        expires_at=datetime(9999, 12, 31, tzinfo=UTC),
        next_visible_at=now,
    )
