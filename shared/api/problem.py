"""Every error as a problem document (RFC 9457), with the reason as its type, so that it can be searched for.

Told         by its kind: missing 404, unclear and not_now 409, mistaken 422, changed 412, unready 503
Refused      409: a rule says no
Conflict     409: somebody else wrote first, and the same may be tried again at once
Retry        503 with Retry-After: nothing was done
Unknown      502: whether it was done is not known
Poison       422: it can never work
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct

from shared.desk.told import No, Told
from shared.errors import Conflict, Poison, PoolkeeperError, Refused, Retry, Unknown, brief
from shared.model.decisions import Number

STATUS = {
    No.MISSING: 404,
    No.UNCLEAR: 409,
    No.MISTAKEN: 422,
    No.NOT_NOW: 409,
    No.CHANGED: 412,
    No.UNREADY: 503,
}
SOON_S = 5


class Problem(Struct, frozen=True, omit_defaults=True):
    """`type` is a reference relative to the API's root; its last part is the reason code. `numbers` are what it rests
    on."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    numbers: Mapping[str, Number] = {}


class Answered(Refused):
    """Ends a request with a problem document."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("api", problem.type, problem.numbers)
        self.problem, self.headers = problem, dict(headers or {})


def problem(status: int, reason: str, detail: str, numbers: Mapping[str, Number] | None = None) -> Problem:
    return Problem(f"/problems/{reason}", HTTPStatus(status).phrase, status, detail, "", numbers or {})


def problem_of(error: PoolkeeperError) -> Answered:
    """What a caller is told of it."""
    if isinstance(error, Answered):
        return error
    if isinstance(error, Told):
        headers = {"Retry-After": str(SOON_S)} if error.kind is No.UNREADY else {}
        return Answered(problem(STATUS[error.kind], error.reason, error.sentence, error.numbers), headers)
    if isinstance(error, Refused):
        return Answered(problem(409, error.reason, str(error), error.numbers))
    if isinstance(error, Conflict):
        return Answered(problem(409, "written_meanwhile", brief(str(error))), {"Retry-After": "1"})
    if isinstance(error, Retry):
        wait = max(1, round(error.after.total_seconds()))
        return Answered(problem(503, "not_now", brief(str(error))), {"Retry-After": str(wait)})
    if isinstance(error, Unknown):
        return Answered(problem(502, "not_known", brief(str(error))))
    if isinstance(error, Poison):
        return Answered(problem(422, "never_works", error.why))
    raise error
