"""Faults of an interface, as data.

A `Fault` says which requests it meets and what happens to them: an error answer, a delay, a broken connection. A
`FaultPlan` hands each fault out as often as it may strike, the oldest first. Both faces ask their plan before they
look at the world, except that a fault with `after_effect` lets the request do its work and spoils only the answer:
the caller cannot know what happened.

Faults of the world itself (no capacity in the region, a quota) are not here but in `simulator.world.azure`, because
there the refusal must agree with the numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.wire import NoAnswer, Request, Response, Silence, json_response


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests that match; None for all until it is removed."""

    times: int | None = 1
    method: str | None = None
    path: str = ""
    """Regular expression, searched in the path, case does not matter."""
    body: str = ""
    """Regular expression, searched in the body (a Mesos v1 call is known by its body only)."""
    status: int | None = None
    error: Any = None
    """Body of the answer, encoded as JSON."""
    headers: dict[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    """Waited before anything else."""
    silence: Silence | None = None
    after_effect: bool = False
    """The request takes effect; only its answer is replaced."""

    def meets(self, request: Request) -> bool:
        if self.times == 0 or (self.method is not None and self.method.upper() != request.method):
            return False
        if self.body and not re.search(self.body, request.body.decode("utf-8", "replace")):
            return False
        return re.search(self.path, request.path, re.IGNORECASE) is not None

    def answer(self) -> Response | None:
        """The spoiled answer; None when the fault only delays. Raises NoAnswer."""
        if self.silence is not None:
            raise NoAnswer(self.silence)
        if self.status is None:
            return None
        return json_response(self.status, self.error, self.headers)


class FaultPlan:
    """The faults of one interface that are still to come."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.struck = 0

    def add(self, fault: Fault) -> Fault:
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        self.faults.clear()

    def take(self, request: Request) -> Fault | None:
        """The fault that this request meets, used up by one."""
        for fault in self.faults:
            if fault.meets(request):
                if fault.times is not None:
                    fault.times -= 1
                self.struck += 1
                return fault
        return None

    async def around(self, request: Request, clock: Clock, effect: Callable[[], Response]) -> Response:
        """The answer of `effect`, or what the fault that the request meets makes of it. Raises NoAnswer."""
        fault = self.take(request)
        if fault is None:
            return effect()
        if fault.latency_s:
            await clock.sleep(fault.latency_s)
        if fault.after_effect:
            response = effect()
            return fault.answer() or response
        return fault.answer() or effect()


def _arm_error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def throttled(retry_after_s: int = 30, **which: Any) -> Fault:
    """429 of the compute provider: no `error` wrapper (azure-docs troubleshooting-throttling-errors)."""
    detail = {"code": "TooManyRequests", "target": "HighCostGet30Min", "message": "{}"}
    body = {
        "code": "OperationNotAllowed",
        "message": "The server rejected the request because too many requests have been received for this"
        " subscription.",
        "details": [detail],
    }
    return Fault(status=429, error=body, headers={"Retry-After": str(retry_after_s)}, **which)


def conflict(**which: Any) -> Fault:
    """409: somebody else's operation is in progress."""
    text = "The request failed due to conflict with a concurrent request. Retry the request later."
    return Fault(status=409, error=_arm_error("Conflict", text), **which)


def server_error(status: int = 500, **which: Any) -> Fault:
    """500 or 503 without a reason."""
    code = "ServiceUnavailable" if status == 503 else "InternalServerError"
    return Fault(status=status, error=_arm_error(code, "The service could not handle the request."), **which)


def dropped(after_effect: bool = False, **which: Any) -> Fault:
    """The connection breaks; with `after_effect` the request was carried out."""
    return Fault(silence=Silence.DROPPED, after_effect=after_effect, **which)
