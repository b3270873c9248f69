"""What waits and what metrics say is read where a pool follows it, and nothing that was not read counts as none."""

from __future__ import annotations

import asyncio
from dataclasses import replace as with_others
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from shared.errors import Retry
from shared.memory.workloads import MemoryWorkloads
from shared.model.load import UNASKED_LOAD, Load, Queue, Queued
from shared.model.mesos import Amounts
from shared.model.readings import Failure, Reading, Value
from shared.model.workloads import Needs
from shared.operate import load
from shared.operate.load import with_load
from shared.operate.look import look
from shared.operate.outside import Outside
from shared.policy.scaling import Allocated, Metric, Resource, Scaling, Signal, Waiting
from shared.policy.schema import ClusterPolicy
from shared.ports.store import Table, Write
from shared.records.followed import Followed, Told
from tests.builders import cluster_policy, name, pool_policy
from tests.scene import Scene
from tests.watched import Call, watched

HUGE = Queued(app="/huge", count=3, needs=Needs(Amounts(64, 1_000)))
DEPTH = Metric("queue.depth", 100)


def following(*signals: Signal) -> ClusterPolicy:
    return cluster_policy(pool_policy(scaling=Scaling(signals=signals)))


async def seen(scene: Scene, cluster: ClusterPolicy, outside: Outside | None = None) -> Load:
    snapshot = await look(scene.outside.eyes, cluster)
    return (await with_load(outside or scene.outside, cluster, snapshot)).load


async def tells(scene: Scene, value: float, *numbers: int) -> None:
    at = scene.clock.now().timestamp()
    told = Told("queue.depth", "worker", "", {name(number): {"": (value, at)} for number in numbers})
    followed = Followed("prod", "private", "queue.depth")
    write = Write(followed.row("worker"), msgspec.json.encode(told), "*")
    await scene.store.write(Table.ALERT_STATES, followed.partition, write)


@pytest.mark.parametrize("signals", [(), (Allocated(Resource.CPU),)])
async def test_where_nothing_is_followed_nobody_is_asked(signals: tuple[Signal, ...]) -> None:
    scene, calls = Scene(agents=2), list[str]()

    async def around(call: Call) -> None:
        calls.append(call.name)

    outside = with_others(
        scene.outside,
        store=watched("store", scene.store, around),
        workloads_of=lambda _: watched("workloads", scene.works, around),
    )
    assert await seen(scene, following(*signals), outside) is UNASKED_LOAD
    assert await seen(scene, cluster_policy(), outside) is UNASKED_LOAD
    assert calls == []


async def test_what_waits_is_read_where_a_pool_follows_it() -> None:
    scene = Scene(agents=2)
    scene.works.queued = (HUGE,)
    reading = (await seen(scene, following(Waiting()))).queue
    assert isinstance(reading, Value)
    assert reading.value == Queue((HUGE,))
    assert (await seen(scene, following(DEPTH))).queue == UNASKED_LOAD.queue


async def test_a_marathon_that_does_not_answer_leaves_the_metric() -> None:
    scene = Scene(agents=2)
    scene.works.blind.add("queue")
    await tells(scene, 7, 0, 1)
    seen_now = await seen(scene, following(Waiting(), DEPTH))
    assert isinstance(seen_now.queue, Failure)
    depth = seen_now.metric("private", "queue.depth")
    assert isinstance(depth, Value)
    assert depth.value == 14


async def test_an_answer_that_never_comes_is_a_failure_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(MemoryWorkloads):
        async def queue(self) -> Reading[Queue]:
            await asyncio.Event().wait()
            raise AssertionError

    scene = Scene(agents=2)
    monkeypatch.setattr(load, "LONGEST", timedelta(milliseconds=10))
    hanging = with_others(scene.outside, workloads_of=lambda _: Hanging(scene.clock, ()))
    reading = (await seen(scene, following(Waiting()), hanging)).queue
    assert isinstance(reading, Failure)
    assert "no answer" in reading.why


async def test_nobody_who_can_be_asked_is_no_empty_queue() -> None:
    scene = Scene(agents=2)
    alone = with_others(scene.outside, workloads_of=lambda _: None)
    assert isinstance((await seen(scene, following(Waiting()), alone)).queue, Failure)


async def test_a_metric_that_can_t_be_read_is_a_failure() -> None:
    scene = Scene(agents=2)
    await tells(scene, 7, 0, 1)
    scene.store.faults.always("query", Retry("busy", timedelta(seconds=1)))
    snapshot = await look(scene.outside.eyes, cluster_policy())
    found = (await with_load(scene.outside, following(DEPTH), snapshot)).load
    assert isinstance(found.metric("private", "queue.depth"), Failure)


async def test_while_azures_list_can_t_be_read_no_metric_is_added_up() -> None:
    scene = Scene(agents=2)
    await tells(scene, 7, 0, 1)
    cluster = following(DEPTH)
    snapshot = await look(scene.outside.eyes, cluster)
    blind = replace(snapshot.pools["private"], instances=Failure("no", "azure.instances", scene.clock.now()))
    found = (await with_load(scene.outside, cluster, replace(snapshot, pools={"private": blind}))).load
    assert isinstance(found.metric("private", "queue.depth"), Failure)


async def test_what_was_not_asked_for_is_a_failure() -> None:
    found = await seen(Scene(agents=2), following(DEPTH))
    assert isinstance(found.metric("private", "other"), Failure)
    assert isinstance(found.metric("public", "queue.depth"), Failure)


async def test_metrics_that_are_never_told_are_waited_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    async def hang(call: Call) -> None:
        asked.append(call.name)
        await asyncio.Event().wait()

    scene = Scene(agents=2)
    monkeypatch.setattr(load, "LONGEST", timedelta(milliseconds=50))
    hanging = with_others(scene.outside, store=watched("store", scene.store, hang))
    many = following(*(Metric(f"m{number}", 1) for number in range(40)))
    async with asyncio.timeout(1):
        found = await seen(scene, many, hanging)
    assert len(asked) == 40
    assert all(isinstance(found.metric("private", f"m{number}"), Failure) for number in range(40))
