"""Which of many alike things are written down: the first of its kind, and after `SPAN` one more with the count.

A sender that writes nonsense, or tells of machines that are not ours, does so many times a minute. One line tells a
person as much as a thousand, and the thousand would make the sender wait. All of this is one process's memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta

SPAN = timedelta(minutes=10)
REMEMBERED = 1_000
"""Kinds at the most, so that memory stays flat whatever comes. The one that was written down longest ago is forgotten
first."""


class Samples:
    """One per process."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[Hashable, tuple[datetime, int]] = OrderedDict()

    def take(self, kind: Hashable, now: datetime, count: int = 1) -> int | None:
        """How many there were since the last one that was written down, with these; None: these are not written."""
        at, passed = self._kinds.get(kind, (None, 0))
        if at is not None and now - at < SPAN:
            self._kinds[kind] = at, passed + count
            return None
        self._kinds[kind] = now, 0
        self._kinds.move_to_end(kind)
        if len(self._kinds) > REMEMBERED:
            self._kinds.popitem(last=False)
        return passed + count
