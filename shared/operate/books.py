"""Keeping the ledgers: wanted size, storms, reservations, and entries that nobody owns any more.

What a pass knows about a pool is worked out by pure functions over the ledger; every write carries the etag of what
was read, so of two workers that reserve the last free place only one gets it, and the other asks the guard again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.lessons import concluded
from shared.decide.wanted import extra_machines, wanted_size
from shared.errors import Conflict, Refused
from shared.guards import Tally
from shared.guards.ledger import GUARD, UNREAD
from shared.guards.place import elsewhere_of
from shared.guards.storm import measure
from shared.judge.correlation import FAILED, HOUR
from shared.judge.traits import born_at, traits_of
from shared.model.ledger import ACCOUNT, Disruption, Ledger, Loss
from shared.model.nodes import Condition, Finding
from shared.model.operations import Operation, OperationState
from shared.model.readings import Failure
from shared.model.signals import Signal
from shared.model.snapshot import Snapshot
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.records import Change

from .homes import own, read_book
from .outside import Outside
from .recall import Recalled
from .unread import stands_in

DAY = timedelta(days=1)
GHOST = timedelta(minutes=2)  # a reservation is followed by its operation within seconds, or never
TRIES = 20
MOST_LOSSES = 200  # of a pool that are remembered, some 300 bytes each; more have no other explanation


class Seen(Struct, frozen=True):
    """What a pass knows of a pool besides its ledger; signals of other pools are passed over."""

    snapshot: Snapshot
    signals: tuple[Signal, ...]
    tally: Tally
    now: datetime


def up_to_date(ledger: Ledger, pool: PoolPolicy, seen: Seen) -> Ledger:
    """The ledger as this pass sees it: wanted size, storm, and only the last day's starts.

    When a reading failed, every node is unwell by our eyes alone: then a storm may go on, but none begins.
    """
    snapshot, now = seen.snapshot, seen.now
    own = tuple(signal for signal in seen.signals if signal.pool == pool.name)
    wanted = (
        None
        if ledger.is_unread
        else wanted_size(
            snapshot.pools[pool.name], ledger, own, pool.capacity.min, autoscale=pool.azure_autoscale
        )
    )
    recent = tuple(at for at in ledger.started if at > now - DAY)
    book = replace(ledger, wanted=wanted, started=recent, scale_set=pool.scale_set.casefold())
    book = replace(book, extra=extra_machines(snapshot.pools[pool.name], book))
    if (pool.schedules or pool.scaling) and book.wanted is not None:  # one too many goes as others do
        book = replace(book, wanted=book.wanted + book.extra, extra=0)
    if measure(seen.tally, pool, wanted)[0] and (
        book.storm_since is not None or not is_blind(pool, snapshot)
    ):
        since = book.storm_since or now
        return replace(book, storm_since=since, storm_until=now + pool.storm.hold)
    if book.storm_until is not None and now >= book.storm_until:
        return replace(book, storm_since=None, storm_until=None)
    return book


def is_blind(pool: PoolPolicy, snapshot: Snapshot) -> bool:
    """Whether what the conditions of the pool rest on could not be read."""
    return isinstance(snapshot.scheduler, Failure) or isinstance(snapshot.pools[pool.name].instances, Failure)


def worth_writing(old: Ledger, new: Ledger, hold: timedelta) -> bool:
    """Whether the change has to be kept. A storm that goes on moves its end with every pass; that is written only
    when a quarter of the hold has passed, so that a long storm does not write all the time."""
    if old.storm_until is not None and new.storm_until is not None and new.storm_until > old.storm_until:
        still = replace(new, storm_until=old.storm_until)
        return still != old or new.storm_until - old.storm_until >= hold / 4
    return new != old


def without_ghosts(
    ledger: Ledger, recalled: Recalled, findings: Mapping[str, Finding], now: datetime
) -> tuple[Ledger, tuple[Disruption, ...]]:
    """Without entries whose operation does not run, and those entries.

    1. The operation runs: the entry stays.
    2. The entry is younger than two minutes: it stays, its operation may be about to be written.
    3. Its node is still not well (the operation was handed over): it stays, the capacity is still missing. The same
       when nobody can tell, because what is remembered of the node cannot be read.
    4. Otherwise it is a ghost.
    """
    ghosts: list[Disruption] = []
    for entry in ledger.active:
        finding = findings.get(entry.node)
        unwell = finding is not None and finding.condition is not Condition.HEALTHY
        known = any(kept.value.operation == entry.operation for kept in recalled.incidents.values())
        unread = entry.node in recalled.unread.at_work
        if (
            entry.operation in recalled.operations
            or entry.since > now - GHOST
            or (unwell and known)
            or unread
        ):
            continue
        ghosts.append(entry)
    return ledger.without(ghosts), tuple(ghosts)


def with_losses(
    ledger: Ledger,
    findings: Sequence[Finding],
    busy: Collection[str],
    forgotten: Collection[str],
    now: datetime,
) -> Ledger:
    """The ledger with the nodes that have failed, as they were when that was first seen. `findings` are the pool's.

    1. What failed within the last hour, or has failed still, is kept; not what is missed no more.
    2. What has failed now is new, unless an operation of ours is at work on it: what we do to a node is no failure.
    3. What is gone from a pool that has as many working nodes as it is to have was taken away on purpose: no failure.
    """
    working = sum(one.condition in {Condition.HEALTHY, Condition.DOOMED} for one in findings)
    whole = ledger.wanted is not None and working >= ledger.wanted
    unmeant = FAILED - {Condition.GONE} if whole else FAILED
    failed = {one.node.name: one.node for one in findings if one.condition in unmeant}
    kept = [
        loss
        for loss in ledger.losses
        if (loss.at > now - HOUR or loss.node in failed) and loss.node not in forgotten
    ]
    known = {loss.node for loss in kept} | set(busy)
    new = [
        Loss(name, now, born_at(node), traits_of(node)) for name, node in failed.items() if name not in known
    ]
    losses = tuple([*kept, *new][-MOST_LOSSES:])
    return ledger if losses == ledger.losses else replace(ledger, losses=losses)


async def change(outside: Outside, cluster: str, pool: str, how: Callable[[Ledger], Ledger]) -> Ledger:
    """Read, change, write; again when somebody else wrote in between. `Refused` when it cannot be read, or `how` says
    so."""
    for _ in range(TRIES):
        kept = await read_book(outside, cluster, pool)
        old = kept.value if kept else Ledger(pool)
        new = how(old)
        if new == old:
            return old
        try:
            await outside.records.ledgers.put(cluster, pool, new, kept.etag if kept else None)
        except Conflict:
            continue
        return new
    raise Conflict(f"the ledger of pool {pool}")


async def change_size(
    outside: Outside, cluster: str, pool: PoolPolicy, how: Callable[[Ledger], Ledger]
) -> Ledger:
    """The same for what is about the size of the pool's set. `Retry` while the row is about another set."""
    return await change(outside, cluster, pool.name, lambda book: how(own(book, pool)))


