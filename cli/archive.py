"""What the app has written down, as the commands read it.

The app keeps the last valid policy in storage, and with it the names of the clusters, under which everything else is
found. So a command needs no policy file, and shows what is obeyed rather than what lies in somebody's directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import structs

from cli.trouble import NO, Trouble
from shared.model.incidents import Incident
from shared.model.operations import Operation
from shared.policy.faults import PolicyError
from shared.policy.in_force import LAST_GOOD, PARTITION, REJECTED, LastGood, Rejected
from shared.policy.load import load
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.store import Store, Table
from shared.records import Records


@dataclass(frozen=True)
class Archive:
    """`policy` is the one in force, `good` its row; `rejected` is there while the file is a faulty one."""

    store: Store
    records: Records
    now: datetime
    policy: Policy
    good: LastGood
    rejected: Rejected | None

    def clusters(self, name: str | None) -> tuple[ClusterPolicy, ...]:
        """The cluster of this name, or all."""
        if name is None:
            return self.policy.clusters
        found = self.policy.cluster(name)
        if found is None:
            known = ", ".join(cluster.name for cluster in self.policy.clusters)
            raise Trouble(f"The policy in force has no cluster {name!r}: name one of {known}.", NO)
        return (found,)

    async def closed_incidents(self, cluster: str, span: timedelta) -> list[Incident]:
        """Those that were closed within `span`, newest first."""
        first = f"closed|{self.now - span:%Y%m%dT%H%M%S}"
        rows = await self.records.incidents.between(cluster, first, "closed}")
        return [kept.value for kept in reversed(rows.values())]

    async def operation(self, cluster: str, operation: str) -> Operation | None:
        """Running or closed."""
        running = await self.records.running_operation(cluster, operation)
        return running.value if running else await self.records.closed_operation(cluster, operation)


async def open_archive(store: Store, now: datetime) -> Archive:
    """`Trouble` when the app has not run on this storage, or a newer one has."""
    good = await _row(store, LAST_GOOD, LastGood)
    if good is None:
        raise Trouble(
            "This storage holds no policy, so there is nothing to show: the app has not yet run on it with a valid "
            "one. See `policy check FILE`, and that --settings names the app's storage."
        )
    try:
        policy = load(good.text, good.source)
    except PolicyError as error:
        raise Trouble(
            f"The policy in storage is not one for this version ({error.faults[0]}): use the version that wrote it."
        ) from None
    return Archive(store, Records(store), now, policy, good, await _row(store, REJECTED, Rejected))


async def _row[T](store: Store, row: str, kind: type[T]) -> T | None:
    stored = await store.get(Table.POLICY, PARTITION, row)
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored.body, type=kind)
    except msgspec.MsgspecError:
        raise Trouble(
            f"Row {row} of the Policy table is not what this version writes: use the one that did."
        ) from None


def without_token(operation: Operation) -> Mapping[str, Any]:
    """An operation as data. Its token embeds a request of ours to Azure and is nobody's business."""
    shown = structs.asdict(operation)
    del shown["token"]
    return shown
