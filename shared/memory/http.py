"""HTTP in memory: routes given as a dict of functions, and a record of every call.

What is in no route cannot be reached (`ConnectionError`), like a machine that is gone. A route may raise to play a
timeout or a lost connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.ports.http import Http, HttpAnswer, HttpCall

type Route = Callable[[HttpCall], HttpAnswer]


class MemoryHttp(Http):
    """`routes` maps `"METHOD url"`, the url without its query, to a function. `calls` is what was sent, in order."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self.routes = dict(routes)
        self.calls: list[HttpCall] = []

    async def send(self, call: HttpCall) -> HttpAnswer:
        self.calls.append(call)
        route = self.routes.get(f"{call.method} {call.url.partition('?')[0]}")
        if route is None:
            raise ConnectionRefusedError(f"nothing answers to {call.method} {call.url}")
        return route(call)
