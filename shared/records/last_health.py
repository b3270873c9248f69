"""What DC/OS last said of its own health, kept for every pass: one row per cluster, in the table Health.

The reading takes a minute and is taken each fifth one, by whichever process has the timer; passes are each minute and
anywhere. So the reading is written down, and a pass takes it from there with the times at which its parts were taken.
The partition has a name of its own, because the rows of a cluster's own partition are what is complained of.

The row is small whatever the cluster's size: well agents are counted and not listed, texts are left out (they are in
the audit), and of what is ill so many are listed as the `MOST_` below say.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from msgspec.structs import replace

from shared.errors import Conflict, Poison
from shared.model.health import (
    UNREAD,
    Check,
    ClusterHealth,
    Diagnostics,
    Health,
    Marathon,
    NodeHealth,
    Role,
)
from shared.model.readings import Reading, Value
from shared.ports.store import Store, Table

from .rows import Rows

ROW = "last"
MOST_NODES = 100
"""Ill nodes that are listed by name; masters are all listed, well or not, and come first."""
MOST_UNITS = 12
"""Failed units of one node. A node has some forty, and one with so many failed has one cause."""
MOST_WAITING, MOST_CHECKS = 20, 20


class LastHealth:
    """The last reading of each cluster over one store."""

    def __init__(self, store: Store) -> None:
        self._rows = Rows(store, Table.HEALTH, Value[ClusterHealth], read_often=True)

    async def get(self, cluster: str) -> Reading[ClusterHealth]:
        """`taken_at` is when the last of its parts had been read. A `Failure` when none was ever taken."""
        kept = await self._rows.get(_partition(cluster), ROW)
        return kept.value if kept else UNREAD

    async def put(self, cluster: str, taken: Value[ClusterHealth]) -> None:
        """Keep it, unless a later one is there already or is being written. What can't be read, because another
        version wrote it, is written over."""
        partition, etag = _partition(cluster), None
        try:
            kept = await self._rows.get(partition, ROW)
        except Poison:
            kept, etag = None, "*"
        if kept is not None and kept.value.taken_at >= taken.taken_at:
            return
        small = replace(taken, value=abridged(taken.value))
        with suppress(Conflict):
            await self._rows.put(partition, ROW, small, kept.etag if kept else etag)


def abridged(health: ClusterHealth) -> ClusterHealth:
    """The same without well agents, passed checks and texts, within the limits of this file. Nodes that are left out
    are counted."""
    return ClusterHealth(
        _nodes(health.diagnostics),
        health.ensemble,
        _waiting(health.marathon),
        _unpassed(health.checks),
        {address: _unpassed(each) for address, each in health.node_checks.items()},
        health.packages,
    )


def _partition(cluster: str) -> str:
    return f"{cluster}|reading"


def _nodes(reading: Reading[Diagnostics]) -> Reading[Diagnostics]:
    if not isinstance(reading, Value):
        return reading
    told = reading.value
    listed = [node for node in told.nodes if node.role is Role.MASTER or node.health.is_bad]
    kept = sorted(listed, key=_masters_first)[:MOST_NODES]
    others = Counter(node.health for node in told.nodes) - Counter(node.health for node in kept)
    nodes = tuple(_brief(node) for node in kept)
    return replace(reading, value=replace(told, nodes=nodes, others=dict(sorted(others.items()))))


def _masters_first(node: NodeHealth) -> tuple[bool, str]:
    return node.role is not Role.MASTER, node.address


def _brief(node: NodeHealth) -> NodeHealth:
    """Those first that count most; without what can be looked up (`shared/dcos/components`) and what the audit has."""
    weighty = sorted(node.failed, key=lambda unit: not unit.stops_work)
    failed = (replace(unit, takes_down="", says="") for unit in weighty[:MOST_UNITS])
    return replace(node, failed=tuple(failed))


def _waiting(reading: Reading[Marathon]) -> Reading[Marathon]:
    """What is overdue first: that is what finds no room."""
    if not isinstance(reading, Value):
        return reading
    waiting = sorted(reading.value.waiting, key=lambda one: not one.overdue)
    return replace(reading, value=replace(reading.value, waiting=tuple(waiting[:MOST_WAITING])))


def _unpassed(reading: Reading[tuple[Check, ...]]) -> Reading[tuple[Check, ...]]:
    if not isinstance(reading, Value):
        return reading
    unpassed = [replace(one, output="") for one in reading.value if one.health is not Health.OK]
    return replace(reading, value=tuple(unpassed[:MOST_CHECKS]))
