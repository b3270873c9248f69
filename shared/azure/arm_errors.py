"""Every way in which Azure Resource Manager says no -> the four errors. One table, `RULES`, first match wins.

ARM wraps an error as {"error": {"code", "message", "details"}}; Microsoft.Compute publishes its throttling without
the wrapper. The same codes come as the answer to a request and as the end of a long operation, so both go through
this table: the first by `for_read` and `for_write`, the second by `refusal_for`.

Sources: Azure/azure-docs troubleshooting-throttling-errors.md and error-not-found.md; MicrosoftDocs/azure-compute-docs
allocation-failure.md and error-messages.md; kubernetes-sigs/cloud-provider-azure for preemption and quota messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import msgspec
from msgspec import Struct

from shared.azure.calls import certainly_not_sent, retry_after, status_of
from shared.errors import Conflict, PoolkeeperError, Refused, Retry, Unknown
from shared.model.decisions import Number

THROTTLED_PAUSE = timedelta(seconds=60)
"""Compute's throttling window is one minute (compute-throttling-limits.md)."""

BUSY_PAUSE = timedelta(seconds=30)
"""Another operation works on the same set."""

SCALE_SET = "scale_set_not_found"

LOST_PAUSE = timedelta(seconds=5)
"""Nothing answered, or the service is in trouble and names no time."""


class Problem(Struct, frozen=True):
    """`status` is None for a long operation that failed. `code` and `message` are ARM's, cleaned of secrets."""

    doing: str
    status: int | None
    code: str
    message: str
    after: timedelta | None = None
    inner: tuple[str, ...] = ()
    missing: str = SCALE_SET
    """The reason when what the request is about does not exist."""

    @property
    def codes(self) -> frozenset[str]:
        return frozenset({self.code, *self.inner})


type Rule = tuple[Callable[[Problem], bool], Callable[[Problem], PoolkeeperError]]


def _codes(*codes: str) -> Callable[[Problem], bool]:
    return lambda problem: not problem.codes.isdisjoint(codes)


def _status(*statuses: int) -> Callable[[Problem], bool]:
    return lambda problem: problem.status in statuses


