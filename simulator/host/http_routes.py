"""HTTP functions: route templates, auth levels, request in and response out.

Templates are those of the Functions host (ASP.NET route templates): literals, ``{name}``, ``{name?}``,
``{name:int}`` and ``{*rest}``, compared without regard to case. A literal segment wins over a parameter. A method
that a function does not list is a 404, as in Azure, because the method is part of the route there.

The caller sees 401 for a wrong key and an empty 500 for a function that failed; why it failed stands in the log.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie

from aiohttp import web
from azure.functions.meta import Datum

from simulator.host.contract import HttpCall, Inputs, http_inputs
from simulator.host.errors import SettingsError
from simulator.host.keys import Keys, given_key
from simulator.host.worker import IndexedFunction, Outcome

RunFunction = Callable[[IndexedFunction, Inputs], Awaitable[Outcome]]

_CONSTRAINTS = {
    "int": r"-?\d+",
    "long": r"-?\d+",
    "bool": r"true|false",
    "alpha": r"[a-z]+",
    "guid": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}
_PARAMETER = re.compile(r"\{(?P<rest>\*)?(?P<name>\w+)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
# What the server itself writes; a function's own values would contradict the body that is sent.
_WRITTEN_BY_SERVER = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP function and the requests that it answers."""

    function: IndexedFunction
    path: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    level: str
    precedence: tuple[int, ...]

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The route parameters when this route answers the request, else None."""
        if self.methods and method not in self.methods:
            return None
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        return {name: value for name, value in found.groupdict().items() if value is not None}


def route_of(function: IndexedFunction, prefix: str) -> Route:
    """The route of an HTTP function under host.json's ``routePrefix``. Raises ``SettingsError`` for a bad template."""
    trigger = function.trigger
    template = trigger.text("route", function.name).strip("/")
    path = "/" + "/".join(part for part in (prefix, template) if part)
    segments = [segment for segment in path.split("/") if segment]
    methods = trigger.settings.get("methods") or ()
    return Route(
        function=function,
        path=path,
        pattern=re.compile("".join(_segment(one, function.name) for one in segments) + "/?", re.IGNORECASE),
        methods=frozenset(str(method).upper() for method in methods),
        level=trigger.text("authLevel", "function").lower(),
        precedence=tuple(_rank(segment) for segment in segments),
    )


class HttpFunctions:
    """Finds the function for a request and answers with what it returns."""

    def __init__(self, routes: Iterable[Route], keys: Keys, run: RunFunction) -> None:
        self.routes = tuple(sorted(routes, key=lambda route: route.precedence))
        self._keys = keys
        self._run = run

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request with its function's response, or 404, 401, 500."""
        for route in self.routes:
            parameters = route.match(request.method, request.path)
            if parameters is not None:
                return await self._call(route, parameters, request)
        return web.Response(status=404)

    async def _call(self, route: Route, parameters: Mapping[str, str], request: web.Request) -> web.Response:
        key = given_key(request.headers, request.query)
        if not self._keys.may_call_function(route.function.name, route.level, key):
            return web.Response(status=401)
        call = HttpCall(
            method=request.method,
            url=str(request.url),
            headers=_joined((name.lower(), value) for name, value in request.headers.items()),
            query=_joined((name, value) for name, value in request.query.items() if value),
            route=parameters,
            body=await request.read(),
        )
        outcome = await self._run(route.function, http_inputs(call))
        return _response(route.function, outcome)


def _response(function: IndexedFunction, outcome: Outcome) -> web.Response:
    if not outcome.ok:
        return web.Response(status=500)
    name = next((binding.name for binding in function.outputs if binding.type == "http"), "$return")
    answer = outcome.returned if name == "$return" else dict(outcome.outputs).get(name)
    if answer is None or answer.type is None:
        return web.Response(status=204)
    if answer.type != "http":
        return web.Response(text=str(answer.value))
    return _from_datum(answer)


def _from_datum(answer: Datum) -> web.Response:
    response = web.Response(status=int(answer.value["status_code"].value), body=answer.value["body"].value)
    for name, value in answer.value["headers"].items():
        if name.lower() not in _WRITTEN_BY_SERVER:
            response.headers[name] = value.value
    cookies: list[SimpleCookie] = answer.value.get("cookies") or []
    for cookie in cookies:
        for morsel in cookie.values():
            response.headers.add("Set-Cookie", morsel.OutputString())
    return response


def _segment(segment: str, function: str) -> str:
    if "{" not in segment:
        return "/" + re.escape(segment)
    found = _PARAMETER.fullmatch(segment)
    if found is None or (found["kind"] and found["kind"].lower() not in _CONSTRAINTS):
        raise SettingsError(
            f"The route segment {segment!r} of {function} is not one that this host knows; it did not start. "
            f"Allowed: {{name}}, {{name?}}, {{*name}} and {{name:kind}} with {', '.join(_CONSTRAINTS)}."
        )
    if found["rest"]:
        return f"(?:/(?P<{found['name']}>.*))?"
    kind = _CONSTRAINTS[found["kind"].lower()] if found["kind"] else "[^/]+"
    return f"(?:/(?P<{found['name']}>{kind}))" + ("?" if found["optional"] else "")


def _rank(segment: str) -> int:
    if "{" not in segment:
        return 0
    if "{*" in segment:
        return 3
    return 1 if ":" in segment else 2


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Repeated names become one value with commas, as the host does."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
