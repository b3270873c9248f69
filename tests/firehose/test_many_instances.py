"""Rows carry what rules reached: over restarts, between instances, and when storage does not answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Retry
from shared.memory.store import MemoryStore
from shared.model.signals import SignalKind
from shared.signals.window import MOST, WINDOW
from tests.builders import memory
from tests.firehose.ground import Ground, metric, rule
from tests.watched import Call


async def test_a_pending_rule_goes_on_after_a_restart() -> None:
    ground = Ground(rule(lasts=timedelta(minutes=5)))
    assert await ground.hears_each(30, 6, 1, used_percent=95) == []
    ground.restarts()
    signals = await ground.hears_each(30, 5, 1, used_percent=95)
    assert len(signals) == 1


async def test_a_restart_in_the_middle_counts_no_time_in_which_nobody_listened() -> None:
    ground = Ground(rule(lasts=timedelta(minutes=5)))
    assert await ground.hears_each(30, 6, 1, used_percent=95) == []
    ground.restarts()
    assert await ground.hears_each(3600, 1, 1, used_percent=95) == []
    assert await ground.hears_each(30, 4, 1, used_percent=95) == []
    assert len(await ground.hears_each(30, 3, 1, used_percent=95)) == 1


async def test_one_bad_value_and_a_restart_long_after_it_fire_nothing() -> None:
    ground = Ground(rule(lasts=timedelta(minutes=5)))
    assert await ground.hears_each(30, 1, 1, used_percent=95) == []
    ground.restarts()
    ground.passes(300)
    assert await ground.hears_each(10, 5, 1, used_percent=95) == []


async def test_a_rule_fires_however_often_everything_is_started_anew() -> None:
    ground = Ground(rule(lasts=timedelta(minutes=5)))
    told = []
    for _ in range(14):
        ground.restarts()
        told += await ground.hears_each(30, 1, 1, used_percent=95)
    assert len(told) == 1


async def test_a_pending_series_is_written_a_few_times_and_not_with_each_value() -> None:
    calls: list[str] = []

    async def counted(call: Call) -> Any:
        calls.append(call.name)
        return await call.go()

    ground = Ground(rule(lasts=timedelta(hours=1)))
    ear = ground.another_ear(counted)
    for _ in range(355):
        ground.passes(10)
        await ground.hears(metric(1, ground.now_s, used_percent=95), ear=ear)
    assert calls.count("store.write_all") == 4


async def test_a_firing_rule_is_not_told_again_after_a_restart_and_is_resolved() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears_each(10, 1, 1, used_percent=95)
    ground.restarts()
    assert await ground.hears_each(10, 3, 1, used_percent=95) == []
    (signal,) = await ground.hears_each(10, 1, 1, used_percent=50)
    assert signal.kind is SignalKind.NODE_WELL


async def test_two_instances_that_see_the_same_node_tell_it_once() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    other = ground.another_ear()
    first = await ground.hears(metric(1, ground.now_s, used_percent=95))
    second = await ground.hears(metric(1, ground.now_s + 1, used_percent=95), ear=other)
    assert (len(first), len(second)) == (1, 0)


async def test_what_one_instance_fired_another_resolves() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    other = ground.another_ear()
    await ground.hears(metric(2, ground.now_s, used_percent=10), ear=other)
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    ground.passes(40)
    (signal,) = await ground.hears(metric(1, ground.now_s, used_percent=10), ear=other)
    assert signal.kind is SignalKind.NODE_WELL
    ground.passes(40)
    (again,) = await ground.hears(metric(1, ground.now_s, used_percent=99))
    assert again.kind is SignalKind.NODE_UNWELL


async def test_many_transitions_at_once_of_which_another_made_some() -> None:
    ground = Ground(rule(lasts=timedelta(0)), nodes=90)
    other = ground.another_ear()
    await ground.hears(metric(1, ground.now_s, used_percent=10), ear=other)
    first = await ground.hears(*(metric(one, ground.now_s, used_percent=95) for one in range(1, 91, 2)))
    second = await ground.hears(
        *(metric(one, ground.now_s, used_percent=95) for one in range(1, 91)), ear=other
    )
    assert (len(first), len(second)) == (45, 45)
    assert {one.node for one in first}.isdisjoint({one.node for one in second})


async def test_what_could_not_be_written_is_told_with_the_next_body() -> None:
    store = MemoryStore()
    ground = Ground(rule(lasts=timedelta(0)), store=store)
    await ground.hears(metric(1, ground.now_s, used_percent=10))
    store.faults.next("write_all", Retry("busy", timedelta(seconds=1)))
    with pytest.raises(Retry):
        await ground.hears(metric(1, ground.now_s + 1, used_percent=95))
    assert len(await ground.hears(metric(1, ground.now_s + 2, used_percent=95))) == 1


async def test_a_flood_of_signals_becomes_one_look_when_it_has_passed() -> None:
    ground = Ground(rule(lasts=timedelta(0)), nodes=250)
    await ground.hears(metric(1, ground.now_s, used_percent=10))
    first = await ground.hears(*(metric(one, ground.now_s, used_percent=95) for one in range(1, 251)))
    assert len(first) == MOST
    assert len(await ground.rows()) == 250
    (look,) = await ground.hears_each(WINDOW.total_seconds(), 1, 1, used_percent=95)
    assert look.kind is SignalKind.SWEEP
    ground.restarts()
    assert await ground.hears_each(40, 3, 1, used_percent=95) == []


async def test_an_answer_that_got_lost_does_not_silence_the_signal() -> None:
    store = MemoryStore()
    ground = Ground(rule(lasts=timedelta(0)), store=store)
    await ground.hears(metric(1, ground.now_s, used_percent=10))
    store.faults.next("write_all", Retry("lost", timedelta(seconds=1)), done=True)
    with pytest.raises(Retry):
        await ground.hears(metric(1, ground.now_s + 1, used_percent=95))
    assert len(await ground.hears(metric(1, ground.now_s + 2, used_percent=96))) == 1


async def test_rows_of_a_rule_that_nobody_has_any_more_go_after_a_day() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    ground.policy = Ground(rule(name="another")).policy
    await ground.hears_each(40, 2, 1, used_percent=10)
    assert len(await ground.rows()) == 1
    await ground.hears_each(86_400, 1, 1, used_percent=10)
    assert await ground.rows() == []


async def test_a_series_of_a_node_that_is_gone_is_let_go_without_a_word() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    await ground.forget(memory(1))
    ground.passes(120)
    assert await ground.ticks() == []
    assert await ground.rows() == []
