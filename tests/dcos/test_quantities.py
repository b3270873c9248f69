"""Durations, times and process addresses as Mesos writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.dcos.quantities import Nanoseconds, duration, host_of, latest, time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10mins", timedelta(minutes=10)),
        ("1.5hrs", timedelta(minutes=90)),
        ("75secs", timedelta(seconds=75)),
        ("500ms", timedelta(milliseconds=500)),
        ("2weeks", timedelta(weeks=2)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "10", "mins", "10 fortnights", "-5mins", "10min"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


def test_a_time_is_seconds_or_nanoseconds_since_1970() -> None:
    assert time(1795340837.5) == datetime(2026, 11, 22, 9, 47, 17, 500000, UTC)
    assert time(Nanoseconds(1_795_340_837_500_000_000)) == time(1795340837.5)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e18, Nanoseconds(10**30)])
def test_what_is_beyond_all_years_is_no_time(value: float | Nanoseconds) -> None:
    with pytest.raises(ValueError, match=r"time|NaN|infinity|year"):
        time(value)


def test_an_agent_that_came_back_counts_from_then() -> None:
    assert latest(10.0, 20.0) == latest(None, 20.0) == time(20.0)
    assert latest(None, None) is None


def test_the_host_of_a_process_is_between_its_name_and_its_port() -> None:
    assert host_of("slave(1)@10.32.0.4:5051") == "10.32.0.4"


@pytest.mark.parametrize("pid", ["", "10.32.0.4:5051", "slave(1)@", "slave(1)@10.32.0.4"])
def test_anything_else_is_no_process(pid: str) -> None:
    with pytest.raises(ValueError, match="not the address"):
        host_of(pid)
