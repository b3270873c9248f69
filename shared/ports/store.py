"""Tables: small documents under (table, partition, row), written conditionally.

A document is bytes (JSON of a model type); the store does not look into it. Keys may hold any printable character;
adapters encode what their service forbids. Rows of one partition come back in the order of their row keys.

What is too large for a table is too large for every store, so that it is found before production: a body of more
than `LARGEST_BODY` bytes, writes of more than `LARGEST_TRANSACTION` bytes together, or a key of more than
`LONGEST_KEY` characters is `Poison`. An empty key is a `ValueError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

LARGEST_BODY = 700 * 1024
"""Bytes. Table storage holds 1 MiB per entity (Azure/azure-docs storage-tables-scale-targets); in base64 this is also
just under the 1 MiB above which aiohttp warns that sending holds up the event loop."""

LARGEST_TRANSACTION = 700 * 1024
"""Bytes of all bodies together, for the same reason. Table storage itself would take 4 MiB."""

LONGEST_KEY = 150
"""Characters. Table storage takes 1 KiB per key, 512 UTF-16 units, and one character may need three."""


class Table(StrEnum):
    INVENTORY = "Inventory"
    INCIDENTS = "Incidents"
    OPERATIONS = "Operations"
    LEDGER = "Ledger"
    AUDIT = "Audit"
    POLICY = "Policy"
    QUARANTINE = "Quarantine"
    HEALTH = "Health"
    ALERT_STATES = "AlertStates"
    OVERRIDES = "Overrides"
    SWEEPS = "Sweeps"
    PARKED = "Parked"
    NEWS = "News"
    EVIDENCE = "Evidence"
    ANSWERS = "Answers"


class Stored(Struct, frozen=True):
    row: str
    body: bytes
    etag: str


class Write(Struct, frozen=True):
    """One conditional write. `etag` None: the row must not exist yet. `etag` "*": whatever is there, or nothing.
    `body` None: delete the row (with `etag`; None is a `ValueError` then, for there is nothing to delete)."""

    row: str
    body: bytes | None
    etag: str | None


class Store(Protocol):
    async def get(self, table: Table, partition: str, row: str) -> Stored | None: ...

    async def query(
        self, table: Table, partition: str, first: str, last: str, most: int | None = None
    ) -> tuple[Stored, ...]:
        """All rows with first <= row < last (ordinal order), or the first `most` of them; empty strings leave that side
        open."""
        ...

    async def write(self, table: Table, partition: str, write: Write) -> str:
        """Returns the new etag (empty for a delete). `Conflict` when the condition does not hold; `Retry` when the
        service is throttled or not there; `Unknown` when no answer came. After `Unknown` of a conditional write, read
        the row: the same body under another etag means that the write arrived."""
        ...

    async def write_all(self, table: Table, partition: str, writes: Sequence[Write]) -> tuple[str, ...]:
        """At most 100 writes of different rows, all or none; new etags in order. `Conflict` as above. More than 100
        or a row twice is a `ValueError`. No writes: nothing happens."""
        ...
