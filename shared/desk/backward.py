"""Rows whose keys begin with a time, newest first.

Tables give rows in ascending order alone. So they are read in stretches of time from the present back: a short one
first, then longer and longer ones, until there are enough. Little is read where much happened, and few requests are
made where nothing did.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

FIRST = timedelta(minutes=30)
WIDER = 4
FORM = "%Y%m%dT%H%M%S.%f"

type Between[T] = Callable[[str, str], Awaitable[dict[str, T]]]
"""The rows from one key (included) to another (not), in order."""


async def newest_first[T](
    between: Between[T], prefix: str, span: tuple[datetime, datetime], below: str = ""
) -> AsyncIterator[tuple[str, T]]:
    """Rows with keys `<prefix><time>...`, of the times of `span`, and before the key `below` where it is given."""
    since, until = span
    end = min(below, f"{prefix}{until:{FORM}}") if below else f"{prefix}{until:{FORM}}"
    at = min(until, _time_in(below.removeprefix(prefix), until))
    width = FIRST
    while at > since:
        at = max(since, at - width)
        begin = f"{prefix}{at:{FORM}}"
        for row, value in reversed((await between(begin, end)).items()):
            yield row, value
        end, width = begin, width * WIDER


def _time_in(key: str, otherwise: datetime) -> datetime:
    """The time at the beginning of a key, and a moment more."""
    try:
        return datetime.strptime(key[:15] + "+0000", "%Y%m%dT%H%M%S%z") + timedelta(seconds=1)
    except ValueError:
        return otherwise
