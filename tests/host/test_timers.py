"""Timer triggers, on a clock that the test moves: when they run, what they are told, what is remembered."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.host import SettingsError
from simulator.host.contract import Inputs
from simulator.host.timers import StatusBook, TimerListener, TimerPlan, plan_of
from simulator.host.worker import Binding, IndexedFunction, Outcome
from tests.host.conftest import Start

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


class SteppedClock:
    """Time passes only in `sleep`, at once; after `until` it stands still and sleepers wait for ever."""

    def __init__(self, start: datetime, until: datetime) -> None:
        self._now = start
        self._until = until
        self.ran_out = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if self._now + timedelta(seconds=seconds) > self._until:
            self.ran_out.set()
            await asyncio.Event().wait()
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def _timer(schedule: str, **settings: object) -> TimerPlan:
    binding = Binding("timerTrigger", "timer", {"schedule": schedule, **settings})
    return plan_of(IndexedFunction("tick", "id", binding), NOON)


async def _ticks(
    plan: TimerPlan, clock: SteppedClock, book: StatusBook | None = None, lasts_s: float = 0.0
) -> list[tuple[datetime, dict[str, object]]]:
    """Listen until the clock runs out; the moments of the runs and what each was told. Every run fails."""
    told: list[tuple[datetime, dict[str, object]]] = []

    async def run(inputs: Inputs) -> Outcome:
        told.append((clock.now(), json.loads(inputs.value.value)))
        clock.pass_by(lasts_s)
        return Outcome(error="it failed, and the schedule goes on")

    listening = asyncio.create_task(TimerListener(plan, clock, book or StatusBook(None), run).listen())
    await asyncio.wait_for(clock.ran_out.wait(), 5)
    listening.cancel()
    await asyncio.wait([listening])
    return told


async def test_a_timer_runs_at_every_occurrence_although_each_run_fails() -> None:
    told = await _ticks(_timer("0 */5 * * * *"), SteppedClock(NOON, NOON + timedelta(minutes=16)))
    assert [(at - NOON) / timedelta(minutes=1) for at, _ in told] == [5, 10, 15]


async def test_a_run_that_lasts_longer_than_the_gap_skips_what_it_covers() -> None:
    clock = SteppedClock(NOON, NOON + timedelta(minutes=25))
    told = await _ticks(_timer("0 */5 * * * *"), clock, lasts_s=420)
    assert [(at - NOON) / timedelta(minutes=1) for at, _ in told] == [5, 15, 25]


async def test_run_on_startup_runs_at_once() -> None:
    told = await _ticks(
        _timer("0 0 * * * *", runOnStartup=True), SteppedClock(NOON, NOON + timedelta(minutes=5))
    )
    assert [(at, what["IsPastDue"]) for at, what in told] == [(NOON, False)]


async def test_a_monitored_timer_is_told_its_last_and_next_run() -> None:
    told = await _ticks(_timer("0 */5 * * * *"), SteppedClock(NOON, NOON + timedelta(minutes=11)))
    first, second = (what["ScheduleStatus"] for _, what in told)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["Last"][:4], first["Next"]) == ("0001", "2026-11-22T12:05:00+00:00")
    assert (second["Last"], second["Next"]) == ("2026-11-22T12:05:00+00:00", "2026-11-22T12:10:00+00:00")


@pytest.mark.parametrize("plan", [_timer("0 */5 * * * *", useMonitor=False), _timer("*/30 * * * * *")])
async def test_a_timer_without_monitor_or_more_often_than_a_minute_has_no_status(plan: TimerPlan) -> None:
    told = await _ticks(plan, SteppedClock(NOON, NOON + timedelta(minutes=6)))
    assert {what["ScheduleStatus"] for _, what in told} == {None}


async def test_a_run_missed_while_the_host_was_down_is_made_up_for_once(tmp_path: Path) -> None:
    path = tmp_path / "timers.json"
    await _ticks(_timer("0 */5 * * * *"), SteppedClock(NOON, NOON + timedelta(minutes=6)), StatusBook(path))
    later = NOON + timedelta(minutes=33)
    clock = SteppedClock(later, later + timedelta(minutes=3))
    told = await _ticks(_timer("0 */5 * * * *"), clock, StatusBook(path))
    assert [(at, what["IsPastDue"]) for at, what in told] == [
        (later, True),
        (NOON + timedelta(minutes=35), False),
    ]


async def test_a_restart_before_the_next_occurrence_makes_up_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "timers.json"
    await _ticks(_timer("0 */5 * * * *"), SteppedClock(NOON, NOON + timedelta(minutes=6)), StatusBook(path))
    later = NOON + timedelta(minutes=7)
    told = await _ticks(
        _timer("0 */5 * * * *"), SteppedClock(later, later + timedelta(minutes=1)), StatusBook(path)
    )
    assert told == []


def test_a_damaged_status_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "timers.json"
    path.write_text('{"tick": {"Last": "soon"}}')
    with pytest.raises(SettingsError, match=r"timers\.json is not a timer status file"):
        StatusBook(path)


async def test_the_host_runs_its_timers_and_survives_their_failures(start: Start) -> None:
    running = await start(TICK="* * * * * *")
    await running.until(lambda: len(running.seen("tick")) == 2)
    assert next(outcome.ok for name, outcome, _ in running.outcomes if name == "tick") is False


async def test_the_host_runs_a_startup_timer_when_it_starts(start: Start) -> None:
    running = await start(**{"AzureWebJobs.morning.Disabled": "false"})
    await running.until(lambda: [name for name, _, _ in running.outcomes] == ["morning"])
