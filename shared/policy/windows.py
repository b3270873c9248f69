"""Windows: when nodes that still work may be taken away.

A window begins at the times of a cron line, in a zone's own local time, and lasts as long as it says: eight hours are
eight hours, also in the nights in which clocks are changed.

1. A local time that is left out when clocks go forward counts as much later as they went: 02:30 becomes 03:30.
2. A local time that comes twice when they go back counts the first time alone.

So each time of the cron line is the beginning of exactly one window. Days of the month and of the week together mean
either, as in every cron (crontab(5)). The guard `window` asks here; `read_windows.py` reads them from the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.policy.limits import CRON, ZONE, Between

if TYPE_CHECKING:
    from collections.abc import Callable

CLOCKS_CHANGE = timedelta(hours=3)
"""No zone of ours puts its clocks on or back by more in one night; local times are out of order for no longer."""


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
    return any(now < _begun(window, now) + window.lasts for window in windows)


def opens_at(windows: Sequence[Window], now: datetime) -> datetime:
    """When the next one opens, later than now. There must be one."""
    return min(_begins(window, now) for window in windows)


@lru_cache(maxsize=64)
def _begun(window: Window, now: datetime) -> datetime:
    """The latest beginning that is not after `now`."""
    times = _Times(window, now + CLOCKS_CHANGE)
    at = times.back()
    while at > now:
        at = times.back()
    return at


@lru_cache(maxsize=64)
def _begins(window: Window, now: datetime) -> datetime:
    """The first beginning after `now`."""
    times = _Times(window, now - CLOCKS_CHANGE)
    at = times.on()
    while at <= now:
        at = times.on()
    return at


class _Times:
    """The beginnings of a window around a time, one after the other."""

    def __init__(self, window: Window, around: datetime) -> None:
        from croniter import croniter

        self._zone = ZoneInfo(window.zone)
        local = around.astimezone(self._zone).replace(tzinfo=None)
        self._cron: Any = croniter(window.cron, local, ret_type=datetime)

    def on(self) -> datetime:
        return self._instant(self._cron.get_next)

    def back(self) -> datetime:
        return self._instant(self._cron.get_prev)

    def _instant(self, move: Callable[[], datetime]) -> datetime:
        # `fold` 0 is the first of two, and in a gap the offset from before it.
        return move().replace(tzinfo=self._zone, fold=0).astimezone(UTC)
