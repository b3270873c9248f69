"""Failures come when they were ordered: before the work, or after it, or until further notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import PoolkeeperError, Refused, Retry, Unknown
from shared.memory.clock import SteppedClock
from shared.memory.compute import MemoryCompute
from shared.memory.queues import MemoryQueues
from shared.memory.scheduler import MemoryScheduler
from shared.memory.store import MemoryStore
from shared.model.azure import PoolAddress
from shared.ports.queues import Queue
from shared.ports.store import Table, Write

POOL = PoolAddress("sub", "group", "agents")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BUSY = Retry("the store is busy", timedelta(seconds=5))
LOST = Unknown("the answer got lost")


async def test_a_failure_before_the_work_leaves_everything_as_it_was() -> None:
    store = MemoryStore()
    store.faults.next("write", BUSY)

    with pytest.raises(Retry):
        await store.write(Table.LEDGER, "prod", Write("row", b"{}", None))

    assert await store.get(Table.LEDGER, "prod", "row") is None
    await store.write(Table.LEDGER, "prod", Write("row", b"{}", None))


async def test_a_failure_after_the_work_loses_only_the_answer() -> None:
    clock = SteppedClock(START)
    store, queues, compute = MemoryStore(), MemoryQueues(clock), MemoryCompute(clock)
    compute.add_pool(POOL, 3)
    for twin, call in ((store, "write"), (queues, "send"), (compute, "destroy")):
        twin.faults.next(call, LOST, done=True)

    with pytest.raises(Unknown):
        await store.write(Table.LEDGER, "prod", Write("row", b"{}", None))
    with pytest.raises(Unknown):
        await queues.send(Queue.SIGNALS, b"{}", timedelta(0))
    with pytest.raises(Unknown):
        await compute.destroy(POOL, ["1"])

    assert await store.get(Table.LEDGER, "prod", "row") is not None
    assert len(queues.receive(Queue.SIGNALS)) == 1
    assert await compute.instance(POOL, "1") is None


@pytest.mark.parametrize("error", [BUSY, Refused("azure", "not_authorized", {})])
async def test_a_standing_failure_lasts_until_it_is_cleared(error: PoolkeeperError) -> None:
    compute = MemoryCompute(SteppedClock(START))
    compute.add_pool(POOL, 3)
    compute.faults.always("instances", error)

    for _ in range(3):
        with pytest.raises(type(error)):
            await compute.instances(POOL)
        assert (await compute.scale_set(POOL)).capacity == 3

    compute.faults.clear()
    assert len(await compute.instances(POOL)) == 3


async def test_a_failure_may_come_several_times_in_a_row() -> None:
    scheduler = MemoryScheduler(SteppedClock(START))
    scheduler.faults.next("state", BUSY, times=2)

    for _ in range(2):
        with pytest.raises(Retry):
            await scheduler.state()
    assert (await scheduler.state()).agents == ()
