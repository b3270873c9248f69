"""The office as it would be, where nothing that is said is kept: whoever is about to speak learns what would follow.

An action that is rehearsed goes the same way as one that is meant, with the same checks and the same answer, over a
storage, an audit and queues that take what is written and forget it. So what is told beforehand is what is told
afterwards, unless something changes in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.audit import AuditLog
from shared.model.audit import AuditRecord
from shared.ports.queues import Queue, Queues
from shared.ports.store import Store, Stored, Table, Write


class Unwritten(Store):
    """Reads what is there. What is written counts as written, and is not."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, table: Table, partition: str, row: str) -> Stored | None:
        return await self._store.get(table, partition, row)

    async def query(
        self, table: Table, partition: str, first: str, last: str, most: int | None = None
    ) -> tuple[Stored, ...]:
        return await self._store.query(table, partition, first, last, most)

    async def write(self, table: Table, partition: str, write: Write) -> str:
        return ""

    async def write_all(self, table: Table, partition: str, writes: Sequence[Write]) -> tuple[str, ...]:
        return ("",) * len(writes)


class Untold(AuditLog):
    """Nothing has happened, so nothing is told: not to the audit, and not to the log either."""

    async def append(self, cluster: str, records: Sequence[AuditRecord]) -> None:
        return None


class Unsent(Queues):
    async def send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        return None
