"""One timer does all that comes again and again: each thing when it is due, and none in the way of another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Unknown
from shared.memory.clock import SteppedClock
from shared.operate.duties import Beats, Duty
from shared.operate.sweeping import Sweeping

START = datetime(2026, 3, 2, 10, 0, 7, tzinfo=UTC)
BEAT = timedelta(seconds=15)
EACH_MINUTE = "0 */1 * * * *"


class Process:
    """Beats that count what they were asked to do. Duties in `broken` fail."""

    def __init__(self, schedule: str = EACH_MINUTE) -> None:
        self.clock = SteppedClock(START)
        self.done: Counter[Duty] = Counter()
        self.broken: set[Duty] = set()
        works = {duty: self.work(duty) for duty in Duty}
        self.beats = Beats(self.clock, Sweeping(schedule), works)

    async def beat(self, times: int = 1, apart: timedelta = BEAT) -> Counter[Duty]:
        """What that many beats did."""
        self.done.clear()
        for _ in range(times):
            await self.beats.beat()
            self.clock.advance(apart)
        return Counter(self.done)

    def work(self, duty: Duty) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            if duty in self.broken:
                raise Unknown(duty.value)
            self.done[duty] += 1

        return work


async def test_a_process_that_has_just_begun_does_everything() -> None:
    assert await Process().beat() == Counter(Duty)


async def test_an_hour_of_beats_does_each_thing_as_often_as_it_is_due() -> None:
    process = Process()
    assert await process.beat(240) == {
        Duty.GLANCE: 240,
        Duty.NEWS: 240,
        Duty.SWEEP: 60,
        Duty.SILENCE: 60,
        Duty.METRICS: 60,
        Duty.HOUSEKEEPING: 6,
    }


async def test_beats_that_waver_by_seconds_miss_no_minute() -> None:
    process = Process()
    for late_s in (0, 3, 1, 4, 2) * 8:
        process.clock.advance(timedelta(seconds=late_s))
        await process.beats.beat()
        process.clock.advance(BEAT - timedelta(seconds=late_s))
    assert process.done[Duty.SWEEP] == 10


async def test_what_was_missed_for_an_hour_is_done_once() -> None:
    process = Process()
    await process.beat()
    process.clock.advance(timedelta(hours=1))
    assert await process.beat() == Counter(Duty)
    assert await process.beat() == Counter({Duty.GLANCE: 1, Duty.NEWS: 1})


async def test_sweeps_come_by_their_schedule() -> None:
    process = Process("0 */5 * * * *")
    assert (await process.beat(240))[Duty.SWEEP] == 1 + 11


@pytest.mark.parametrize("broken", list(Duty))
async def test_a_duty_that_fails_stops_no_other_and_the_beat_has_failed(
    broken: Duty, caplog: pytest.LogCaptureFixture
) -> None:
    process = Process()
    process.broken.add(broken)
    with pytest.RaisesGroup(Unknown, match=broken.value):
        await process.beat()
    assert process.done == Counter(set(Duty) - {broken})
    assert [one.startswith(f"{broken} failed") for one in caplog.messages] == [True]


async def test_a_duty_that_hangs_is_ended_and_keeps_no_other_from_being_done() -> None:
    process = Process()

    async def hang() -> None:
        await asyncio.Event().wait()

    works = {duty: process.work(duty) for duty in Duty} | {Duty.NEWS: hang}
    beats = Beats(process.clock, Sweeping(EACH_MINUTE), works, longest_s=0.01)
    with pytest.RaisesGroup(TimeoutError):
        await beats.beat()
    assert process.done == Counter(set(Duty) - {Duty.NEWS})


async def test_what_failed_is_done_again_when_it_is_due_again() -> None:
    process = Process()
    process.broken.add(Duty.SWEEP)
    with pytest.RaisesGroup(Unknown):
        await process.beat()
    process.broken.clear()
    process.clock.advance(timedelta(minutes=1))
    assert (await process.beat())[Duty.SWEEP] == 1
