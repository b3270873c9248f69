"""Days on which a schedule does not begin, or the only ones on which it does."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar.days import days_of_ics
from shared.decide.schedule import bounds_at
from shared.policy.schedules import Calendar, Schedule
from shared.policy.times import Times
from tests.schedule.plans import DAY, HOUR, LONDON, at, pool, sizes

ENGLAND = Calendar(name="england", country="GB", subdivision="ENG", dates=frozenset({date(2026, 12, 24)}))


def office(besides: Calendar | None = None, only: Calendar | None = None) -> Schedule:
    return Schedule(
        name="office",
        cron="0 7 * * MON-FRI",
        zone=LONDON,
        lasts=12 * HOUR,
        min=10,
        besides=besides,
        only=only,
    )


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-12-23", True),
        ("2026-12-24", False),  # a day of one's own
        ("2026-12-25", False),
        ("2026-12-28", False),  # Boxing Day, which was a Saturday
        ("2026-12-29", True),
        ("2027-01-01", False),
        ("2026-11-30", True),  # St Andrew's, in Scotland alone
    ],
)
def test_on_a_holiday_nothing_begins(day: str, is_open: bool) -> None:
    assert sizes(bounds_at(pool(office(ENGLAND)), at(f"{day} 12:00")))[0] == (10 if is_open else 1)
    assert sizes(bounds_at(pool(office(only=ENGLAND)), at(f"{day} 12:00")))[0] == (1 if is_open else 10)


def test_what_began_the_day_before_goes_on() -> None:
    eve = Schedule(name="eve", cron="0 22 * * *", zone=LONDON, lasts=8 * HOUR, min=10, besides=ENGLAND)
    assert sizes(bounds_at(pool(eve), at("2026-12-24 05:00")))[0] == 10
    assert sizes(bounds_at(pool(eve), at("2026-12-24 23:00")))[0] == 1


def test_the_day_is_that_of_the_schedules_zone() -> None:
    new_year = Calendar(name="own", dates=frozenset({date(2027, 1, 1)}))
    times = Times("0 8 * * *", "Pacific/Auckland", new_year.__contains__)
    assert times.next(at("2026-11-01")) == at("2026-12-31 19:00")


def test_days_that_are_over_for_good_begin_nothing() -> None:
    gone = Calendar(name="own", dates=frozenset({date(2026, 1, 5)}))
    times = Times("0 7 * * *", "UTC", gone.__contains__)
    assert (times.last(at("2026-11-22")), times.next(at("2026-11-22"))) == (at("2026-01-05 07:00"), None)
    assert times.last(at("2026-01-05 06:59")) is None
    assert times.last(at("2040-01-01")) is None, "eight years are looked back, and no more"


BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["0 7 * * *", "30 1 * * SUN", "0 0 L * *", "0 */8 * * *"]),
    st.sampled_from([LONDON, "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"]),
    st.frozensets(st.integers(0, 729).map(lambda number: date(2026, 1, 1) + number * DAY), max_size=40),
    st.booleans(),
    st.datetimes(datetime(2026, 1, 2), datetime(2027, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_last_and_the_next_are_neighbours_among_all(
    line: str, zone: str, days: frozenset[date], is_only: bool, now: datetime
) -> None:
    """Clocks change at midnight in Santiago and Cairo."""
    times = Times(line, zone, lambda day: (day in days) is is_only)
    every = times.between(BEGIN, END)
    before, after = [one for one in every if one <= now], [one for one in every if one > now]
    assert times.last(now) == (before[-1] if before else _early(times))
    if after:
        assert times.next(now) == after[0]


def _early(times: Times) -> datetime | None:
    """The last one before them all."""
    return next(reversed(times.between(BEGIN - 8 * 366 * DAY, BEGIN)), None)


HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"


def ics(*events: str) -> str:
    bodies = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{event.replace('|', chr(13) + chr(10))}\r\nEND:VEVENT\r\n"
        for number, event in enumerate(events)
    )
    return f"{HEAD}{bodies}END:VCALENDAR\r\n"


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261224", days("2026-12-24")),
        ("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261226", days("2026-12-24", "2026-12-25")),
        ("DTSTART;VALUE=DATE:20261224|DURATION:P2D", days("2026-12-24", "2026-12-25")),
        ("DTSTART:20261224T220000Z|DTEND:20261225T020000Z", days("2026-12-24", "2026-12-25")),
        ("DTSTART:20261224T220000Z|DTEND:20261225T000000Z", days("2026-12-24")),
        ("DTSTART;VALUE=DATE:20261224|STATUS:CANCELLED", days()),
        (
            "DTSTART;VALUE=DATE:20251224|RRULE:FREQ=YEARLY;UNTIL=20271224",
            days("2025-12-24", "2026-12-24", "2027-12-24"),
        ),
        (
            "DTSTART;VALUE=DATE:20260525|RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2",
            days("2026-05-25", "2027-05-31"),
        ),
        (
            "DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;COUNT=3|EXDATE;VALUE=DATE:20260102"
            "|RDATE;VALUE=DATE:20260110",
            days("2026-01-01", "2026-01-03", "2026-01-10"),
        ),
        (
            "DTSTART:20260101T090000Z|RRULE:FREQ=DAILY;UNTIL=20260102T090000Z",
            days("2026-01-01", "2026-01-02"),
        ),
    ],
)
def test_the_days_of_an_event(event: str, expected: frozenset[date]) -> None:
    assert days_of_ics(ics(event)) == expected


def test_a_repetition_that_was_moved_counts_where_it_was_moved_to() -> None:
    text = ics(
        "DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;COUNT=2",
        "RECURRENCE-ID;VALUE=DATE:20260102|DTSTART;VALUE=DATE:20260105",
    ).replace("UID:1", "UID:0")
    assert days_of_ics(text) == days("2026-01-01", "2026-01-05")


def test_an_event_that_repeats_for_ever_is_followed_to_the_end_of_the_century() -> None:
    found = days_of_ics(ics("DTSTART;VALUE=DATE:20261224|RRULE:FREQ=YEARLY"))
    assert (len(found), max(found)) == (74, date(2099, 12, 24))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no event"),
        ("Christmas is on the 24th", "no iCalendar file"),
        (HEAD + "END:VCALENDAR\r\n", "no event"),
        (ics("SUMMARY:nothing"), "DTSTART"),
        (ics("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261220"), "ends before it"),
        (ics("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY"), "more than 5000 days"),
        (ics("DTSTART:20260101T000000Z|RRULE:FREQ=SECONDLY"), "too often"),
        (ics("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=YEARLY;INTERVAL=0"), "without an interval"),
        (ics("DTSTART;VALUE=DATE:20260101|DTSTART;VALUE=DATE:20260102"), "more than once"),
        (ics("DTSTART;VALUE=TIME:101010"), "where a day is expected"),
        (ics("DTSTART;VALUE=DATE:20261399"), "20261399"),
    ],
)
def test_what_names_no_days_or_too_many_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        days_of_ics(text)
