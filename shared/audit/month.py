"""One month of one cluster's audit as it lies in its partition: entries under their numbers, and the head beside them.

The head says which entry is the last one. It is compared when a month is verified, so that entries which were cut off
at the end are missed as well, unless the head was written anew with that. `log.py` writes what is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.ports.store import Store, Stored, Table

from .chain import Break, Entry, verify

HEAD = "head"


class Head(Struct, frozen=True, omit_defaults=True):
    """Number and hash of the last entry. To a month that is `closed` nothing is appended any more."""

    number: int
    digest: str
    closed: bool = False


class Month(Struct, frozen=True):
    """A month as it was found. Entries are rows here, because one that was tampered with may be none."""

    entries: tuple[Stored, ...]
    head: Head | None

    @property
    def last_digest(self) -> str:
        """What the first entry of the next month must carry."""
        return self.head.digest if self.head else ""

    def breaks(self, before: str) -> tuple[Break, ...]:
        """Every place where it is not whole; `before` is the hash of the last entry of the month before."""
        return tuple(_breaks(self.entries, self.head, before))


def partition_of(cluster: str, at: datetime) -> str:
    return f"{cluster}|{at:%Y-%m}"


def row_of(number: int) -> str:
    return f"{number:012d}"


def head_in(stored: Stored) -> Head:
    """`MsgspecError` when the row is no head."""
    return msgspec.json.decode(stored.body, type=Head)


async def head_of(store: Store, cluster: str, at: datetime) -> Head | None:
    """The head of that month; None when nothing was written in it."""
    stored = await store.get(Table.AUDIT, partition_of(cluster, at), HEAD)
    return head_in(stored) if stored else None


async def read_month(store: Store, cluster: str, at: datetime) -> Month:
    """Whatever is in the partition of that month. A head that cannot be read fits no entry."""
    stored = await store.query(Table.AUDIT, partition_of(cluster, at), "", "")
    entries = tuple(row for row in stored if row.row != HEAD)
    found = next((row for row in stored if row.row == HEAD), None)
    try:
        return Month(entries, head_in(found) if found else None)
    except msgspec.MsgspecError:
        return Month(entries, Head(0, "unreadable"))


def _breaks(stored: Sequence[Stored], head: Head | None, before: str) -> Iterator[Break]:
    entries: list[Entry] = []
    for row in stored:
        try:
            entries.append(msgspec.json.decode(row.body, type=Entry))
        except msgspec.MsgspecError:
            yield Break(int(row.row) if row.row.isdigit() else 0, "it can not be read as an entry")
    yield from verify(entries, before)
    last = entries[-1] if entries else None
    if head is None:
        yield Break(last.number if last else 0, "the row that says which entry is the last one is missing")
    elif last is None or (last.number, last.digest) != (head.number, head.digest):
        yield Break(
            head.number, "it should be the last one and is not: entries at the end are missing or changed"
        )
