"""Typed rows: a model type as JSON under (partition, row), with the etag that its next write needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from shared.errors import Conflict, Poison
from shared.ports.store import Store, Stored, Table, Write

LIMIT = 100  # writes in one transaction (Azure Table storage)


class Kept[T](Struct, frozen=True):
    """A value as it was read, and its etag."""

    value: T
    etag: str


class Change[T](Struct, frozen=True):
    """One write of many. `value` None deletes; `etag` None inserts."""

    row: str
    value: T | None
    etag: str | None


class Found[T](Struct, frozen=True):
    """Rows by key, in order: those that can be read, and why the others cannot be."""

    kept: Mapping[str, Kept[T]]
    unread: Mapping[str, str]


class Rows[T]:
    """The rows of one table that hold one type. `read_often`: a row that has the etag of the last time was not written
    since, and is not decoded again. For tables of few rows: those of a partition stay in memory until it is read as a
    whole again."""

    def __init__(self, store: Store, table: Table, kind: type[T], *, read_often: bool = False) -> None:
        self._store, self._table = store, table
        self._decoder = msgspec.json.Decoder(kind)
        self._known: dict[str, dict[str, Kept[T]]] | None = {} if read_often else None

    async def get(self, partition: str, row: str) -> Kept[T] | None:
        stored = await self._store.get(self._table, partition, row)
        return self._read(partition, stored) if stored else None

    async def between(self, partition: str, first: str, last: str) -> dict[str, Kept[T]]:
        """By row key, in order; empty strings leave that side open. What cannot be read is left out."""
        return dict((await self.found(partition, first, last)).kept)

    async def found(self, partition: str, first: str, last: str, most: int | None = None) -> Found[T]:
        """The same, with what cannot be read; or the first `most` of both together."""
        kept, unread = dict[str, Kept[T]](), dict[str, str]()
        known = {} if self._known is None else self._known.setdefault(partition, {})
        for stored in await self._store.query(self._table, partition, first, last, most):
            one = known.get(stored.row)
            if one is not None and one.etag == stored.etag:
                kept[stored.row] = one
                continue
            try:
                kept[stored.row] = known[stored.row] = self._decoded(stored)
            except Poison as poison:
                unread[stored.row] = poison.why.partition("writes: ")[2]
        if self._known is not None and not (first or last) and most is None:
            self._known[partition] = dict(kept)  # and what is not there any more is forgotten
        return Found(kept, unread)

    async def put(self, partition: str, row: str, value: T, etag: str | None) -> str:
        """Write one row; `etag` None: it must not exist yet. `Conflict` when somebody else was first."""
        return await self._store.write(self._table, partition, Write(row, msgspec.json.encode(value), etag))

    async def put_all(self, partition: str, changes: Sequence[Change[T]]) -> tuple[str, ...]:
        """Write many rows, each on its own condition. Returns the rows that somebody else had written meanwhile:
        those were left alone, all others were written."""
        lost: list[str] = []
        for start in range(0, len(changes), LIMIT):
            chunk = changes[start : start + LIMIT]
            writes = [Write(one.row, _body(one.value), one.etag) for one in chunk]
            try:
                await self._store.write_all(self._table, partition, writes)
            except Conflict:
                lost.extend([write.row for write in writes if not await self._wrote(partition, write)])
        return tuple(lost)

    async def put_together(self, partition: str, changes: Sequence[Change[T]]) -> None:
        """Write many rows, all or none. `Conflict` when somebody else had written one of them."""
        writes = [Write(one.row, _body(one.value), one.etag) for one in changes]
        await self._store.write_all(self._table, partition, writes)

    async def _wrote(self, partition: str, write: Write) -> bool:
        try:
            await self._store.write(self._table, partition, write)
        except Conflict:
            return False
        return True

    async def insert_together(self, partition: str, rows: Mapping[str, Struct]) -> None:
        """Insert rows of this table, of whatever type, all or none. `Conflict` when one of them is there."""
        writes = [Write(row, msgspec.json.encode(value), None) for row, value in rows.items()]
        await self._store.write_all(self._table, partition, writes)

    async def move(self, partition: str, row: str, etag: str, to: str, value: T, *also: Write) -> None:
        """Delete one row and insert another, both or neither, and `also` other writes of the partition with them.
        `Conflict` also when the other one is there already."""
        writes = (Write(row, None, etag), Write(to, msgspec.json.encode(value), None), *also)
        await self._store.write_all(self._table, partition, writes)

    def _read(self, partition: str, stored: Stored) -> Kept[T]:
        if self._known is None:
            return self._decoded(stored)
        rows = self._known.setdefault(partition, {})
        known = rows.get(stored.row)
        if known is None or known.etag != stored.etag:
            known = rows[stored.row] = self._decoded(stored)
        return known

    def _decoded(self, stored: Stored) -> Kept[T]:
        try:
            return Kept(self._decoder.decode(stored.body), stored.etag)
        except msgspec.MsgspecError as error:
            raise Poison(
                f"row {stored.row} of table {self._table} is not what this version writes: {error}"
            ) from error


def _body(value: object) -> bytes | None:
    return None if value is None else msgspec.json.encode(value)
