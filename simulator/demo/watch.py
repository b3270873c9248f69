"""Watching the app from outside: what is new in its audit, and what it has open.

Nothing is asked of the app itself; its tables are the truth about what it knows and did, and they are read here as
any operator's tool would. What truly happened is not here but in the world's own journal, see `verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.audit import AuditLog
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.model.audit import AuditRecord
from shared.model.incidents import Incident
from shared.model.ledger import Ledger
from shared.model.nodes import NodeMemory
from shared.model.operations import Operation
from shared.records import Records


@dataclass(frozen=True, slots=True)
class Known:
    """What the app has in its tables now, by the clock of one read. Incidents are by node."""

    incidents: dict[str, Incident]
    running: tuple[Operation, ...]
    closed: tuple[Operation, ...]


class Watch:
    """Reads one cluster's tables. `close` it at the end."""

    def __init__(self, connection_string: str, cluster: str) -> None:
        self._store = AzureStore(StorageSettings(connection_string=connection_string))
        self._records, self._audit = Records(self._store), AuditLog(self._store)
        self._cluster = cluster
        self._month: datetime | None = None
        self._number = 0

    async def close(self) -> None:
        await self._store.close()

    async def new_records(self, now: datetime) -> list[AuditRecord]:
        """What the audit has that it had not at the last call."""
        before = self._month
        records: list[AuditRecord] = []
        if before is not None and (before.year, before.month) != (now.year, now.month):
            records += await self._behind(before)
            self._number = 0
        self._month = now
        return records + await self._behind(now)

    async def known(self) -> Known:
        """Incidents and operations, of this cluster, of all time."""
        incidents = await self._records.open_incidents(self._cluster)
        running = await self._records.running_operations(self._cluster)
        closed = await self._records.operations.between(self._cluster, "closed|", "closed}")
        return Known(
            {node: kept.value for node, kept in incidents.items()},
            tuple(kept.value for kept in running.values()),
            tuple(kept.value for kept in closed.values()),
        )

    async def closed_incidents(self) -> list[Incident]:
        """Oldest first."""
        rows = await self._records.incidents.between(self._cluster, "closed|", "closed}")
        return [kept.value for kept in rows.values()]

    async def inventory(self) -> list[NodeMemory]:
        rows = await self._records.inventory.between(self._cluster, "", "")
        return [kept.value for kept in rows.values()]

    async def ledger(self, pool: str) -> Ledger:
        kept = await self._records.ledgers.get(self._cluster, pool)
        return kept.value if kept else Ledger(pool)

    async def _behind(self, month: datetime) -> list[AuditRecord]:
        entries = await self._audit.read(self._cluster, month, self._number)
        if entries:
            self._number = entries[-1].number
        return [entry.record for entry in entries]
