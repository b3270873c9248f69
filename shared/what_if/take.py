"""Taking a snapshot to keep: all that a pass reads, and what it would read only if it needed that.

A pass asks what runs for whom, and what waits, only where a decision may depend on it. By another policy other things
may depend on it, so here all of it is asked. Nothing is written.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct

from shared.model.load import UNASKED_LOAD
from shared.model.mesos import SchedulerState
from shared.model.readings import Value
from shared.operate.look import look
from shared.operate.masters import ask_machines, ask_masters
from shared.operate.outside import Outside
from shared.operate.work import read_work
from shared.policy.schema import ClusterPolicy
from shared.ports.store import Store, Table

from .saved import Saved, SavedPolicy, SavedRow, SavedWork, row_of, without_labels


class _Part(Struct, frozen=True):
    """Rows of one partition, from `first` to before `last`."""

    table: Table
    beside: str = ""
    first: str = ""
    last: str = ""


PARTS = (
    _Part(Table.INVENTORY),
    _Part(Table.INCIDENTS, first="open|", last="open}"),
    _Part(Table.OPERATIONS, first="running|", last="running}"),
    _Part(Table.OPERATIONS, first="master", last="mastes"),
    _Part(Table.LEDGER),
    _Part(Table.LEDGER, "|sizes"),
    _Part(Table.LEDGER, "|past"),
    _Part(Table.LEDGER, "|moves"),
    _Part(Table.LEDGER, "|offers"),
    _Part(Table.OVERRIDES),
    _Part(Table.ALERT_STATES, "|followed"),
)


async def take(outside: Outside, cluster: ClusterPolicy, policy: SavedPolicy) -> Saved:
    """Readings that fail are failures in the answer; errors of the storage go through."""
    rows, snapshot, asked = await asyncio.gather(
        _rows(outside.store, cluster.name), look(outside.eyes, cluster, True), ask_masters(outside, cluster)
    )
    machines = await ask_machines(outside, cluster) if cluster.machine_group is not None else None
    mesos = snapshot.scheduler.value if isinstance(snapshot.scheduler, Value) else None
    work = await _work(outside, cluster, mesos)
    return Saved(
        cluster=cluster.name,
        taken_at=outside.clock.now(),
        policy=policy,
        addresses={pool.name: cluster.address_of(pool) for pool in cluster.pools},
        snapshot=snapshot,
        work=work,
        masters=asked.said if asked else None,
        machines=machines,
        rows=rows,
    )


async def _work(outside: Outside, cluster: ClusterPolicy, mesos: SchedulerState | None) -> SavedWork:
    state, workloads = without_labels(await read_work(outside, cluster, mesos)), outside.workloads_of(cluster)
    if workloads is None:
        return SavedWork(state, UNASKED_LOAD.queue)
    queue, others = await asyncio.gather(workloads.queue(), workloads.other_queues(cluster.marathons))
    pending = await workloads.pending(mesos) if mesos is not None else {}
    return SavedWork(state, queue, others, pending)


async def _rows(store: Store, cluster: str) -> tuple[SavedRow, ...]:
    async def of(part: _Part) -> list[SavedRow]:
        partition = f"{cluster}{part.beside}"
        found = await store.query(part.table, partition, part.first, part.last)
        return [row_of(part.table, partition, one) for one in found]

    return tuple(row for rows in await asyncio.gather(*map(of, PARTS)) for row in rows)
