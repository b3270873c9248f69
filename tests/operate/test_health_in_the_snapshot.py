"""A pass sees what DC/OS last said of its own health, with its age, wherever it runs, and does nothing about it."""

from __future__ import annotations

from datetime import timedelta

from shared.errors import Retry
from shared.model.health import UNREAD, ClusterHealth, Diagnostics
from shared.model.readings import Failure, Value
from shared.model.snapshot import Snapshot
from shared.operate.look import look
from tests.operate.test_hearing_of_health import MASTERS, MESOS, Desk


async def seen(desk: Desk) -> Snapshot:
    return await look(desk.scene.outside.eyes, desk.cluster)


def health_in(snapshot: Snapshot) -> ClusterHealth:
    assert isinstance(snapshot.health, Value), snapshot.health
    return snapshot.health.value


async def test_nothing_was_read_before_the_first_reading() -> None:
    desk = await Desk.ready()
    assert (await seen(desk)).health == UNREAD


async def test_the_last_reading_is_in_the_snapshot_with_its_age() -> None:
    desk = await Desk.ready()
    desk.fails()
    await desk.hears()
    read_at = desk.scene.clock.now()
    desk.scene.clock.advance(timedelta(minutes=3))
    desk.scene.restarts()
    snapshot = await seen(desk)
    assert snapshot.started_at - snapshot.health.taken_at == timedelta(minutes=3)
    assert snapshot.health.taken_at == read_at
    diagnostics = health_in(snapshot).diagnostics
    assert isinstance(diagnostics, Value)
    assert isinstance(diagnostics.value, Diagnostics)
    assert [master.address for master in diagnostics.value.masters] == sorted(MASTERS)
    ill = diagnostics.value.node(desk.addresses[desk.node])
    assert ill is not None
    assert [unit.unit for unit in ill.failed] == [MESOS]


async def test_a_part_that_could_not_be_read_is_a_failure_in_the_snapshot_too() -> None:
    desk = await Desk.ready()
    await desk.hears()
    desk.dcos.blind.add("exhibitor")
    await desk.hears()
    assert isinstance(health_in(await seen(desk)).ensemble, Failure)
    assert isinstance(health_in(await seen(desk)).marathon, Value)


async def test_storage_that_does_not_give_the_reading_freezes_nothing_else() -> None:
    desk = await Desk.ready()
    await desk.hears()
    desk.scene.store.faults.next("get", Retry("storage is away", timedelta(seconds=1)), times=9)
    snapshot = await seen(desk)
    assert isinstance(snapshot.health, Failure)
    assert "storage is away" in snapshot.health.why
    assert isinstance(snapshot.scheduler, Value)


async def test_the_reading_is_kept_before_the_signals_are_sent() -> None:
    desk = await Desk.ready()
    desk.fails()
    desk.scene.queues.faults.next("send", Retry("queues are away", timedelta(seconds=1)), times=9)
    try:
        await desk.hears()
    except Retry:
        assert isinstance((await seen(desk)).health, Value)
    else:
        raise AssertionError("the signal was sent")
