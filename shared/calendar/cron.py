"""A cron line, as the days and times of day that it names.

croniter reads the line and says what it means; which days that makes is worked out here, day by day instead of minute
by minute, because thousands of lines are asked at each look (`tests/calendar` compares the two). Times are local and
without a zone; `beginnings.py` puts them into one.

A day is meant when its month is, and when

1. neither the day of the month nor of the week is restricted; or
2. one of the two is, and names it; or
3. both are, and one of them names it: either is enough, as in every cron (crontab(5)).

Beside numbers, ranges, steps and names the line may have `L` for the last day of the month, `L5` for the last Friday,
and `1#2` for the second Monday. Such a weekday beside a day of the month is refused: programs disagree about whether
both must hold, and two lines say it without doubt.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

from msgspec import Struct

DAY = timedelta(days=1)
LAST = "l"
FARTHEST_DAYS = 8 * 366 + 31
"""29 February comes at the latest after eight years, when a century's is left out between."""


class Cron(Struct, frozen=True):
    """`times` are those of each day that is meant, in order. Days of the week are counted from Sunday, 0. `nth` has,
    for a day of the week, which ones of the month: 1 to 5, or -1 for the last. None: every one."""

    times: tuple[time, ...]
    months: frozenset[int]
    days: frozenset[int] | None
    last_day: bool
    weekdays: frozenset[int] | None
    nth: dict[int, frozenset[int]]

    def means(self, day: date) -> bool:
        """Whether the line has a time on that day."""
        if day.month not in self.months:
            return False
        if self.days is None and self.weekdays is None:
            return True
        return self._names_day(day) or self._names_weekday(day)

    def last_before(self, local: datetime) -> datetime | None:
        """The last time that is not after `local`; None when there is none within eight years."""
        times = [one for one in self.times if one <= local.time()] if self.means(local.date()) else []
        if times:
            return datetime.combine(local.date(), times[-1])
        day = self._day(local.date(), -DAY)
        return None if day is None else datetime.combine(day, self.times[-1])

    def first_after(self, local: datetime) -> datetime | None:
        """The first time that is after `local`; None when there is none within eight years."""
        times = [one for one in self.times if one > local.time()] if self.means(local.date()) else []
        if times:
            return datetime.combine(local.date(), times[0])
        day = self._day(local.date(), DAY)
        return None if day is None else datetime.combine(day, self.times[0])

    def _day(self, day: date, step: timedelta) -> date | None:
        """The next day that is meant, in steps of a day on or back."""
        for _ in range(FARTHEST_DAYS):
            day += step
            if self.means(day):
                return day
        return None

    def _names_day(self, day: date) -> bool:
        if self.days is None:
            return False
        return day.day in self.days or (self.last_day and day.day == monthrange(day.year, day.month)[1])

    def _names_weekday(self, day: date) -> bool:
        weekday = day.isoweekday() % 7
        if self.weekdays is None or weekday not in self.weekdays:
            return False
        which = self.nth.get(weekday)
        if which is None:
            return True
        is_last = day.day + 7 > monthrange(day.year, day.month)[1]
        return (day.day - 1) // 7 + 1 in which or (is_last and -1 in which)


@lru_cache(maxsize=4096)
def cron(line: str) -> Cron:
    """Raises `ValueError` for what is no cron line of five fields, or one that never comes."""
    from croniter import CroniterError, croniter

    if len(line.split()) != 5:
        raise ValueError(f"{line!r} has not the five fields minute, hour, day, month, day of the week")
    try:
        (minutes, hours, days, months, weekdays), nth = croniter.expand(line)
    except CroniterError as error:
        raise ValueError(str(error)) from error
    if nth and days != ["*"]:
        raise ValueError(f"{line!r} names a day of the month and the nth weekday; write two entries")
    parsed = Cron(
        times=tuple(time(hour, minute) for hour, minute in product(_all(hours, 0, 23), _all(minutes, 0, 59))),
        months=frozenset(_all(months, 1, 12)),
        days=None if days == ["*"] else frozenset(one for one in days if one != LAST),
        last_day=LAST in days,
        weekdays=None if weekdays == ["*"] else frozenset(weekdays),
        nth={day: frozenset(-1 if one == LAST else one for one in which) for day, which in nth.items()},
    )
    if parsed.first_after(datetime(2000, 1, 1)) is None:  # noqa: DTZ001  # any local time would do
        raise ValueError(f"{line!r} never comes")
    return parsed


def _all(values: list[Any], low: int, high: int) -> list[int]:
    return list(range(low, high + 1)) if values == ["*"] else sorted(values)
