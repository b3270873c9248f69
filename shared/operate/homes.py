"""A ledger is about a scale set, and stands in the row of the pool that the set belongs to by the policy of now.

A policy may give a pool another name or another set, or swap two. What is known of a set (the size that it is to have,
what is disrupted there, its storm, its bodies) then moves to the row of the pool that has it, all rows in one
transaction, before anything is decided by them. What no pool has is kept in a row of its own until one has it again.
Rows of earlier versions name no set: those are taken for their pool's.

While instances of the app obey different policies for a moment, a row may be another set's than the reader means; who
reads one for its size asks `book_of`, and who writes one for it `books.change_size`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from shared.errors import Poison, Refused, Retry
from shared.guards.ledger import GUARD, UNREAD
from shared.model.audit import AuditKind, AuditRecord
from shared.model.ledger import Ledger
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.records import Change, Found, Kept

from .outside import Outside

AGAIN = timedelta(seconds=15)
NOBODYS = "|"  # the row of a set that no pool has begins so; no pool is called so


def to_their_homes(found: Found[Ledger], cluster: ClusterPolicy) -> list[Change[Ledger]]:
    """What has to be written so that every ledger stands in the row of its pool; nothing when all do. A row that is
    right, or cannot be read, stays as it is, whatever else claims to be about its set."""
    rows = found.kept
    pools = pools_by_set(cluster)
    strays: dict[str, str] = {}
    for row, kept in rows.items():
        own = kept.value.scale_set
        home = pools.get(own, f"{NOBODYS}{own}")
        if own and home != row and home not in found.unread:
            strays[row] = home
    after: dict[str, Ledger | None] = dict.fromkeys(strays)
    for row, home in strays.items():
        if home in strays or home not in rows:
            after[home] = replace(rows[row].value, pool=home)
    return [Change(row, book, rows[row].etag if row in rows else None) for row, book in after.items()]


def pools_by_set(cluster: ClusterPolicy) -> dict[str, str]:
    """The name of the pool by its scale set, in lower case."""
    return {pool.scale_set.casefold(): pool.name for pool in cluster.pools}


def set_among(node: str, sets: Iterable[str]) -> str | None:
    """Which of these scale sets, in lower case, the node is of: it is named after its set and its number there, or
    after its set and its own name, which may have the set's name in it once more. Of two that it may be the longer."""
    called = node.casefold()
    return max((one for one in sets if called.startswith(f"{one}_")), key=len, default=None)


async def bring_home(outside: Outside, cluster: str, changes: list[Change[Ledger]]) -> None:
    """Told first, then written together. `Conflict` when somebody else has written one of the rows."""
    now = outside.clock.now()
    books = [change.value for change in changes if change.value is not None]
    told = [
        AuditRecord(now, cluster, AuditKind.JUDGED, _subject(book, cluster), _text(book)) for book in books
    ]
    await outside.audit.append(cluster, told)
    await outside.records.ledgers.put_together(cluster, changes)


def _subject(book: Ledger, cluster: str) -> str:
    return cluster if book.pool.startswith(NOBODYS) else book.pool


def _text(book: Ledger) -> str:
    size = f"with its size of {book.wanted}" if book.wanted is not None else "of unknown size"
    if book.pool.startswith(NOBODYS):
        return f"the ledger of scale set {book.scale_set} is kept, {size}: no pool of the policy has it"
    return f"pool {book.pool} has the ledger of scale set {book.scale_set} now, {size}"


async def read_book(outside: Outside, cluster: str, row: str) -> Kept[Ledger] | None:
    """`Refused` when what stands there cannot be read."""
    try:
        return await outside.records.ledgers.get(cluster, row)
    except Poison as poison:
        raise Refused(GUARD, UNREAD, {"pool": row, "why": poison.why}) from poison


async def book_of(outside: Outside, cluster: str, pool: PoolPolicy) -> Ledger:
    """The pool's ledger as it is now. `Retry` while its row is about another set."""
    kept = await read_book(outside, cluster, pool.name)
    return own(kept.value if kept else Ledger(pool.name), pool)


def own(book: Ledger, pool: PoolPolicy) -> Ledger:
    """The ledger, if it is about the pool's set. `Retry` when it is about another."""
    if book.scale_set not in {"", pool.scale_set.casefold()}:
        raise Retry(f"the ledger of pool {pool.name} is still that of scale set {book.scale_set}", AGAIN)
    return book
