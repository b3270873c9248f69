"""NCRONTAB schedules: what is understood, what is refused, and how days combine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulator.host import SettingsError
from simulator.host.ncrontab import Schedule

NOW = datetime(2026, 11, 22, 10, 30, 15, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/20 * * * * *", "2026-11-22 10:30:20"),
        ("0 */5 * * * *", "2026-11-22 10:35:00"),
        ("*/5 * * * *", "2026-11-22 10:35:00"),
        ("0 5/10 * * * *", "2026-11-22 10:35:00"),
        ("0 0 9-17 * * MON-FRI", "2026-11-23 09:00:00"),
        ("0 0 9-17/4 * * mon,WED", "2026-11-23 09:00:00"),
        ("30 0 0 1 JAN *", "2027-01-01 00:00:30"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 * * 0", "2026-11-29 00:00:00"),
    ],
)
def test_the_next_occurrence(expression: str, expected: str) -> None:
    assert Schedule(expression).next_after(NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_both_day_fields_must_match() -> None:
    friday_the_13th = Schedule("0 0 0 13 * FRI").next_after(NOW)
    assert friday_the_13th == datetime(2027, 8, 13, tzinfo=UTC)


def test_an_occurrence_is_strictly_after_the_moment() -> None:
    on_time = datetime(2026, 11, 22, 10, 35, tzinfo=UTC)
    assert Schedule("0 */5 * * * *").next_after(on_time) == datetime(2026, 11, 22, 10, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "", "* * * *", "* * * * * * *", "@daily", "00:05:00", "60 * * * * *", "* 60 * * * *", "* * 24 * * *",
        "* * * 0 * *", "* * * 32 * *", "* * * * 13 *", "* * * * * 7", "* * * L * *", "* * * ? * *", "* * * * * FRI#2",
        "* * * * * Sunday", "* 5-1 * * * *", "*/0 * * * * *", "* */61 * * * *", "a * * * * *", "1,,2 * * * * *",
        "* * * * * ٣",
    ],
)  # fmt: skip
def test_what_ncrontab_does_not_know_is_refused(expression: str) -> None:
    with pytest.raises(SettingsError, match="allowed"):
        Schedule(expression)


def test_a_refusal_names_the_field_and_what_was_found() -> None:
    with pytest.raises(SettingsError, match=r"'25' as hour; allowed: \*, a number from 0 to 23"):
        Schedule("0 0 25 * * *")


def test_a_date_that_does_not_exist_is_refused_when_it_is_looked_for() -> None:
    with pytest.raises(SettingsError, match="never occurs"):
        Schedule("0 0 0 30 2 *").next_after(NOW)
