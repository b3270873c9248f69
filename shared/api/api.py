"""One request, from its path to its answer.

1. Who calls? Nobody: 401. That cannot be told now: 503.
2. Which route? None with this path: 404; another method: 405 with those that it takes.
3. May the caller do that? No: 403.
4. Names, filters, body and etag are checked for their form: 400, 412, 413, 415, 422.
5. The office answers, or an error of the app does (`problem.py`). An action with an Idempotency-Key is done once; one
   that is rehearsed is not done, and leaves the key unused.

Whoever is turned away in 1 or 3 is in the audit. Nothing that a caller sent gets into a log unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.desk.office import Office
from shared.errors import PoolkeeperError, Refused, Retry
from shared.ports.clock import Clock

from .answers import Answer, done, told, trouble
from .called import Called, Request, called
from .once import Once
from .openapi import description
from .problem import Answered, problem, problem_of
from .route import Route
from .routes import find
from .turned_away import TurnedAway
from .who import Caller, Doorman

DESCRIPTION = "openapi.json"


@dataclass(frozen=True)
class Api:
    office: Office
    doorman: Doorman
    once: Once
    turned_away: TurnedAway
    clock: Clock

    async def answer(self, request: Request) -> Answer:
        """Raises nothing but what is a mistake of our own."""
        try:
            return await self._answer(request)
        except PoolkeeperError as error:
            return trouble(problem_of(error), request.path)

    async def _answer(self, request: Request) -> Answer:
        caller = await self._let_in(request)
        if (request.method, request.path) == ("GET", DESCRIPTION):
            return told(description(), request.header("if-none-match"))
        route, names, methods = find(request.method, request.path)
        if route is None:
            raise _no_route(request, methods)
        await self._check_role(caller, route, request)
        call = called(caller, names, request, (route.query, route.body))
        if route.method == "GET":
            return told(await route.does(self.office, call), request.header("if-none-match"))
        if call.query.rehearse:
            return done(await route.does(self.office.rehearsed(), call))
        return await self.once.carry_out(
            caller.name, request, self.clock.now(), lambda: self._act(route, call, request)
        )

    async def _act(self, route: Route, call: Called, request: Request) -> Answer:
        """With errors as answers, which are kept like any other."""
        try:
            return done(await route.does(self.office, call))
        except PoolkeeperError as error:
            return trouble(problem_of(error), request.path)

    async def _let_in(self, request: Request) -> Caller:
        """Condition 1."""
        try:
            return await self.doorman.let_in(request.header("authorization"), request.header("x-api-key"))
        except Refused as refused:
            await self._tell(refused.reason, request.header("x-forwarded-for") or "somebody", request)
            detail = (
                "These credentials are not known here: send a bearer token of Entra, or a key as x-api-key."
            )
            raise Answered(problem(401, "not_known", detail), {"WWW-Authenticate": "Bearer"}) from None
        except Retry as later:
            wait = str(max(1, round(later.after.total_seconds())))
            detail = "The caller could not be checked just now."
            raise Answered(problem(503, "not_checked", detail), {"Retry-After": wait}) from None

    async def _check_role(self, caller: Caller, route: Route, request: Request) -> None:
        """Condition 3."""
        if not caller.role.may(route.role):
            await self._tell("role_missing", caller.name, request)
            numbers = {"has": caller.role.value, "needs": route.role.value}
            detail = f"{caller.name} has the role {caller.role.value}, and this needs {route.role.value}."
            raise Answered(problem(403, "role_missing", detail, numbers))

    async def _tell(self, reason: str, whom: str, request: Request) -> None:
        await self.turned_away.tell(reason, whom, f"{request.method} {request.path}", self.clock.now())


def _no_route(request: Request, methods: tuple[str, ...]) -> Answered:
    if not methods:
        return Answered(problem(404, "no_such_path", "There is nothing under this path; see openapi.json."))
    allowed = ", ".join(methods)
    return Answered(problem(405, "other_method", f"This takes {allowed}."), {"Allow": allowed})
