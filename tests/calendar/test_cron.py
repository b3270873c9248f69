"""A cron line is read by croniter; which days it means is our own, and must be the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from croniter import CroniterBadDateError, croniter
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.calendar.cron import cron

FIELDS = (
    st.sampled_from(["0", "30", "*/20", "5,50", "10-12"]),
    st.sampled_from(["0", "7", "9-17", "*/6", "22-2", "*"]),
    st.sampled_from(["*", "*", "*", "1", "15", "L", "1,L", "1-7", "29", "31", "*/10"]),
    st.sampled_from(["*", "*", "1", "2", "6-8", "*/3", "feb", "DEC"]),
    st.sampled_from(["*", "*", "MON-FRI", "0", "7", "sat,sun", "1#2", "5#5", "L5", "fri-mon", "1#1,3#2"]),
)


def _is_known_to_both(line: str) -> bool:
    """Not what is refused here: the nth weekday beside a day of the month, and the fifth one of February."""
    _, _, day, month, weekday = line.split()
    return ("#" not in weekday and weekday != "L5") or (day == "*" and month not in {"2", "feb"})


LINES = st.tuples(*FIELDS).map(" ".join).filter(_is_known_to_both)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)


@given(LINES, TIMES)
def test_it_comes_when_croniter_says(line: str, at: datetime) -> None:
    try:
        following = croniter(line, at).get_next(datetime)
    except CroniterBadDateError:
        assume(False)
        return
    assert cron(line).first_after(at) == following


@given(LINES, TIMES)
def test_it_came_when_croniter_says(line: str, at: datetime) -> None:
    try:
        before = croniter(line, at + timedelta(minutes=1)).get_prev(datetime)
    except CroniterBadDateError:
        assume(False)
        return
    assert cron(line).last_before(at) == before


@pytest.mark.parametrize(
    "line",
    [
        "",
        "0 7 * *",
        "0 7 * * * *",
        "61 7 * * *",
        "0 7 31 2 *",
        "0 0 30 2 *",
        "@daily",
        "H H * * *",
        "0 7 * * XYZ",
    ],
)
def test_what_never_comes_or_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cron(line)


def test_the_29th_of_february_is_found_over_a_century_that_leaves_it_out() -> None:
    assert cron("0 7 29 2 *").first_after(datetime(2096, 3, 1)) == datetime(2104, 2, 29, 7)  # noqa: DTZ001
