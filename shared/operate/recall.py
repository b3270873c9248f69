"""Recalling: everything that is remembered of a cluster, read at the beginning of a pass."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from shared.model.incidents import Incident
from shared.model.ledger import Ledger
from shared.model.nodes import NodeMemory
from shared.model.operations import Operation
from shared.model.overrides import Override
from shared.policy.schema import ClusterPolicy
from shared.records import Kept

from .homes import bring_home, to_their_homes
from .outside import Outside


class Recalled(Struct, frozen=True):
    """`inventory` and `incidents` are by node name, `operations` (the running ones) by id, `ledgers` by pool; a pool
    that was never written has an empty ledger with an empty etag. `overrides` are all that were ever
    said of the cluster."""

    inventory: Mapping[str, Kept[NodeMemory]]
    incidents: Mapping[str, Kept[Incident]]
    operations: Mapping[str, Kept[Operation]]
    ledgers: Mapping[str, Kept[Ledger]]
    overrides: tuple[Override, ...] = ()

    @property
    def nodes(self) -> dict[str, NodeMemory]:
        return {name: kept.value for name, kept in self.inventory.items()}

    @property
    def busy(self) -> frozenset[str]:
        """Nodes with a running operation."""
        return frozenset(node for kept in self.operations.values() for node in kept.value.nodes)


async def recall(outside: Outside, cluster: ClusterPolicy) -> Recalled:
    """Ledgers that the policy means another pool by now are brought to its row first."""
    records = outside.records
    nodes, incidents, operations, ledgers, overrides = await asyncio.gather(
        records.inventory.between(cluster.name, "", ""),
        records.open_incidents(cluster.name),
        records.running_operations(cluster.name),
        records.ledgers.between(cluster.name, "", ""),
        records.overrides.between(cluster.name, "", ""),
    )
    strays = to_their_homes(ledgers, cluster)
    if strays:
        await bring_home(outside, cluster.name, strays)
        ledgers = await records.ledgers.between(cluster.name, "", "")
    return Recalled(
        nodes,
        incidents,
        operations,
        {pool.name: ledgers.get(pool.name) or Kept(Ledger(pool.name), "") for pool in cluster.pools},
        tuple(kept.value for kept in overrides.values()),
    )