async def reserve(
    outside: Outside,
    cluster: ClusterPolicy,
    pool: str,
    how: Callable[[Ledger, tuple[Disruption, ...]], Ledger],
) -> None:
    """Take a place in the pool's ledger. `how` is given it and what is disrupted in the other pools; it may raise
    `Refused`. Every reservation also writes the cluster's own account, in the same transaction, so that of two in two
    pools the later one is asked again with the first one in its sight."""
    ledgers, names = outside.records.ledgers, [one.name for one in cluster.pools]
    for _ in range(TRIES):
        found = await ledgers.found(cluster.name, "", "")
        if pool in found.unread:
            raise Refused(GUARD, UNREAD, {"pool": pool, "why": found.unread[pool]})
        rows = found.kept
        kept = rows.get(pool)
        old = kept.value if kept else Ledger(pool)
        books = {name: rows[name].value for name in names if name in rows}
        if found.unread:
            running = [one.value for one in (await outside.records.running_operations(cluster.name)).values()]
            books |= {name: stands_in(name, running) for name in names if name in found.unread}
        new = how(old, elsewhere_of(books, pool))
        if new == old:
            return
        account = rows.get(ACCOUNT)
        whole, etag = (account.value, account.etag) if account else (Ledger(ACCOUNT), None)
        if ACCOUNT in found.unread:
            etag = "*"  # nothing is decided by what stands there
        begun = new.active[-1].since
        recent = (*(at for at in whole.started if at > begun - DAY), begun)
        changes = (
            Change(pool, new, kept.etag if kept else None),
            Change(ACCOUNT, replace(whole, started=recent), etag),
        )
        try:
            await ledgers.put_together(cluster.name, changes)
        except Conflict:
            continue
        return
    raise Conflict(f"the ledger of pool {pool}")


class Place(Enum):
    """What becomes of an operation's place when it ends. `UNUSED`: it is free, and nothing was done to the node, so
    that it does not count as a disruption that began."""

    KEPT = "kept"
    FREE = "free"
    UNUSED = "unused"


async def conclude(
    outside: Outside, operation: Operation, state: OperationState, *, place: Place, now: datetime
) -> Ledger:
    """What the end of the operation teaches is written, and what becomes of its place. Doing it again changes
    nothing. The ledger after that. One that cannot be read is left: the place is found to be nobody's when it can
    be."""

    def ended(book: Ledger) -> Ledger:
        taught = concluded(book, operation, state, now)
        entry = next((one for one in book.active if one.operation == operation.id), None)
        if entry is None or place is Place.KEPT:
            return taught
        started = list(book.started)
        if place is Place.UNUSED and not (entry.urgent or entry.idle) and entry.since in started:
            started.remove(entry.since)
        return replace(taught.without([entry]), started=tuple(started))

    try:
        return await change(outside, operation.cluster, operation.pool, ended)
    except Refused as refused:
        if refused.reason != UNREAD:
            raise
        return stands_in(operation.pool, ())
