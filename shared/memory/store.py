"""Tables in memory, with real conditional semantics: what conflicts on the service conflicts here.

Every write gets a new etag; a transaction is checked as a whole before anything of it is written. Public test
double: `faults.next("write", Unknown(...), done=True)` loses an answer, `faults.always("get", Retry(...))` takes the
service away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from shared.errors import Conflict, Poison
from shared.memory.faults import Faults
from shared.ports.store import LARGEST_BODY, LARGEST_TRANSACTION, LONGEST_KEY, Store, Stored, Table, Write


class MemoryStore(Store):
    def __init__(self) -> None:
        self.faults = Faults()
        self._partitions: dict[tuple[Table, str], dict[str, Stored]] = {}
        self._numbers = count(1)

    async def get(self, table: Table, partition: str, row: str) -> Stored | None:
        _check_keys(partition, row)
        self.faults.before("get")
        return self._partitions.get((table, partition), {}).get(row)

    async def query(
        self, table: Table, partition: str, first: str, last: str, most: int | None = None
    ) -> tuple[Stored, ...]:
        _check_keys(partition)
        self.faults.before("query")
        rows = self._partitions.get((table, partition), {})
        if not (first or last):
            return tuple([rows[row] for row in sorted(rows)[:most]])
        found = [row for row in sorted(rows) if row >= first and (not last or row < last)]
        return tuple([rows[row] for row in found[:most]])

    async def write(self, table: Table, partition: str, write: Write) -> str:
        _check((write,), partition)
        self.faults.before("write")
        (etag,) = self._apply(table, partition, (write,))
        self.faults.after("write")
        return etag

    async def write_all(self, table: Table, partition: str, writes: Sequence[Write]) -> tuple[str, ...]:
        _check(writes, partition)
        if not writes:
            return ()
        self.faults.before("write_all")
        etags = self._apply(table, partition, writes)
        self.faults.after("write_all")
        return etags

    def everything(self) -> Mapping[tuple[Table, str], tuple[Stored, ...]]:
        """By table and partition: to look at, or to carry somewhere else."""
        return {where: tuple(rows.values()) for where, rows in self._partitions.items()}

    def _apply(self, table: Table, partition: str, writes: Sequence[Write]) -> tuple[str, ...]:
        rows = self._partitions.setdefault((table, partition), {})
        for write in writes:
            there = rows.get(write.row)
            if write.etag not in ("*", there.etag if there else None):
                raise Conflict(f"row {write.row} in partition {partition} of table {table}")
        return tuple(self._put(rows, write) for write in writes)

    def _put(self, rows: dict[str, Stored], write: Write) -> str:
        if write.body is None:
            rows.pop(write.row, None)
            return ""
        etag = f'W/"{next(self._numbers)}"'
        rows[write.row] = Stored(write.row, write.body, etag)
        return etag


def _check(writes: Sequence[Write], partition: str) -> None:
    if len(writes) > 100 or len({write.row for write in writes}) < len(writes):
        raise ValueError(f"a transaction takes at most 100 writes of different rows, not these {len(writes)}")
    _check_keys(partition, *(write.row for write in writes))
    for write in writes:
        if write.body is None and write.etag is None:
            raise ValueError(f"row {write.row} cannot both be deleted and not exist yet")
    sizes = [len(write.body or b"") for write in writes]
    if max(sizes, default=0) > LARGEST_BODY or sum(sizes) > LARGEST_TRANSACTION:
        raise Poison(f"{max(sizes)} bytes in one row, {sum(sizes)} in all, are more than a table holds")


def _check_keys(*keys: str) -> None:
    for key in keys:
        if not key:
            raise ValueError("a key must not be empty")
        if len(key) > LONGEST_KEY:
            raise Poison(
                f"a key of {len(key)} characters, starting {key[:20]!r}, is longer than {LONGEST_KEY}"
            )
