"""Schedules: which sizes a pool is to have at which times.

A schedule begins something at the times of a cron line, in a zone's own local time, unless the calendar that it names
says otherwise for that day. With `for` it is a *span*, which lasts as long as it says; without it is a *step*, which
holds until the next step of the pool begins.

Here is what a schedule says and when it begins. What holds where several say something, and what follows for the pool,
is decided in `shared/decide/schedule.py`; `read_schedules.py` reads them from the file.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Annotated

from msgspec import Struct

from shared.calendar.days import public_holidays
from shared.policy.limits import CRON, NAME, ZONE, Between, Written
from shared.policy.times import Times

NODES = Between(0, 1000)

COUNTRY = Written(r"[A-Z]{2}", "a country's code of two capitals (ISO 3166-1), like GB")
SUBDIVISION = Written(r"[A-Z0-9]{1,6}", "the code of a part of the country (ISO 3166-2), like ENG or BY")
ICS = Written(
    r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "the name of an iCalendar file beside the policy, like days.ics"
)


class Calendar(Struct, frozen=True, kw_only=True):
    """Days on which a schedule does not begin, or the only ones on which it does: public holidays, days of one's own,
    and those of an iCalendar file, all together."""

    name: Annotated[str, NAME]
    """The calendar's name, which is its key under `calendars`."""

    country: Annotated[str, COUNTRY] = ""
    """The country whose public holidays it has, by the `holidays` library. Not written: those of none."""

    subdivision: Annotated[str, SUBDIVISION] = ""
    """The part of the country whose holidays it has too: Bavaria rests on days on which Berlin works. Not written: the
    days of the whole country alone."""

    dates: frozenset[date] = frozenset()
    """Days of one's own, each written as 2026-12-24."""

    ics: Annotated[str, ICS] = ""
    """An iCalendar file beside the policy whose events' days count too. Not written: none."""

    from_ics: frozenset[date] = frozenset()
    """The days of that file."""

    def __contains__(self, day: date) -> bool:
        if day in self.dates or day in self.from_ics:
            return True
        return bool(self.country) and day in public_holidays(self.country, self.subdivision)


class Schedule(Struct, frozen=True, kw_only=True, dict=True):
    """Bounds of a pool's size that begin to hold again and again."""

    name: Annotated[str, NAME]
    """What people call it: the reason of a size is told by this name. Each name once in a pool."""

    cron: Annotated[str, CRON]
    """When it begins: minute, hour, day of the month, month, day of the week. `L` is the last day of the month, `L5`
    the last Friday, `1#2` the second Monday. At most 24 times a day."""

    zone: Annotated[str, ZONE]
    """The time zone of those times, by its name in the tz database. Where clocks go forward, a time that is left out
    counts as much later; where they go back, one that comes twice counts the first time."""

    lasts: Annotated[timedelta | None, Between(timedelta(minutes=5), timedelta(days=366))] = None
    """How long it lasts (`for` in the file), which makes it a span. Eight hours are eight hours, also in nights in
    which clocks change. Not written: it is a step, which holds until the next step of the pool begins."""

    min: Annotated[int | None, NODES] = None
    """The fewest nodes meanwhile. Load may ask for more."""

    max: Annotated[int | None, NODES] = None
    """The most nodes meanwhile, whatever the load."""

    target: Annotated[int | None, NODES] = None
    """The size meanwhile, whatever the load. Stands alone: a size that is fixed has no min and max."""

    besides: Calendar | None = None
    """The calendar on whose days it does not begin (`except` in the file), by the day in its own zone. What began the
    day before goes on."""

    only: Calendar | None = None
    """The calendar on whose days alone it begins."""

    @cached_property
    def times(self) -> Times:
        """When it begins."""
        return Times(self.cron, self.zone, self.counts if self.besides or self.only else None)

    def counts(self, day: date) -> bool:
        """Whether a beginning on that local day counts."""
        if self.besides is not None and day in self.besides:
            return False
        return self.only is None or day in self.only
