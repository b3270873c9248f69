"""Keeping the ledgers: wanted size, storms, reservations, and entries that nobody owns any more.

What a pass knows about a pool is worked out by pure functions over the ledger; every write carries the etag of what
was read, so of two workers that reserve the last free place only one gets it, and the other asks the guard again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.wanted import wanted_size
from shared.errors import Conflict
from shared.guards import Tally
from shared.guards.storm import measure
from shared.model.ledger import Disruption, Ledger
from shared.model.nodes import Condition, Finding
from shared.model.readings import Failure
from shared.model.signals import Signal
from shared.model.snapshot import Snapshot
from shared.policy.schema import PoolPolicy

from .outside import Outside
from .recall import Recalled

DAY = timedelta(days=1)
GHOST = timedelta(minutes=2)  # a reservation is followed by its operation within seconds, or never
TRIES = 20


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
    wanted = wanted_size(snapshot.pools[pool.name], ledger, own, pool.capacity.min)
    book = replace(ledger, wanted=wanted, started=tuple(at for at in ledger.started if at > now - DAY))
    if measure(seen.tally, pool, wanted)[0] and (book.storm_since is not None or not _blind(pool, snapshot)):
        since = book.storm_since or now
        return replace(book, storm_since=since, storm_until=now + pool.storm.hold)
    if book.storm_until is not None and now >= book.storm_until:
        return replace(book, storm_since=None, storm_until=None)
    return book


def _blind(pool: PoolPolicy, snapshot: Snapshot) -> bool:
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
    3. Its node is still not well (the operation was handed over): it stays, the capacity is still missing.
    4. Otherwise it is a ghost.
    """
    ghosts: list[Disruption] = []
    for entry in ledger.active:
        finding = findings.get(entry.node)
        unwell = finding is not None and finding.condition is not Condition.HEALTHY
        known = any(kept.value.operation == entry.operation for kept in recalled.incidents.values())
        if entry.operation in recalled.operations or entry.since > now - GHOST or (unwell and known):
            continue
        ghosts.append(entry)
    return replace(ledger, active=tuple(entry for entry in ledger.active if entry not in ghosts)), tuple(
        ghosts
    )


async def change(outside: Outside, cluster: str, pool: str, how: Callable[[Ledger], Ledger]) -> Ledger:
    """Read, change, write; again when somebody else wrote in between. `how` may raise `Refused`."""
    for _ in range(TRIES):
        kept = await outside.records.ledgers.get(cluster, pool)
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


async def release(outside: Outside, cluster: str, pool: str, operation: str) -> None:
    """Take an operation's entry out of the ledger; doing it again changes nothing."""
    await change(
        outside,
        cluster,
        pool,
        lambda book: replace(book, active=tuple(one for one in book.active if one.operation != operation)),
    )
