"""Deciding on a saved snapshot, by the policy of then or by another one.

What is run is the pass's own judging and deciding (`shared/the_pass.py`), at the time at which the snapshot was taken,
over a store with the saved rows and over schedulers that answer what they answered then. Nothing is begun and nothing
is written anywhere.

By another policy a pool may be called something else: its readings are found by its scale set. Of a scale set, of
masters or of a metric that were not asked then nothing is known now, and what rests on that is not decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from shared.audit import AuditLog
from shared.errors import PoolkeeperError
from shared.memory.clock import SteppedClock
from shared.memory.compute import MemoryCompute
from shared.memory.machines import MemoryMachines
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.memory.workloads import MemoryWorkloads
from shared.model.azure import Machine, MachineGroup
from shared.model.decisions import Decision
from shared.model.load import Pending, Queue
from shared.model.mesos import SchedulerState
from shared.model.readings import Failure, Reading
from shared.model.snapshot import PoolReadings
from shared.model.workloads import WorkloadState
from shared.operate.masters import Asked
from shared.operate.outside import Outside
from shared.operate.recall import recall
from shared.policy.schema import ClusterPolicy
from shared.ports.clock import Clock
from shared.ports.scheduler import Scheduler
from shared.ports.store import Write
from shared.records import Records
from shared.the_pass import Readings, decided, judged

from .saved import Saved, SavedWork

ELSEWHERE = "the snapshot has nothing of this"


class Aim(Struct, frozen=True):
    """The size that a pool is to have, and why."""

    pool: str
    size: int
    wanted: int
    because: str


class WhatIf(Struct, frozen=True):
    """What would be decided, in the order of the pass: about nodes, masters, sizes, and load."""

    cluster: str
    at: datetime
    nodes: int
    not_well: int
    decisions: tuple[Decision, ...]
    sizes: tuple[Aim, ...] = ()


async def decide_again(saved: Saved, cluster: ClusterPolicy) -> WhatIf:
    """By the policy of `cluster`, which has the name of the snapshot's."""
    store = MemoryStore()
    for row in saved.rows:
        await store.write(row.table, row.partition, Write(row.row, row.body.encode(), "*"))
    outside = _outside(saved, store)
    asked = Asked(saved.snapshot.started_at, saved.masters) if saved.masters is not None else None
    recalled, snapshot = await recall(outside, cluster), replace(saved.snapshot, pools=_pools(saved, cluster))
    picture = await judged(outside, Readings(cluster, recalled, snapshot, asked), ())
    found = decided(picture)
    return WhatIf(
        cluster=cluster.name,
        at=saved.taken_at,
        nodes=len(picture.findings),
        not_well=len({one.node for one in found}),
        decisions=found,
        sizes=tuple(Aim(one.pool, one.size, one.nodes, one.wanted.because) for one in picture.sized),
    )


def _pools(saved: Saved, cluster: ClusterPolicy) -> dict[str, PoolReadings]:
    """Those of the policy, by its names for them."""
    unknown = Failure(ELSEWHERE, "snapshot", saved.taken_at)
    by_address = {address: saved.snapshot.pools.get(name) for name, address in saved.addresses.items()}
    none = PoolReadings(unknown, unknown, unknown)
    return {pool.name: by_address.get(cluster.address_of(pool)) or none for pool in cluster.pools}


def _outside(saved: Saved, store: MemoryStore) -> Outside:
    clock = SteppedClock(saved.taken_at)
    return Outside(
        clock=clock,
        compute=MemoryCompute(clock),
        scheduler_of=_nobody,
        store=store,
        queues=MemoryQueues(clock),
        records=Records(store),
        audit=AuditLog(store),
        worker="what-if",
        workloads_of=lambda _: _Work(saved.work, clock),
        machines=_Machines(saved.machines, clock) if saved.machines is not None else None,
    )


def _nobody(cluster: ClusterPolicy) -> Scheduler:
    raise PoolkeeperError(f"the masters of {cluster.name} are not asked again")


def _told[T](reading: Reading[T]) -> T:
    if isinstance(reading, Failure):
        raise PoolkeeperError(reading.why)
    return reading.value


class _Work(MemoryWorkloads):
    """Marathon and the services, as they were."""

    def __init__(self, work: SavedWork, clock: Clock) -> None:
        super().__init__(clock, ())
        self._work, self._at = work, clock.now()

    async def read(self, mesos: SchedulerState | None = None) -> WorkloadState:
        return _told(self._work.state)

    async def queue(self) -> Reading[Queue]:
        return self._work.queue

    async def other_queues(self, names: Collection[str]) -> Mapping[str, Reading[Queue]]:
        unknown = Failure(ELSEWHERE, "snapshot", self._at)
        return {name: self._work.others.get(name, unknown) for name in sorted(names)}

    async def pending(self, mesos: SchedulerState) -> Mapping[str, Reading[tuple[Pending, ...]]]:
        return self._work.pending


class _Machines(MemoryMachines):
    """The masters' machines, as they were."""

    def __init__(self, reading: Reading[tuple[Machine, ...]], clock: Clock) -> None:
        super().__init__(clock)
        self._reading = reading

    async def machines(self, group: MachineGroup) -> tuple[Machine, ...]:
        return tuple(one for one in _told(self._reading) if group.matches(one.name))
