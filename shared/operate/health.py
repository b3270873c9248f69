"""Hearing of DC/OS's own health: read, compare with what is remembered, tell what has changed.

It runs beside the pass and never in it, because some of these interfaces take a minute or hang. What has changed
becomes signals in the queue, which wake a pass like all others; the pass looks for itself.

The reading itself is kept before anything else, for the passes that the signals wake: a snapshot has it, with its age.
Signals are sent before the change is remembered: after a crash in between they are sent again, which costs one pass,
while the other way round they would be lost. Rows are written on their etags; where another worker was faster, its row
stands, and the next reading goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from shared.model.audit import AuditKind, AuditRecord
from shared.model.complaints import CLUSTER, Complaints
from shared.model.nodes import NodeMemory
from shared.model.readings import Value
from shared.model.signals import Signal, SignalKind
from shared.policy.schema import ClusterPolicy
from shared.ports.queues import Queue
from shared.records import Change, Kept
from shared.records.last_health import LastHealth
from shared.signals.health import News, Place, complaints, news

from .outside import Outside

CLUSTER_ROW = "cluster"
BEGUN = frozenset({SignalKind.NODE_UNWELL, SignalKind.POOL_UNWELL, SignalKind.CLUSTER_UNWELL})


async def hear_health(outside: Outside, cluster: ClusterPolicy) -> tuple[Signal, ...]:
    """The signals that were sent. Raises `Retry` or `Unknown` when storage does not answer: nothing is lost then,
    for the next reading finds the same difference."""
    reports = outside.health_of(cluster)
    if reports is None:
        return ()
    kept, inventory, health = await asyncio.gather(
        outside.records.health.between(cluster.name, "", ""),
        outside.records.inventory.between(cluster.name, "", ""),
        reports.read(),
    )
    before, now = {row.value.address: row.value for row in kept.values()}, outside.clock.now()
    await LastHealth(outside.store).put(cluster.name, Value(health, "dcos.health", now))
    after = complaints(before, health, now)
    found = news(cluster.name, before, after, _places(inventory), now)
    await _tell(outside, cluster, found)
    changes = _changes(kept, after)
    if changes:
        await outside.records.health.put_all(cluster.name, changes)
    return tuple(one.signal for one in found)


async def _tell(outside: Outside, cluster: ClusterPolicy, found: tuple[News, ...]) -> None:
    """Into the audit with the reason, and into the queue."""
    if not found:
        return
    await outside.audit.append(cluster.name, [_record(one) for one in found])
    for one in found:
        await outside.queues.send(Queue.SIGNALS, msgspec.json.encode(one.signal), timedelta(0))


def _record(one: News) -> AuditRecord:
    signal = one.signal
    state = "is not well" if signal.kind in BEGUN else "is well again"
    words = f"; in its own words: {signal.evidence}" if signal.evidence else ""
    return AuditRecord(
        at=signal.heard_at,
        cluster=signal.cluster,
        kind=AuditKind.HEARD,
        subject=signal.node or signal.pool or signal.cluster,
        text=f"DC/OS says of {one.about} that {signal.what} {state} ({one.why}){words}",
        data={"event": signal.event_id, "severity": signal.severity.value},
    )


def _places(inventory: Mapping[str, Kept[NodeMemory]]) -> dict[str, Place]:
    """By address, the youngest node that had it: addresses are given to new machines again."""
    nodes = sorted((kept.value for kept in inventory.values()), key=lambda node: node.first_seen_at)
    return {node.address: Place(node.pool, node.name) for node in nodes if node.address is not None}


def _changes(
    kept: Mapping[str, Kept[Complaints]], after: Mapping[str, Complaints]
) -> list[Change[Complaints]]:
    """The writes that make the rows what is remembered now; none for what stays as it is."""
    wanted = {_row(address): one for address, one in after.items()}
    writes = [
        Change(row, one, kept[row].etag if row in kept else None)
        for row, one in wanted.items()
        if row not in kept or kept[row].value != one
    ]
    return writes + [Change(row, None, old.etag) for row, old in kept.items() if row not in wanted]


def _row(address: str) -> str:
    return CLUSTER_ROW if address == CLUSTER else address
