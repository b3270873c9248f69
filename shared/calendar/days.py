"""Which days a calendar has: public holidays of a country, and the days that an iCalendar file names.

Days are local ones, without a zone: Christmas Day is the 25th wherever one is. Both libraries are loaded by the first
question, because each costs a cold start a quarter of a second. No file is opened here: `days_of_ics` is given the
text. What the days are good for is said in `shared/policy/schedules.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

DAY = timedelta(days=1)
MOST_DAYS = 5000
"""Of one iCalendar file: more than all public holidays of a century and a freeze of a fortnight in each year."""
REPEATED_UNTIL = datetime(2100, 1, 1)  # noqa: DTZ001  # local, as the days are
"""An event that repeats for ever is followed up to here."""


@lru_cache(maxsize=64)
def public_holidays(country: str, subdivision: str) -> Mapping[date, str]:
    """The public holidays of a country, with those of one of its parts, by day; asked for any day, it works that
    day's year out. Both must be known (`countries`). Names and rules are those of the `holidays` library."""
    import holidays

    return holidays.country_holidays(country, subdiv=subdivision or None)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, tuple[str, ...]]:
    """Every country whose holidays are known, by its code of ISO 3166-1, and the codes of its parts."""
    import holidays

    return {name: tuple(parts) for name, parts in holidays.list_supported_countries().items()}


@lru_cache(maxsize=64)
def days_of_ics(text: str) -> frozenset[date]:
    """Every day that an event of the file touches, by the event's own local time (RFC 5545).

    An event counts on each of its days, whether it has times of day or not; its end is the first moment that is no
    longer part of it. Repetitions count (RRULE, RDATE, without EXDATE), one that was moved where it was moved to, and
    cancelled ones not. `ValueError` for what is no iCalendar file, has no event, or names more than 5,000 days.
    """
    from icalendar import Calendar

    try:
        events = [one for each in Calendar.from_ical(text, multiple=True) for one in each.walk("VEVENT")]
    except (ValueError, IndexError, KeyError) as error:
        raise ValueError(f"it is no iCalendar file ({error})") from error
    if not events:
        raise ValueError("it has no event")
    days: set[date] = set()
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        moved = {_begin_of(_one(one, "RECURRENCE-ID").dt) for one in _moved(events, event)}
        first, length = _span(event)
        for begin in _repeated(event, first, moved):
            days.update(_touched(begin, length))
            if len(days) > MOST_DAYS:
                raise ValueError(f"it names more than {MOST_DAYS} days")
    return frozenset(days)


def _moved(events: list[Any], event: Any) -> list[Any]:
    """What was said about single repetitions of an event that repeats: their places are taken from it."""
    if event.get("RECURRENCE-ID") is not None:
        return []
    uid = event.get("UID")
    return [one for one in events if uid and one.get("UID") == uid and one.get("RECURRENCE-ID") is not None]


def _span(event: Any) -> tuple[datetime, timedelta]:
    """When it begins, local, and how long it lasts; a day where it does not say and has no time of day."""
    start, end, lasts = (_one(event, key) for key in ("DTSTART", "DTEND", "DURATION"))
    if start is None:
        raise ValueError("an event has no DTSTART")
    begin = _begin_of(start.dt)
    length: object = timedelta(0) if isinstance(start.dt, datetime) else DAY
    if end is not None:
        length = _begin_of(end.dt) - begin
    elif lasts is not None:
        length = lasts.dt
    if not isinstance(length, timedelta) or not timedelta(0) <= length <= MOST_DAYS * DAY:
        raise ValueError(f"an event that begins on {begin:%Y-%m-%d} ends before it, or years later")
    return begin, length


def _repeated(event: Any, first: datetime, moved: set[datetime]) -> Iterator[datetime]:
    """Every beginning, in order, the first one too. Bounded by the year 2100 and, for the caller, by `MOST_DAYS`."""
    from dateutil.rrule import rruleset, rrulestr

    every = rruleset()
    every.rdate(first)
    for rule in _listed(event.get("RRULE")):
        every.rrule(rrulestr(_bounded(rule), dtstart=first))
    for more in _listed(event.get("RDATE")):
        for one in more.dts:
            every.rdate(_begin_of(one.dt[0] if isinstance(one.dt, tuple) else one.dt))
    for less in _listed(event.get("EXDATE")):
        for one in less.dts:
            every.exdate(_begin_of(one.dt))
    for one in moved:
        every.exdate(one)
    for begin in every:
        if begin >= REPEATED_UNTIL:
            return
        yield begin


def _bounded(rule: Any) -> str:
    """A rule of repetition with an end, in local time as all the rest."""
    written = dict(rule)
    often = str(written.get("FREQ", ["?"])[0]).upper()
    if often not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError(f"an event repeats too often for days ({often})")
    if any(one < 1 for one in written.get("INTERVAL", [])):
        raise ValueError("an event repeats without an interval")
    until = _begin_of(written["UNTIL"][0]) if "UNTIL" in written else REPEATED_UNTIL
    if "COUNT" not in written:
        written["UNTIL"] = [min(until, REPEATED_UNTIL)]
    return str(type(rule)(written).to_ical().decode())


def _one(event: Any, key: str) -> Any:
    """The property of that name, or None. What must stand there once is no longer clear when it stands twice."""
    value = event.get(key)
    if isinstance(value, list):
        raise ValueError(f"an event has {key} more than once")
    return value


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _begin_of(moment: object) -> datetime:
    """The moment in its own local time, without a zone."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    if not isinstance(moment, date):
        raise ValueError(f"{moment} stands where a day is expected")
    return datetime.combine(moment, time(), UTC).replace(tzinfo=None)


def _touched(begin: datetime, length: timedelta) -> Iterator[date]:
    last = begin if length <= timedelta(0) else begin + length - timedelta(microseconds=1)
    day = begin.date()
    while day <= last.date():
        yield day
        day += DAY
