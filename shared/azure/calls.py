"""One call on the wire: was it sent, how long may it take, may it be repeated.

The SDKs are told not to repeat anything. Their own policy sleeps a whole Retry-After inside the call, which for
compute can be twenty minutes, and sends some POSTs again although the first may have been carried out (measured with
azure-core 1.41). So the repeating is here, in sight and in bounds: reads only, three tries in about five seconds, and
only where the service does not ask for a longer pause. Writes are sent once; whoever sent one hears whether it
certainly was not carried out, or that nobody knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenacity import RetryCallState

TRIES = 3
WITHIN_S = 5.0
"""A read that failed for this long is not tried again in the same call."""

LONGEST_WAIT = timedelta(seconds=2)
"""A service that asks for a longer pause than this is not waited for here; the caller hears how long."""

_BUSY = frozenset({408, 429, 500, 502, 503, 504})


def wire_errors() -> tuple[type[Exception], ...]:
    """What `send_once` and `read` raise when the other side, or the way to it, is in trouble: for `except`. The last
    one is what azure-data-tables raises for a transaction's answer that it cannot take apart."""
    from azure.core.exceptions import AzureError

    return (AzureError, TimeoutError, ConnectionError, HTTPException)


async def send_once[T](call: Callable[[], Awaitable[T]], timeout_s: float) -> T:
    """Raises what the SDK raises, or `TimeoutError` after `timeout_s` for the whole call, answer body included."""
    async with asyncio.timeout(timeout_s):
        return await call()


async def read[T](call: Callable[[], Awaitable[T]], timeout_s: float) -> T:
    """`call` up to `TRIES` times, `timeout_s` each, as long as its failure `may_pass_soon`. Raises the last error."""
    from tenacity import AsyncRetrying, retry_if_exception

    time = asyncio.get_running_loop().time
    until = time() + WITHIN_S

    def is_over(state: RetryCallState) -> bool:
        """By the loop's time: tenacity's own stops look at the machine's clock, which runs apart from a simulated
        day's."""
        return state.attempt_number >= TRIES or time() + state.upcoming_sleep >= until

    tries = AsyncRetrying(
        stop=is_over,
        wait=_pause,
        retry=retry_if_exception(may_pass_soon),
        reraise=True,
    )
    return await tries(send_once, call, timeout_s)


def may_pass_soon(error: BaseException) -> bool:
    """Busy, throttled or cut off, and not asked to stay away for longer than `LONGEST_WAIT`."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    if isinstance(error, ClientAuthenticationError):
        return False
    status = status_of(error)
    if status is not None:
        pause = retry_after(error)
        return status in _BUSY and (pause is None or pause <= LONGEST_WAIT)
    return isinstance(error, AzureError | ConnectionError)


def certainly_not_sent(error: BaseException) -> bool:
    """True when no connection was made, so that the other side cannot have heard of the request.

    azure-core's aiohttp transport reports a connection that was lost while waiting for the answer as a
    ServiceRequestError, whose documentation says "not sent"; only the error inside tells the two apart.
    """
    from aiohttp import ClientConnectorError
    from azure.core.exceptions import ServiceRequestError, ServiceRequestTimeoutError

    if isinstance(error, ServiceRequestTimeoutError):
        return True
    inside = (getattr(error, "inner_exception", None), error.__cause__)
    return isinstance(error, ServiceRequestError) and any(
        isinstance(cause, ClientConnectorError | ConnectionRefusedError) for cause in inside
    )


def status_of(error: BaseException) -> int | None:
    """The HTTP status of the answer that was an error; None when there was no answer."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status >= 300 else None


def retry_after(error: BaseException) -> timedelta | None:
    """What the answer's Retry-After says, in seconds or as an HTTP date; None when it says nothing readable."""
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
    milliseconds = headers.get("x-ms-retry-after-ms") or headers.get("retry-after-ms")
    if milliseconds and milliseconds.strip().isdigit():
        return timedelta(milliseconds=int(milliseconds))
    text = (headers.get("Retry-After") or "").strip()
    if not text:
        return None
    try:
        return timedelta(seconds=max(0.0, float(text)))
    except (ValueError, OverflowError):
        return _until_date(text, headers.get("Date"))


def _until_date(text: str, date: str | None) -> timedelta | None:
    """Both dates are the server's, so that its clock need not agree with ours. Without its own it says nothing."""
    if not date:
        return None
    try:
        return max(timedelta(0), parsedate_to_datetime(text) - parsedate_to_datetime(date))
    except (TypeError, ValueError):
        return None


def _pause(state: RetryCallState) -> float:
    """What the service asks for, but never less than a growing moment (seconds). Not jittered: two of us at most
    read the same thing at once, and a simulated day must come out the same twice."""
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(error) if error else None
    growing = timedelta(milliseconds=100 << state.attempt_number)
    return max(asked or growing, growing).total_seconds()
