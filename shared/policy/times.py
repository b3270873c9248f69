"""When a schedule begins: the instants of a cron line in a zone, on the days that count.

Days that a calendar leaves out are jumped over, not walked through, so that a line that comes each hour but counts on
three days of a year is found as quickly as any other. What was found last is kept, because the same is asked at each
look; the answer depends on the question alone, whatever was asked before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.calendar.beginnings import Beginnings

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
FARTHEST_YEARS = 8
"""Further away nothing is looked for that depends on a calendar: 29 February comes at the latest after eight years."""


class Times:
    """Of one cron line in one zone. `counts` says of a local day whether what begins on it counts; None: each day."""

    def __init__(self, line: str, zone: str, counts: Callable[[date], bool] | None) -> None:
        self._begin, self._zone = Beginnings(line, zone), ZoneInfo(zone)
        self._each_day, self._counts = counts is None, counts or _each_day
        self._around: tuple[datetime | None, datetime | None] = (None, None)
        self._holds: tuple[datetime, datetime] | None = None

    def around(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The latest that is not after `now`, None when there was none in this year and the eight before; and the first
        that is after it, None when there is none in this year and the eight to come."""
        holds = self._holds
        if holds is None or not holds[0] <= now < holds[1]:
            self._look(now)
        return self._around

    def last(self, now: datetime) -> datetime | None:
        return self.around(now)[0]

    def next(self, now: datetime) -> datetime | None:
        return self.around(now)[1]

    def between(self, begin: datetime, end: datetime) -> list[datetime]:
        """All from `begin` on and before `end`, in order."""
        every = self._begin.between(begin, end)
        if self._each_day:
            return every
        known = {day: self._counts(day) for day in {self._day(one) for one in every}}
        return [one for one in every if known[self._day(one)]]

    def _look(self, now: datetime) -> None:
        last, following = self._around = self._search(now, -1), self._search(now, 1)
        self._holds = (last or now, following or now + MOMENT)
        if not self._each_day:  # how far is searched depends on the year, and so does the answer
            year = self._day(now).year
            begin, end = (self._edge(date(one, 1, 1)) for one in (year, year + 1))
            self._holds = (max(last or now, begin), min(following or end, end))

    def _search(self, now: datetime, step: int) -> datetime | None:
        found = self._begin.last(now) if step < 0 else self._begin.next(now)
        if self._each_day:
            return found
        first = self._day(now)
        while not self._counts(day := self._day(found)):
            other = self._other(day, first, step)
            if other is None:
                return None
            found = self._begin.last(self._edge(other + DAY) - MOMENT) if step < 0 else self._from(other)
        return found

    def _other(self, day: date, first: date, step: int) -> date | None:
        """The next day that counts, on or back from `day`; None when there is none up to eight years from `first`."""
        while ((day := day + step * DAY).year - first.year) * step <= FARTHEST_YEARS:
            if self._counts(day):
                return day
        return None

    def _from(self, day: date) -> datetime:
        """The first beginning on that day or after it."""
        return self._begin.next(self._edge(day) - MOMENT)

    def _edge(self, day: date) -> datetime:
        """The instant at which that local day begins."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()


def _each_day(_: date) -> bool:
    return True
