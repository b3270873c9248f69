"""The quarantine: work that could not be done is kept with the reason, for an operator to look into.

It is looked at, replayed or dropped by command (`shared/operate/replay.py`). A row knows when it was replayed and by
whom, and is kept all the same: whoever comes later sees what was tried. Rows are dropped by age like evidence.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.ports.store import Store, Table, Write

from .rows import Kept, Rows

PARTITION = "quarantine"
MOST = 100_000  # characters of a body that are kept; an event may have a million
CHUNK = 100  # writes in one transaction


class Replayed(Struct, frozen=True):
    """Who put it back to work."""

    at: datetime
    who: str
    why: str


class Quarantined(Struct, frozen=True):
    """`size` is the length of the whole body in characters, `body` its beginning. `replayed` is the last time that
    somebody put it back to work; None: nobody has."""

    at: datetime
    source: str
    why: str
    size: int
    body: str
    replayed: Replayed | None = None

    @property
    def is_whole(self) -> bool:
        return self.size == len(self.body)


class Quarantine:
    """Everything in the quarantine over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = Rows(store, Table.QUARANTINE, Quarantined)

    async def all(self) -> dict[str, Kept[Quarantined]]:
        """By row, oldest first."""
        return await self._rows.between(PARTITION, "", "")

    async def between(self, first: str, last: str) -> dict[str, Kept[Quarantined]]:
        """Rows from one key (included) to another (not), oldest first."""
        return await self._rows.between(PARTITION, first, last)

    async def get(self, row: str) -> Kept[Quarantined] | None:
        return await self._rows.get(PARTITION, row)

    async def put(self, row: str, kept: Quarantined, etag: str) -> str:
        """`Conflict` when somebody else has written it since. The new etag."""
        return await self._rows.put(PARTITION, row, kept, etag)

    async def drop(self, row: str, etag: str) -> None:
        """`Conflict` as above."""
        await self._store.write(Table.QUARANTINE, PARTITION, Write(row, None, etag))

    async def forget(self, before: datetime) -> int:
        """Drop what was kept before this time, a hundred rows at the most. How many were dropped."""
        old = await self._store.query(Table.QUARANTINE, PARTITION, "", f"{before:%Y%m%dT%H%M%S}")
        writes = [Write(row.row, None, "*") for row in old[:CHUNK]]
        await self._store.write_all(Table.QUARANTINE, PARTITION, writes)
        return len(writes)


async def quarantine(store: Store, source: str, why: str, body: str, now: datetime) -> str:
    """Keep it; returns the row. The same body at the same time is kept once."""
    digest = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:12]
    row = f"{now:%Y%m%dT%H%M%S.%fZ}-{digest}"
    kept = Quarantined(now, source, _written(why), len(body), _written(body[:MOST]))
    await store.write(Table.QUARANTINE, PARTITION, Write(row, msgspec.json.encode(kept), "*"))
    return row


def _written(text: str) -> str:
    """The text without what cannot be written as UTF-8: half of a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
