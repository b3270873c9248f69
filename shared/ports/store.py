"""Tables: small documents under (table, partition, row), written conditionally.

A document is bytes (JSON of a model type); the store does not look into it. Keys may hold any printable character;
adapters encode what their service forbids. Rows of one partition come back in the order of their row keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Table(StrEnum):
    INVENTORY = "Inventory"
    INCIDENTS = "Incidents"
    OPERATIONS = "Operations"
    LEDGER = "Ledger"
    AUDIT = "Audit"
    POLICY = "Policy"
    QUARANTINE = "Quarantine"


class Stored(Struct, frozen=True):
    row: str
    body: bytes
    etag: str


class Write(Struct, frozen=True):
    """One conditional write. `etag` None: the row must not exist yet. `etag` "*": whatever is there, or nothing.
    `body` None: delete the row (with `etag`)."""

    row: str
    body: bytes | None
    etag: str | None


class Store(Protocol):
    async def get(self, table: Table, partition: str, row: str) -> Stored | None: ...

    async def query(self, table: Table, partition: str, first: str, last: str) -> tuple[Stored, ...]:
        """All rows with first <= row < last (ordinal order); empty strings leave that side open."""
        ...

    async def write(self, table: Table, partition: str, write: Write) -> str:
        """Returns the new etag (empty for a delete). `Conflict` when the condition does not hold; `Retry` when the
        service is throttled or not there; `Unknown` when no answer came."""
        ...

    async def write_all(self, table: Table, partition: str, writes: Sequence[Write]) -> tuple[str, ...]:
        """At most 100 writes of different rows, all or none; new etags in order. `Conflict` as above. More than 100
        or a row twice is a `ValueError`. No writes: nothing happens."""
        ...
