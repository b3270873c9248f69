"""The process may end after any call of storage: what a rule reached is told all the same, by whoever is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.model.signals import Signal, SignalKind
from tests.builders import name
from tests.firehose.ground import Ground, metric, rule
from tests.watched import Crash, Tripwire

AT_ONCE = rule(lasts=timedelta(0))


async def minutes_pass(ground: Ground, count: int) -> list[Signal]:
    """Nobody sends anything; another process looks each minute."""
    told: list[Signal] = []
    for _ in range(count):
        ground.passes(60)
        told += await ground.ticks()
    return told


@pytest.mark.parametrize("at", range(1, 9))
async def test_a_crash_after_any_call_loses_no_signal(at: int) -> None:
    ground = Ground(AT_ONCE)
    await ground.hears(metric(2, ground.now_s, used_percent=10))
    tripwire = Tripwire(at)
    ear = ground.another_ear(tripwire)
    told: list[Signal] = []
    bad = metric(1, ground.now_s + 1, used_percent=95)
    ground.passes(1)
    try:
        told += await ground.hears(bad, ear=ear)
    except Crash:
        told += ground.told()
        ground.restarts()
    told += await ground.hears(bad)
    told += await minutes_pass(ground, 3)
    assert {signal.event_id for signal in told} == {told[0].event_id}
    assert (told[0].kind, told[0].node, len(told) <= 2) == (SignalKind.NODE_UNWELL, name(1), True)
    assert await minutes_pass(ground, 3) == []


async def test_a_crash_before_the_signal_is_made_up_for_when_nothing_is_heard_any_more() -> None:
    ground = Ground(AT_ONCE)
    await ground.hears(metric(2, ground.now_s, used_percent=10))
    calls = Tripwire(1_000)
    await ground.hears(metric(3, ground.now_s, used_percent=95), ear=ground.another_ear(calls))
    before_the_signal = calls.calls.index("queues.send")
    assert calls.calls[before_the_signal - 1] == "store.write_all"
    with pytest.raises(Crash):
        await ground.hears(
            metric(1, ground.now_s, used_percent=95), ear=ground.another_ear(Tripwire(before_the_signal))
        )
    assert ground.told() == []
    (signal,) = await minutes_pass(ground, 3)
    assert (signal.kind, signal.node) == (SignalKind.NODE_UNWELL, name(1))


async def test_the_end_of_it_is_told_after_a_crash_too() -> None:
    ground = Ground(AT_ONCE)
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    calls = Tripwire(1_000)
    await ground.hears(metric(1, ground.now_s + 1, used_percent=95), ear=ground.another_ear(calls))
    ground.passes(10)
    with pytest.raises(Crash):
        await ground.hears(
            metric(1, ground.now_s, used_percent=10), ear=ground.another_ear(Tripwire(len(calls.calls) + 1))
        )
    assert ground.told() == []
    (signal,) = await minutes_pass(ground, 3)
    assert signal.kind is SignalKind.NODE_WELL


async def test_a_signal_whose_queue_does_not_answer_is_sent_with_the_next_body() -> None:
    ground = Ground(AT_ONCE)
    await ground.hears(metric(2, ground.now_s, used_percent=10))
    ground.queues.faults.next("send", Retry("queue", timedelta(seconds=1)))
    with pytest.raises(Retry):
        await ground.hears(metric(1, ground.now_s, used_percent=95))
    (signal,) = await ground.hears(metric(2, ground.now_s + 1, used_percent=10))
    assert signal.node == name(1)
    assert await minutes_pass(ground, 3) == []


async def test_a_row_that_could_not_be_marked_as_told_is_told_twice_at_most() -> None:
    ground = Ground(AT_ONCE)
    await ground.hears(metric(2, ground.now_s, used_percent=10))
    calls = Tripwire(1_000)
    ear = ground.another_ear(calls)
    await ground.hears(metric(2, ground.now_s, used_percent=10), ear=ear)
    dying = ground.another_ear(Tripwire(len(calls.calls) + 2))
    with pytest.raises(Crash):
        await ground.hears(metric(1, ground.now_s, used_percent=95), ear=dying)
    told = ground.told()
    assert len(told) == 1
    told += await minutes_pass(ground, 5)
    assert [signal.event_id for signal in told] == [told[0].event_id] * 2
