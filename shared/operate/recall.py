"""Recalling: everything that is remembered of a cluster, read at the beginning of a pass."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from shared.model.incidents import Incident
from shared.model.ledger import ACCOUNT, Ledger
from shared.model.nodes import NodeMemory
from shared.model.operations import Operation
from shared.model.overrides import Override
from shared.policy.schema import ClusterPolicy
from shared.records import Kept

from .homes import bring_home, to_their_homes
from .outside import Outside
from .unread import Unread, stands_in, with_forbidding


class Recalled(Struct, frozen=True):
    """`inventory` and `incidents` are by node name, `operations` (the running ones) by id, `ledgers` by pool; a pool
    that was never written has an empty ledger with an empty etag. `overrides` are all that were ever
    said of the cluster. `unread` are rows that cannot be read."""

    inventory: Mapping[str, Kept[NodeMemory]]
    incidents: Mapping[str, Kept[Incident]]
    operations: Mapping[str, Kept[Operation]]
    ledgers: Mapping[str, Kept[Ledger]]
    overrides: tuple[Override, ...] = ()
    unread: Unread = Unread()

    @property
    def nodes(self) -> dict[str, NodeMemory]:
        return {name: kept.value for name, kept in self.inventory.items()}

    @property
    def busy(self) -> frozenset[str]:
        """Nodes with a running operation, or of which nobody can tell whether they have one."""
        known = (node for kept in self.operations.values() for node in kept.value.nodes)
        return frozenset(known) | self.unread.at_work.keys()


async def recall(outside: Outside, cluster: ClusterPolicy) -> Recalled:
    """Ledgers that the policy means another pool by now are brought to its row first."""
    records = outside.records
    nodes, incidents, operations, ledgers, overrides = await asyncio.gather(
        records.inventory.found(cluster.name, "", ""),
        records.open_incidents_found(cluster.name),
        records.running_operations_found(cluster.name),
        records.ledgers.found(cluster.name, "", ""),
        records.overrides.found(cluster.name, "", ""),
    )
    strays = to_their_homes(ledgers, cluster)
    if strays:
        await bring_home(outside, cluster.name, strays)
        ledgers = await records.ledgers.found(cluster.name, "", "")
    unread_books = {row: why for row, why in ledgers.unread.items() if row != ACCOUNT}
    unread = Unread(nodes.unread, incidents.unread, operations.unread, unread_books, overrides.unread)
    running = [kept.value for kept in operations.kept.values()]
    books = {pool.name: ledgers.kept.get(pool.name) or Kept(Ledger(pool.name), "") for pool in cluster.pools}
    books |= {name: Kept(stands_in(name, running), "") for name in books.keys() & unread_books.keys()}
    said = [kept.value for kept in overrides.kept.values()]
    words = with_forbidding(said, unread, outside.clock.now())
    return Recalled(nodes.kept, incidents.kept, operations.kept, books, words, unread)
