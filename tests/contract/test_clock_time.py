"""A clock gives aware UTC and never runs backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.azure.clock import WallClock
from shared.memory.clock import SteppedClock
from shared.ports.clock import Clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(params=["wall", "stepped"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return WallClock() if request.param == "wall" else SteppedClock(NOON)


def test_the_time_is_aware_and_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_time_does_not_run_backwards(clock: Clock) -> None:
    readings = [clock.now() for _ in range(100)]

    assert readings == sorted(readings)


def test_the_wall_clock_tells_the_machines_time() -> None:
    assert abs(WallClock().now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_stepped_clock_moves_by_what_it_is_told_and_only_forward() -> None:
    clock = SteppedClock(NOON)
    assert clock.now() == NOON

    assert clock.advance(timedelta(minutes=5)) == NOON + timedelta(minutes=5)
    assert clock.advance_to(NOON) == NOON + timedelta(minutes=5)
    assert clock.advance_to(NOON + timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))


def test_a_stepped_clock_does_not_guess_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        SteppedClock(datetime(2026, 3, 2, 12, 0))  # noqa: DTZ001
