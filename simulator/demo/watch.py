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
from shared.model.audit import NOBODYS, AuditRecord
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
        self._read_at: datetime | None = None
        self._numbers: dict[tuple[str, str], int] = {}

    async def close(self) -> None:
        await self._store.close()

    async def new_records(self, now: datetime) -> list[AuditRecord]:
        """What the audit has that it had not at the last call: of the cluster, and of what belongs to none."""
        before, self._read_at = self._read_at or now, now
        months = [before, now] if before.month != now.month else [now]
        return [
            record
            for name in (self._cluster, NOBODYS)
            for month in months
            for record in await self._behind(name, month)
        ]

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

    async def _behind(self, name: str, month: datetime) -> list[AuditRecord]:
        key = (name, f"{month:%Y-%m}")
        entries = await self._audit.read(name, month, self._numbers.get(key, 0))
        if entries:
            self._numbers[key] = entries[-1].number
        return [entry.record for entry in entries]