def _says(pattern: str) -> Callable[[Problem], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda problem: compiled.search(problem.message) is not None


def _either(*tests: Callable[[Problem], bool]) -> Callable[[Problem], bool]:
    return lambda problem: any(test(problem) for test in tests)


def _retry(pause: timedelta) -> Callable[[Problem], PoolkeeperError]:
    return lambda problem: Retry(_why(problem), problem.after or pause)


def _missing(problem: Problem) -> PoolkeeperError:
    return Refused("azure", problem.missing, _numbers(problem))


def _refused(reason: str) -> Callable[[Problem], PoolkeeperError]:
    return lambda problem: Refused("azure", reason, _numbers(problem))


def _conflict(problem: Problem) -> PoolkeeperError:
    return Conflict(problem.doing)


def _unknown(problem: Problem) -> PoolkeeperError:
    return Unknown(_why(problem))


def _quota(problem: Problem) -> PoolkeeperError:
    return Refused("azure", "quota_exceeded", {**quota_numbers(problem.message), **_numbers(problem)})


RULES: tuple[Rule, ...] = (
    # throttled, with or without ARM's wrapper
    (_either(_status(429), _codes("TooManyRequests", "SubscriptionRequestsThrottled")), _retry(THROTTLED_PAUSE)),
    # who we are, what we may
    (_either(_status(401), _codes("InvalidAuthenticationToken", "ExpiredAuthenticationToken",
                                  "AuthenticationFailed")), _refused("no_credential")),
    (_codes("RequestDisallowedByPolicy"), _refused("disallowed_by_policy")),
    (_either(_status(403), _codes("AuthorizationFailed", "LinkedAuthorizationFailed")), _refused("not_authorized")),
    (_codes("ScopeLocked", "ReadOnlyDisabledSubscription"), _refused("locked")),
    # no room; quota comes as OperationNotAllowed like much else, only its text tells
    (_either(_codes("QuotaExceeded"), _says(r"exceed\w* (the )?(approved|quota|.{0,60}\bquota)")), _quota),
    (_codes("AllocationFailed", "ZonalAllocationFailed", "OverconstrainedAllocationRequest",
            "OverconstrainedZonalAllocationRequest"), _refused("allocation_failed")),
    (_codes("SkuNotAvailable"), _refused("sku_not_available")),
    (_codes("SubnetIsFull", "NetworkingSubnetIsFull"), _refused("subnet_full")),
    # nothing is heard from Azure's agent in the machine, so no command can be run there
    (_codes("VMAgentStatusCommunicationError"), _refused("guest_agent_silent")),
    # machines that were made and do not work
    (_codes("VMExtensionProvisioningError", "VMExtensionProvisioningTimeout", "OSProvisioningTimedOut",
            "OSProvisioningInternalError", "VMStartTimedOut"), _refused("provisioning_failed")),
    # somebody else's operation: a newer one took the place of ours, or another one is running
    (_codes("OperationPreempted", "Canceled", "OperationCanceled"), _unknown),
    (_either(_status(412), _codes("PreconditionFailed", "ConditionNotMet")), _conflict),
    (_codes("ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound", "SubscriptionNotFound",
            "NotFound"), _missing),
    (_status(404), _missing),
    # it would have to run, and somebody stopped it by Azure's means
    (_says(r"requires the VM to be running"), _refused("not_running")),
    (_either(_status(409), _codes("Conflict", "AnotherOperationInProgress", "RetryableError"),
             _says("marked for deletion")), _retry(BUSY_PAUSE)),
    # Azure's own trouble at the end of an operation: part of it may have been done
    (_codes("InternalServerError", "InternalExecutionError", "InternalOperationError",
            "NetworkingInternalOperationError", "OperationTimedOut", "GatewayTimeout"), _unknown),
)  # fmt: skip


def for_read(error: Exception, doing: str, missing: str = SCALE_SET) -> PoolkeeperError:
    """For a request that changes nothing: whatever got lost can be asked again."""
    problem = problem_of(error, doing, missing)
    if _is_trouble(problem):
        return Retry(_why(problem), problem.after or LOST_PAUSE)
    return _by_rules(problem, "request_rejected")


def for_write(error: Exception, doing: str, missing: str = SCALE_SET) -> PoolkeeperError:
    """For a request that acts: when it may have arrived and nobody said no, nobody knows."""
    problem = problem_of(error, doing, missing)
    if certainly_not_sent(error):
        return Retry(_why(problem), LOST_PAUSE)
    if _is_trouble(problem):
        return Unknown(_why(problem))
    return _by_rules(problem, "request_rejected")


def refusal_for(code: str, message: str) -> PoolkeeperError:
    """The error that a failed long operation amounts to, from `Progress.code` and `.message`. `Refused` when Azure
    said no, also with a code that is not known; `Retry` when it was busy; `Unknown` when it lost its way."""
    return _by_rules(Problem("the operation", None, code, cleaned(message)), "operation_failed")


def problem_of(error: Exception, doing: str, missing: str = SCALE_SET) -> Problem:
    """What can be told of an SDK's exception."""
    from azure.core.exceptions import ClientAuthenticationError

    status = status_of(error)
    if status is None:
        # Without an answer, an authentication error means that no token was to be had.
        code = "AuthenticationFailed" if isinstance(error, ClientAuthenticationError) else ""
        return Problem(doing, None, code, type(error).__name__, missing=missing)
    body = _body_of(error)
    inner = tuple(detail.code or "" for detail in body.details or ())
    message = cleaned(body.message or "")
    return Problem(doing, status, body.code or "", message, retry_after(error), inner, missing)


def says_instance_is_gone(error: Exception, scale_set: str) -> bool:
    """True only when the answer says that the instance itself does not exist. False when it is its scale set, or
    anything above it, and for any other 404, because a machine that counts as gone may be marked gone for ever.

    Compute answers NotFound ("The entity was not found in this Azure location"); ARM's ResourceNotFound names what is
    missing in quotes, by type and name.
    """
    problem = problem_of(error, "")
    if problem.status != 404 or problem.code not in ("NotFound", "ResourceNotFound"):
        return False
    return f"virtualmachinescalesets/{scale_set}'".casefold() not in problem.message.casefold()


def says_machine_is_gone(error: Exception, name: str) -> bool:
    """The same for a machine outside of scale sets: True only when the answer names it as what does not exist."""
    problem = problem_of(error, "")
    if problem.status != 404 or problem.code != "ResourceNotFound":
        return False
    return f"virtualmachines/{name}'".casefold() in problem.message.casefold()


def quota_numbers(message: str) -> dict[str, Number]:
    """`limit`, `usage` and `required` cores as far as the message names them."""
    words = {"limit": "Current Limit", "usage": "Current Usage", "required": "Additional Required"}
    found = {name: re.search(rf"{text}:\s*(\d+)", message) for name, text in words.items()}
    return {name: int(match[1]) for name, match in found.items() if match}


_SECRETS = (
    (re.compile(r"(?i)\bbearer\s+[^\s'\",;]+"), "Bearer ..."),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?"), "(token)"),
    (re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]*"), r"\1?..."),
    (
        re.compile(
            r"(?i)\b(sig|accountkey|sharedaccesskey|password|secret|client_secret)\s*[=:]\s*[^\s&;'\",]+"
        ),
        r"\1=...",
    ),
)


def cleaned(message: str) -> str:
    """At most 300 characters, without tokens, keys and signed queries."""
    message = without_secrets(message)
    return message if len(message) <= 300 else message[:299] + "…"


def without_secrets(text: str) -> str:
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class Detail(Struct, frozen=True):
    code: str | None = None


class Body(Struct, frozen=True):
    code: str | None = None
    message: str | None = None
    details: tuple[Detail, ...] | None = None


class Wrapped(Struct, frozen=True):
    error: Body | None = None


def decode_error(content: bytes) -> Body:
    """Both shapes of an error body, and an empty one for anything else (a proxy's HTML page, say)."""
    try:
        return msgspec.json.decode(content, type=Wrapped).error or msgspec.json.decode(content, type=Body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Body()


def _body_of(error: Exception) -> Body:
    from azure.core.exceptions import HttpResponseError, ResponseNotReadError

    if not isinstance(error, HttpResponseError) or error.response is None:
        return Body()
    try:
        content: object = getattr(error.response, "content", None)
    except ResponseNotReadError:
        return Body()
    return decode_error(content) if isinstance(content, bytes) else Body()


def _by_rules(problem: Problem, otherwise: str) -> PoolkeeperError:
    make = next((make for applies, make in RULES if applies(problem)), _refused(otherwise))
    return make(problem)


def _is_trouble(problem: Problem) -> bool:
    """No answer, or the answer of a service that could not finish."""
    if problem.status is None:
        return not problem.code
    return problem.status >= 500 or problem.status == 408


def _why(problem: Problem) -> str:
    if problem.status is None:
        return f"{problem.doing} ended with {problem.code or 'no answer'} ({problem.message})"
    return f"{problem.doing} was answered with {problem.status} {problem.code}: {problem.message}"


def _numbers(problem: Problem) -> dict[str, Number]:
    status = {} if problem.status is None else {"status": problem.status}
    return {"doing": problem.doing, "code": problem.code, **status, "message": problem.message}
