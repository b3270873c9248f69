"""How Storage says no -> the four errors.

    what happened                                    read      write
    -----------------------------------------------  --------  --------
    no connection was made                           Retry     Retry
    no answer in time, connection lost               Retry     Unknown
    412, or 409 EntityAlreadyExists                  Conflict  Conflict
    409 otherwise (a table or queue being deleted)   Retry     Retry
    429, 503 (ServerBusy: not carried out)           Retry     Retry
    408, other 5xx (OperationTimedOut among them)    Retry     Unknown
    401, no token to be had                          Refused   Refused
    403                                              Refused   Refused
    any other status                                 Poison    Poison

Source: learn.microsoft.com/rest/api/storageservices/table-service-error-codes, common-rest-api-error-codes.
"""

from __future__ import annotations

import re
from datetime import timedelta

from shared.azure.calls import certainly_not_sent, retry_after, status_of
from shared.errors import Conflict, Poison, PoolkeeperError, Refused, Retry, Unknown

PAUSE = timedelta(seconds=5)
"""How long to stay away from a service that does not say."""


def for_read(error: Exception, what: str) -> PoolkeeperError:
    """The error to raise for a read; `what` completes "reading ..."."""
    return _by_status(error, f"reading {what}") or Retry(_why(error, f"reading {what}"), _pause(error))


def for_write(error: Exception, what: str) -> PoolkeeperError:
    """The error to raise for a write; `what` completes "writing ..."."""
    if certainly_not_sent(error):
        return Retry(_why(error, f"writing {what}"), _pause(error))
    return _by_status(error, f"writing {what}") or Unknown(_why(error, f"writing {what}"))


def _by_status(error: Exception, doing: str) -> PoolkeeperError | None:
    """The error where the status alone decides; None where it matters whether this was a read or a write."""
    from azure.core.exceptions import ClientAuthenticationError

    status = status_of(error)
    if status == 401 or (status is None and isinstance(error, ClientAuthenticationError)):
        return Refused("storage", "no_credential", {"doing": doing, "code": code_of(error)})
    if status is None or status in (408, 500) or status > 503 or status == 502:
        return None
    if status == 403:
        return Refused("storage", "not_authorized", {"doing": doing, "code": code_of(error)})
    if status == 412 or (status == 409 and code_of(error) in ("", "EntityAlreadyExists")):
        return Conflict(doing.partition(" ")[2])
    if status in (409, 429, 503):
        return Retry(_why(error, doing), _pause(error))
    return Poison(_why(error, doing))


def code_of(error: BaseException) -> str:
    """Storage's own code, such as TableNotFound; empty when there is none. The SDK drops it for a failed insert,
    where it is only in the text of the answer."""
    code = getattr(error, "error_code", None)
    if code is not None:
        return str(getattr(code, "value", code))
    found = re.search(r'"code"\s*:\s*"(\w+)"', str(error))
    return found[1] if found else ""


def _pause(error: Exception) -> timedelta:
    return retry_after(error) or PAUSE


def _why(error: Exception, doing: str) -> str:
    """Codes only: what a client library puts into its messages may hold a signed address."""
    status = status_of(error)
    if status is None:
        return f"{doing} got no answer ({type(error).__name__})"
    return f"{doing} was answered with {status} {code_of(error)}".rstrip()
