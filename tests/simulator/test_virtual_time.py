"""Time that does not wait: a day passes in moments, and a wait for nothing is told."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from simulator.virtual_time import EPOCH, Deadlock, VirtualClock, run_virtual


def test_a_day_passes_in_less_than_a_second() -> None:
    async def story(clock: VirtualClock) -> datetime:
        for _ in range(24):
            await clock.sleep(3600)
        return clock.now()

    began = time.perf_counter()
    assert run_virtual(story) == EPOCH + timedelta(days=1)
    assert time.perf_counter() - began < 1


def test_the_story_may_begin_at_any_time() -> None:
    async def story(clock: VirtualClock) -> datetime:
        return clock.now()

    start = datetime(2020, 2, 29, 23, 59, tzinfo=UTC)
    assert run_virtual(story, start) == start


def test_tasks_wake_in_the_order_of_their_times() -> None:
    async def story(clock: VirtualClock) -> list[int]:
        woken: list[int] = []

        async def sleeper(seconds: int) -> None:
            await clock.sleep(seconds)
            woken.append(seconds)

        await asyncio.gather(*(sleeper(seconds) for seconds in (30, 10, 20)))
        return woken

    assert run_virtual(story) == [10, 20, 30]


def test_a_wait_for_nothing_ends_with_the_names_of_those_who_wait() -> None:
    async def stuck() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match=r"no timer is set.*stuck"):
        run_virtual(stuck())


def test_timeouts_end_when_virtual_time_says_so() -> None:
    async def story(clock: VirtualClock) -> float:
        began = clock.now()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(90):
                await asyncio.Event().wait()
        return (clock.now() - began).total_seconds()

    assert run_virtual(story) == pytest.approx(90)


def test_work_for_a_thread_is_done_without_time_passing() -> None:
    async def story(clock: VirtualClock) -> tuple[int, timedelta]:
        began = clock.now()
        result = await asyncio.to_thread(sum, [1, 2, 3])
        return result, clock.now() - began

    assert run_virtual(story) == (6, timedelta(0))


def test_a_start_without_a_time_zone_is_refused() -> None:
    async def story(clock: VirtualClock) -> None:
        return None

    with pytest.raises(ValueError, match="no time zone"):
        run_virtual(story, datetime(2020, 1, 1))  # noqa: DTZ001 - what is refused
