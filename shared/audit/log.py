"""Appending to the audit, also from several workers at once.

A partition per cluster and month holds the entries under their numbers, and a head row with the last number and hash.
Entries and head are written in one transaction on the head's etag: of two workers that append at the same time one
wins, and the other reads the new head and links its records behind it. Within one process they take turns, so that a
burst of events does not compete with itself. When no answer came, the row of our first entry tells whether ours were
written.

Who begins a month closes the one before, so that its last entry stays the last: what is told of it later stands in the
new month, under its own time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from shared.errors import Conflict, Retry, Unknown
from shared.model.audit import AuditRecord
from shared.ports.store import Store, Table, Write
from shared.ports.telemetry import Telemetry, Untold
from shared.telemetry.counts import counts_of
from shared.telemetry.lines import line_of

from .chain import Entry, link
from .month import HEAD, Head, head_in, partition_of, row_of

log = logging.getLogger(__name__)

CHUNK = 99  # a transaction holds 100 writes, one of them is the head
TRIES = 20


class AuditLog:
    """The audit of all clusters over one store. `telemetry` is told how often what was written."""

    def __init__(self, store: Store, telemetry: Telemetry | None = None) -> None:
        self._store, self._telemetry = store, telemetry or Untold()
        self._known: dict[str, tuple[Head, str]] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def append(self, cluster: str, records: Sequence[AuditRecord]) -> None:
        """All records, in this order, behind what is there. No records: nothing happens."""
        if not records:
            return
        async with self._turns[cluster]:
            for start in range(0, len(records), CHUNK):
                await self._append(cluster, records[start : start + CHUNK])
        self._telemetry.points(counts_of(records))
        if log.isEnabledFor(logging.INFO):
            for record in records:
                log.info(line_of(record))

    async def read(self, cluster: str, month: datetime, after: int = 0) -> tuple[Entry, ...]:
        """Every entry of one month, in order; or those behind number `after`, for who follows it."""
        rows = await self._store.query(Table.AUDIT, partition_of(cluster, month), row_of(after + 1), ":")
        return tuple(msgspec.json.decode(row.body, type=Entry) for row in rows)

    async def _append(self, cluster: str, records: Sequence[AuditRecord]) -> None:
        month = records[0].at
        for _ in range(TRIES):
            partition = partition_of(cluster, month)
            known = self._known.pop(partition) if partition in self._known else None
            try:
                head, etag = known or await self._head(cluster, month)
            except (Conflict, Unknown):
                continue
            if head.closed:
                month = _next(month)
                continue
            entries = _linked(records, head)
            writes = [Write(row_of(entry.number), msgspec.json.encode(entry), None) for entry in entries]
            new = Head(entries[-1].number, entries[-1].digest)
            writes.append(Write(HEAD, msgspec.json.encode(new), etag or None))
            try:
                etags = await self._store.write_all(Table.AUDIT, partition, writes)
            except Conflict:
                continue
            except Unknown:
                if await self._holds(partition, entries[0]):
                    return
                continue
            self._known[partition] = new, etags[-1]
            return
        raise Retry(f"the audit of {cluster} is being written by too many at once", timedelta(seconds=1))

    async def _holds(self, partition: str, entry: Entry) -> bool:
        """Whether this very entry is in the log."""
        stored = await self._store.get(Table.AUDIT, partition, row_of(entry.number))
        return stored is not None and msgspec.json.decode(stored.body, type=Entry).digest == entry.digest

    async def _head(self, cluster: str, at: datetime) -> tuple[Head, str]:
        """This month's head; a month's first entry follows the last one of the month before."""
        stored = await self._store.get(Table.AUDIT, partition_of(cluster, at), HEAD)
        if stored is not None:
            return head_in(stored), stored.etag
        return Head(0, await self._close(cluster, at.replace(day=1) - timedelta(days=1))), ""

    async def _close(self, cluster: str, month: datetime) -> str:
        """The last hash of a month to which nothing is appended from now on; empty when there is nothing in it."""
        partition = partition_of(cluster, month)
        stored = await self._store.get(Table.AUDIT, partition, HEAD)
        if stored is None:
            return ""
        head = head_in(stored)
        if not head.closed:
            closed = msgspec.json.encode(replace(head, closed=True))
            await self._store.write(Table.AUDIT, partition, Write(HEAD, closed, stored.etag))
        return head.digest


def _linked(records: Sequence[AuditRecord], head: Head) -> list[Entry]:
    entries: list[Entry] = []
    number, before = head.number, head.digest
    for record in records:
        entry = link(record, number + 1, before)
        entries.append(entry)
        number, before = entry.number, entry.digest
    return entries


def _next(month: datetime) -> datetime:
    return month.replace(day=1) + timedelta(days=32)
