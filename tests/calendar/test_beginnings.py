"""Beginnings in local time: at every change of clocks since 2000, in every zone, none is lost and none comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.beginnings import Beginnings, beginnings

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SINCE, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
LONDON = "Europe/London"


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_what_a_spring_night_leaves_out_begins_as_much_later() -> None:
    half_past_one = beginnings("30 1 * * *", LONDON)
    assert half_past_one.next(utc(2026, 3, 28, 12)) == utc(2026, 3, 29, 1, 30)  # 02:30, as there is no 01:30
    assert half_past_one.last(utc(2026, 3, 29, 1, 45)) == utc(2026, 3, 29, 1, 30)


def test_what_an_autumn_night_has_twice_begins_the_first_time_alone() -> None:
    half_past_one = beginnings("30 1 * * *", LONDON)
    assert half_past_one.next(utc(2026, 10, 24, 12)) == utc(2026, 10, 25, 0, 30)
    assert half_past_one.next(utc(2026, 10, 25, 0, 30)) == utc(2026, 10, 26, 1, 30)


def test_times_that_a_spring_night_puts_out_of_order_are_found_in_the_order_of_instants() -> None:
    times = Beginnings("30 1 29 3 *", LONDON), Beginnings("0 2 29 3 *", LONDON)
    first = utc(2026, 3, 29, 0, 0)
    assert [one.next(first) for one in times] == [utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 1, 0)]
    both = Beginnings("0,30 1,2 29 3 *", LONDON)
    assert both.between(first, first + 2 * HOUR) == [utc(2026, 3, 29, 1, 0), utc(2026, 3, 29, 1, 30)]
    assert both.next(first) == utc(2026, 3, 29, 1, 0)


def test_a_day_that_was_left_out_whole_begins_the_day_after() -> None:
    seven = beginnings("0 7 * * *", "Pacific/Apia")
    days = seven.between(utc(2011, 12, 28), utc(2012, 1, 1))
    assert [one.astimezone(ZoneInfo("Pacific/Apia")).day for one in days] == [28, 29, 31, 1]


WEEK = timedelta(days=7)
WEEKS = [SINCE + week * WEEK for week in range((UNTIL - SINCE) // WEEK)]


@cache
def changes() -> tuple[tuple[str, datetime], ...]:
    """Every instant since 2000 at which the clocks of a zone were put on or back, once for zones that are alike."""
    alike = {
        tuple([week.astimezone(ZoneInfo(zone)).utcoffset() for week in WEEKS]): zone
        for zone in sorted(available_timezones())
    }
    found = [
        (before, after, _change(ZoneInfo(zone), week), zone)
        for offsets, zone in alike.items()
        for week, before, after in zip(WEEKS, offsets, offsets[1:], strict=False)
        if before != after
    ]
    return tuple({(before, after, at): (zone, at) for before, after, at, zone in found}.values())


def _change(zone: ZoneInfo, week: datetime) -> datetime:
    """The minute within the week in which the offset is another one."""
    low, high, before = 0, WEEK // MINUTE, week.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = (week + middle * MINUTE).astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return week + high * MINUTE


def test_there_are_changes_to_look_at() -> None:
    assert len(changes()) > 1000
    assert len({zone for zone, _ in changes()}) > 100


@pytest.mark.parametrize("line", ["0,30 1,2 * * *", "30 0 * * *", "0 3 * * *"])
def test_around_every_change_of_clocks_each_local_time_begins_something_once(line: str) -> None:
    """Told from the local times: every one of the line is an instant, by the two rules, and there are no others."""
    wrong = []
    for zone, at in changes():
        begin, end = at - 30 * HOUR, at + 30 * HOUR
        expected = sorted({one for one in _all_local(line, zone, at) if begin <= one < end})
        if beginnings(line, zone).between(begin, end) != expected:
            wrong.append((zone, at))
    assert wrong == []


@pytest.mark.parametrize("line", ["30 1 * * *", "0 0,3 * * *"])
def test_around_every_change_of_clocks_the_last_and_the_next_are_neighbours(line: str) -> None:
    wrong = []
    for zone, at in changes():
        for now in (at - MINUTE, at, at + HOUR + MINUTE):
            asked = Beginnings(line, zone)
            every = asked.between(now - 30 * HOUR, now + 30 * HOUR)
            last = max(one for one in every if one <= now)
            after = min(one for one in every if one > now)
            if (asked.last(now), asked.next(now)) != (last, after):
                wrong.append((zone, now))
    assert wrong == []


def _all_local(line: str, zone: str, around: datetime) -> Iterator[datetime]:
    minutes, hours = ([int(one) for one in field.split(",")] for field in line.split()[:2])
    first = around.astimezone(ZoneInfo(zone)).date() - timedelta(days=3)
    for day, hour, minute in product(range(7), hours, minutes):
        local = datetime.combine(first + timedelta(days=day), time(hour, minute))
        yield local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


@given(
    st.sampled_from(["*/15 * * * *", "30 1 * * *", "0 0 1 * *", "0 12 * * 1#2"]),
    st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_whatever_was_asked_before_the_answer_is_the_same(line: str, zone: str, now: datetime) -> None:
    kept, fresh = beginnings(line, zone), Beginnings(line, zone)
    assert kept.last(now) == fresh.last(now) <= now < fresh.next(now) == kept.next(now)
    assert Beginnings(line, zone).last(fresh.next(now)) == fresh.next(now)
