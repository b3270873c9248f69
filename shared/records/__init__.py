"""What is remembered: typed rows in the tables, one partition per cluster.

    Inventory    node name                       what is remembered of every node
    Incidents    open|<node>                     the incident that is open for a node
                 closed|<time>|<node>            closed ones, in the order in which they were closed
    Operations   running|<id>                    operations at work
                 closed|<id>                     finished ones
                 master                          which one is at work on a master
    Ledger       <pool>                          who disrupts what
                 <cluster>|sizes / <pool>        what the rule about its size remembers
                 <cluster>|past / <pool>         what load asked for in the last weeks, where it has a forecast
                 <cluster>|offers / <pool>       what an empty agent of it offers
                 <cluster>|moves / <pool>        when a task last moved for the sake of its load
    Health       <address>, or `cluster`         what DC/OS says is wrong there
    Overrides    <kind>|<subject>                what a person has said about it
    Sweeps       last                            when it was last looked at of our own accord
                 <cluster>|history / <time>      what its pools were to have and had

An incident or operation is closed by one transaction that deletes the one row and inserts the other, so it is never
seen in both places or in none. Every write carries the etag of what was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.errors import Conflict, Poison
from shared.model.complaints import Complaints
from shared.model.history import Moment
from shared.model.incidents import Incident
from shared.model.last_move import LastMove
from shared.model.ledger import Ledger
from shared.model.masters import MASTERS
from shared.model.nodes import NodeMemory
from shared.model.offer import Offer
from shared.model.one_master import OneMaster
from shared.model.operations import Operation
from shared.model.overrides import Override
from shared.model.past import Past
from shared.model.sweeps import LastSweep
from shared.ports.store import Store, Table, Write
from shared.scale.pace import Course

from .rows import LIMIT, Change, Found, Kept, Rows

__all__ = ["Change", "Found", "Kept", "Records", "closed_incident_row", "open_incident_row", "override_row"]

OPEN, CLOSED, RUNNING = "open|", "closed|", "running|"
LAST = "last"
MASTER = "master"
# Partitions beside the cluster's: no cluster is called so.
SIZES, PAST, MOVES, OFFERS, HISTORY = "|sizes", "|past", "|moves", "|offers", "|history"


def open_incident_row(node: str) -> str:
    return f"{OPEN}{node}"


def _moment_row(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def closed_incident_row(incident: Incident) -> str:
    at = incident.closed_at or incident.opened_at
    return f"{CLOSED}{at:%Y%m%dT%H%M%S.%fZ}|{incident.node}"


def override_row(override: Override) -> str:
    return f"{override.kind.value}|{override.subject}"


class Records:
    """All typed rows over one store."""

    def __init__(self, store: Store) -> None:
        self.inventory = Rows(store, Table.INVENTORY, NodeMemory, read_often=True)
        self.incidents = Rows(store, Table.INCIDENTS, Incident)
        self.operations = Rows(store, Table.OPERATIONS, Operation)
        self.ledgers = Rows(store, Table.LEDGER, Ledger, read_often=True)
        self.health = Rows(store, Table.HEALTH, Complaints)
        self.overrides = Rows(store, Table.OVERRIDES, Override)
        self._sweeps = Rows(store, Table.SWEEPS, LastSweep)
        self._moments = Rows(store, Table.SWEEPS, Moment)
        self._courses = Rows(store, Table.LEDGER, Course)
        self._pasts = Rows(store, Table.LEDGER, Past, read_often=True)
        self._offers = Rows(store, Table.LEDGER, Offer, read_often=True)
        self._moves = Rows(store, Table.LEDGER, LastMove)
        self._one_master = Rows(store, Table.OPERATIONS, OneMaster)

    async def last_sweep(self, cluster: str) -> LastSweep | None:
        kept = await self._sweeps.get(cluster, LAST)
        return kept.value if kept else None

    async def keep_sweep(self, cluster: str, swept: LastSweep) -> None:
        """Over whatever is there: of two passes at the same time it does not matter which is told."""
        await self._sweeps.put(cluster, LAST, swept, "*")

    async def moments(self, cluster: str, since: datetime) -> tuple[Moment, ...]:
        """Oldest first. Those that cannot be read are left out."""
        found = await self._moments.found(f"{cluster}{HISTORY}", _moment_row(since), "")
        return tuple(kept.value for kept in found.kept.values())

    async def keep_moment(self, cluster: str, moment: Moment) -> None:
        """Over whatever is there: of two passes at the same time it does not matter which is told."""
        await self._moments.put(f"{cluster}{HISTORY}", _moment_row(moment.at), moment, "*")

    async def forget_moments(self, cluster: str, before: datetime) -> None:
        """The oldest ones, as many as one transaction takes."""
        partition = f"{cluster}{HISTORY}"
        found = await self._moments.found(partition, "", _moment_row(before), LIMIT)
        gone = [Change[Moment](row, None, "*") for row in sorted([*found.kept, *found.unread])]
        await self._moments.put_all(partition, gone)

    async def courses(self, cluster: str) -> dict[str, Kept[Course]]:
        """By pool: what the rule remembers of those whose size it has worked out."""
        return await self._courses.between(f"{cluster}{SIZES}", "", "")

    async def keep_courses(self, cluster: str, changes: Sequence[Change[Course]]) -> None:
        """Those that somebody else wrote meanwhile are left alone: they saw as much."""
        await self._courses.put_all(f"{cluster}{SIZES}", changes)

    async def pasts(self, cluster: str) -> dict[str, Past]:
        """By pool. What cannot be read is begun anew: it is a help and no truth."""
        kept = await self._pasts.between(f"{cluster}{PAST}", "", "")
        return {pool: one.value for pool, one in kept.items()}

    async def add_to_past(self, cluster: str, pool: str, needed: Mapping[int, int]) -> bool:
        """What an hour that is over came to. False: somebody else wrote meanwhile, and it has to be added again."""
        partition = f"{cluster}{PAST}"
        try:
            kept = await self._pasts.get(partition, pool)
            before, etag = (kept.value, kept.etag) if kept else (Past(), None)
        except Poison:
            before, etag = Past(), "*"
        try:
            await self._pasts.put(partition, pool, before.also(needed), etag)
        except Conflict:
            return False
        return True

    async def offers(self, cluster: str) -> dict[str, Offer]:
        """By pool. What cannot be read was never learned."""
        kept = await self._offers.between(f"{cluster}{OFFERS}", "", "")
        return {pool: one.value for pool, one in kept.items()}

    async def keep_offers(self, cluster: str, offers: Mapping[str, Offer]) -> None:
        """Over whatever is there: who looks at the same time sees as much."""
        for pool, offer in offers.items():
            await self._offers.put(f"{cluster}{OFFERS}", pool, offer, "*")

    async def last_moves(self, cluster: str) -> Found[LastMove]:
        """By pool, with those that cannot be read."""
        return await self._moves.found(f"{cluster}{MOVES}", "", "")

    async def keep_last_move(self, cluster: str, pool: str, move: LastMove) -> None:
        """Over whatever is there: one operation at a time moves a task in a pool."""
        await self._moves.put(f"{cluster}{MOVES}", pool, move, "*")

    async def open_incidents(self, cluster: str) -> dict[str, Kept[Incident]]:
        """By node, handed-over ones included: they stay in place until something changes."""
        return dict((await self.open_incidents_found(cluster)).kept)

    async def open_incidents_found(self, cluster: str) -> Found[Incident]:
        """By node, with those that cannot be read."""
        return _without(OPEN, await self.incidents.found(cluster, OPEN, _after(OPEN)))

    async def open_incidents_from(self, cluster: str, node: str, most: int) -> Found[Incident]:
        """By node, the first `most` from this one on; those that cannot be read are counted."""
        return _without(OPEN, await self.incidents.found(cluster, f"{OPEN}{node}", _after(OPEN), most))

    async def close_incident(self, cluster: str, closed: Incident, etag: str) -> None:
        row = open_incident_row(closed.node)
        await self.incidents.move(cluster, row, etag, closed_incident_row(closed), closed)

    async def running_operations(self, cluster: str) -> dict[str, Kept[Operation]]:
        return dict((await self.running_operations_found(cluster)).kept)

    async def running_operations_found(self, cluster: str) -> Found[Operation]:
        """By id, with those that cannot be read."""
        return _without(RUNNING, await self.operations.found(cluster, RUNNING, _after(RUNNING)))

    async def running_operations_between(self, cluster: str, first: str, last: str) -> dict[str, Operation]:
        """By id, from one id to another, both included."""
        rows = await self.operations.between(cluster, f"{RUNNING}{first}", f"{RUNNING}{last}\x00")
        return {kept.value.id: kept.value for kept in rows.values()}

    async def running_operation(self, cluster: str, operation: str) -> Kept[Operation] | None:
        return await self.operations.get(cluster, f"{RUNNING}{operation}")

    async def closed_operation(self, cluster: str, operation: str) -> Operation | None:
        kept = await self.operations.get(cluster, f"{CLOSED}{operation}")
        return kept.value if kept else None

    async def begin_operation(self, operation: Operation) -> str:
        """Write a new one. `Conflict` when it runs already, or has been closed under this id: a worker that slept
        through that begins nothing once more."""
        if await self.closed_operation(operation.cluster, operation.id) is not None:
            raise Conflict(f"operation {operation.id} was closed, and")
        return await self.keep_operation(operation, None)

    async def keep_operation(self, operation: Operation, etag: str | None) -> str:
        """Write a running operation; `etag` None for a new one."""
        return await self.operations.put(operation.cluster, f"{RUNNING}{operation.id}", operation, etag)

    async def close_operation(self, operation: Operation, etag: str) -> None:
        """The row moves from running to closed. What was closed under this id before stays as it was: a worker that
        slept through that has begun it once more, and found nothing to do."""
        cluster, here, there = operation.cluster, f"{RUNNING}{operation.id}", f"{CLOSED}{operation.id}"
        also = await self._of_master(operation)
        try:
            await self.operations.move(cluster, here, etag, there, operation, *also)
        except Conflict:
            if await self.closed_operation(cluster, operation.id) is None:
                raise
            both = [
                Change[Operation](here, None, etag),
                *(Change[Operation](one.row, None, one.etag) for one in also),
            ]
            if await self.operations.put_all(cluster, both):
                raise

    async def begin_on_master(self, operation: Operation) -> None:
        """Write an operation that is about a master. `Conflict` when it runs already, or another one on any master."""
        one = OneMaster(operation.id, operation.subject.node, operation.created_at)
        rows = {f"{RUNNING}{operation.id}": operation, MASTER: one}
        await self.operations.insert_together(operation.cluster, rows)

    async def master_at_work(self, cluster: str) -> Kept[OneMaster] | None:
        return await self._one_master.get(cluster, MASTER)

    async def forget_master_at_work(self, cluster: str, etag: str) -> None:
        """For a row whose operation does not run. Somebody else may have been faster."""
        await self._one_master.put_all(cluster, [Change(MASTER, None, etag)])

    async def _of_master(self, operation: Operation) -> list[Write]:
        """What has to go together with an operation on a master. A row that cannot be read stays, for a person."""
        try:
            kept = await self.master_at_work(operation.cluster) if operation.pool == MASTERS else None
        except Poison:
            return []
        is_own = kept is not None and kept.value.operation == operation.id
        return [Write(MASTER, None, kept.etag)] if kept is not None and is_own else []


def _without[T](prefix: str, found: Found[T]) -> Found[T]:
    """By what comes after the prefix."""
    kept = {row.removeprefix(prefix): value for row, value in found.kept.items()}
    return Found(kept, {row.removeprefix(prefix): why for row, why in found.unread.items()})


def _after(prefix: str) -> str:
    """The first key behind all keys that begin with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
