"""The instants at which a cron line begins something, in a zone's own local time.

1. A local time that is left out when clocks go forward counts as much later as they went: 02:30 becomes 03:30.
2. A local time that comes twice when they go back counts the first time alone.

So each time of the line is the beginning of exactly one span, and none is lost in the nights in which clocks change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.calendar.cron import Cron, cron

CLOCKS_CHANGE = timedelta(hours=25)
"""No zone ever put its clocks on or back by more: a day was left out whole at the date line (Samoa, 2011). Local times
are out of order for no longer."""


class Beginnings:
    """Of one cron line in one zone. What was found last is kept, because the same is asked at each look: it holds
    until the next beginning."""

    def __init__(self, line: str, zone: str) -> None:
        self._cron: Cron = cron(line)
        self._zone = ZoneInfo(zone)
        self._known: tuple[datetime, datetime] | None = None

    def last(self, now: datetime) -> datetime:
        """The latest that is not after `now`."""
        return self._around(now)[0]

    def next(self, now: datetime) -> datetime:
        """The first that is after `now`."""
        return self._around(now)[1]

    def between(self, begin: datetime, end: datetime) -> list[datetime]:
        """All from `begin` on and before `end`, in order."""
        local, over = self._local(begin - CLOCKS_CHANGE), self._local(end + CLOCKS_CHANGE)
        found: set[datetime] = set()
        while (local := self._move(local, 1)) <= over:
            found.add(self._instant(local))
        return sorted(one for one in found if begin <= one < end)

    def _around(self, now: datetime) -> tuple[datetime, datetime]:
        known = self._known
        if known is None or not known[0] <= now < known[1]:
            known = self._known = (self._search(now, -1), self._search(now, 1))
        return known

    def _search(self, now: datetime, step: int) -> datetime:
        before, after = (now + side * 2 * CLOCKS_CHANGE for side in (-1, 1))
        found = None
        if before.astimezone(self._zone).utcoffset() == after.astimezone(self._zone).utcoffset():
            following = self._move(self._local(now), step)
            found = self._instant(following)
            if not before < found < after:  # another change may lie between
                found = None
        return found or self._search_with_care(now, step)

    def _search_with_care(self, now: datetime, step: int) -> datetime:
        """Where clocks change, local times that follow each other may be instants that do not: all that may be meant
        are looked at, and the nearest counts."""
        local, enough = self._local(now - step * CLOCKS_CHANGE), None
        found: list[datetime] = []
        while enough is None or (local <= enough if step > 0 else local >= enough):
            local = self._move(local, step)
            instant = self._instant(local)
            if (instant > now) if step > 0 else (instant <= now):
                found.append(instant)
                enough = enough or local + step * 2 * CLOCKS_CHANGE
            local = local if step > 0 else local - timedelta(minutes=1)
        return min(found) if step > 0 else max(found)

    def _move(self, local: datetime, step: int) -> datetime:
        following = self._cron.first_after(local) if step > 0 else self._cron.last_before(local)
        if following is None:
            raise ValueError("there is no such time within eight years")
        return following

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(self._zone).replace(tzinfo=None)

    def _instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._zone, fold=0).astimezone(UTC)


@lru_cache(maxsize=16384)
def beginnings(line: str, zone: str) -> Beginnings:
    """Raises `ValueError` for a line that is none or a zone that is not known."""
    return Beginnings(line, zone)
