"""Sees the rows of operations, for what is promised about them: that no node has two operations, and that a worker
whose lease was taken over writes nothing any more (docs/safety.md, 3 and 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from shared.memory.store import MemoryStore
from shared.model.operations import Operation
from shared.ports.store import Table
from shared.records import RUNNING


class RowObserver:
    """`complain` is told the number of the invariant and what is wrong."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._fences: dict[str, int] = {}
        self.complain: Callable[[int, str], None] = lambda number, text: None

    def written(self) -> None:
        """After each write to the table of operations."""
        rows = self._store._partitions.get((Table.OPERATIONS, "prod"), {})
        running = [
            msgspec.json.decode(row.body, type=Operation)
            for name, row in rows.items()
            if name.startswith(RUNNING)
        ]
        for node, count in Counter(one.subject.node for one in running).items():
            if count > 1:
                self.complain(3, f"{count} operations of {node}")
        for one in running:
            latest = self._fences.get(one.id, 0)
            if one.fence < latest:
                self.complain(7, f"{one.id} was written under lease {one.fence}, after {latest} was given")
            self._fences[one.id] = max(latest, one.fence)
