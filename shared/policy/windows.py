"""Windows: when nodes that still work may be taken away.

A window begins at the times of a cron line, in a zone's own local time, and lasts as long as it says: eight hours are
eight hours, also in the nights in which clocks are changed.

Each time of the cron line is the beginning of exactly one window (`shared/calendar/beginnings.py`). The guard `window`
asks here; `read_windows.py` reads them from the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Struct

from shared.calendar.beginnings import beginnings
from shared.policy.limits import CRON, ZONE, Between


class Window(Struct, frozen=True):
    """A time, again and again, in which nodes that still work may be taken away."""

    cron: Annotated[str, CRON]
    """When it begins: minute, hour, day of the month, month, day of the week."""

    zone: Annotated[str, ZONE]
    """The time zone of those times, by its name in the tz database. Written out, because nobody remembers which one a
    server is in."""

    lasts: Annotated[timedelta, Between(timedelta(minutes=1), timedelta(days=7))]
    """How long it lasts. What was begun in it and has not moved any task when it ends is taken back; what has, is
    finished."""


def is_open(windows: Sequence[Window], now: datetime) -> bool:
    """Whether one of them is open."""
    return any(now < beginnings(one.cron, one.zone).last(now) + one.lasts for one in windows)


def opens_at(windows: Sequence[Window], now: datetime) -> datetime:
    """When the next one opens, later than now. There must be one."""
    return min(beginnings(one.cron, one.zone).next(now) for one in windows)
