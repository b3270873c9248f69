"""What the app has written down, as people are shown it.

The app keeps the last valid policy in storage, and with it the names of the clusters, under which everything else is
found. So nobody needs a policy file here, and what is shown is
what is obeyed, rather than what lies in somebody's directory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import structs

from shared.model.incidents import Incident
from shared.model.operations import Operation
from shared.policy.faults import PolicyError
from shared.policy.in_force import LAST_GOOD, PARTITION, REJECTED, LastGood, Rejected
from shared.policy.load import load
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.store import Store, Table
from shared.records import Records

from .told import No, Told


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
            sentence = f"The policy in force has no cluster {name!r}: name one of {known}."
            raise Told(No.MISSING, "no_such_cluster", sentence)
        return (found,)

    async def operation(self, cluster: str, operation: str) -> Operation | None:
        """Running or closed."""
        running = await self.records.running_operation(cluster, operation)
        return running.value if running else await self.records.closed_operation(cluster, operation)

    async def running_among(self, cluster: str, incidents: Sequence[Incident]) -> dict[str, Operation]:
        """The running operations of these incidents, by id."""
        ids = sorted(one.operation for one in incidents if one.operation)
        return await self.records.running_operations_between(cluster, ids[0], ids[-1]) if ids else {}


async def open_archive(store: Store, now: datetime, records: Records | None = None) -> Archive:
    """`Told` when the app has not run on this storage, or a newer one has. `records` are those over `store`, where
    somebody keeps them."""
    found = await in_force_or_none(store, now, records)
    if found is None:
        raise Told(
            No.UNREADY,
            "no_policy_yet",
            "This storage holds no policy, so there is nothing to show: the app has not yet run on it with a valid "
            "one.",
        )
    return found


async def in_force_or_none(store: Store, now: datetime, records: Records | None = None) -> Archive | None:
    """None: the app has not run on this storage with a valid policy. `Told` when a newer one has."""
    good, rejected = await asyncio.gather(
        policy_row(store, LAST_GOOD, LastGood), policy_row(store, REJECTED, Rejected)
    )
    if good is None:
        return None
    try:
        policy = _loaded(good.text, good.source)
    except PolicyError as error:
        raise Told(
            No.UNREADY,
            "policy_of_another_version",
            f"The policy in storage is not one for this version ({error.faults[0]}): use the version that wrote it.",
        ) from None
    return Archive(store, records or Records(store), now, policy, good, rejected)


@lru_cache(maxsize=2)
def _loaded(text: str, source: str) -> Policy:
    """The same text is read once, by a process that asks often."""
    return load(text, source)


async def policy_row[T](store: Store, row: str, kind: type[T]) -> T | None:
    """`Told` when another version wrote it."""
    stored = await store.get(Table.POLICY, PARTITION, row)
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored.body, type=kind)
    except msgspec.MsgspecError:
        raise Told(
            No.UNREADY,
            "policy_of_another_version",
            f"Row {row} of the Policy table is not what this version writes: use the one that did.",
        ) from None


def without_token(operation: Operation) -> Mapping[str, Any]:
    """An operation as data. Its token embeds a request of ours to Azure and is nobody's business."""
    shown = structs.asdict(operation)
    del shown["token"]
    return shown
