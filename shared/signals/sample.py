"""A few of many: what is written down of events that ask for nothing, when thousands of them come.

A subscription's events are mostly about things that are not ours, and each line of the audit is a write that waits for
the one before. So of one sort `MOST` a window are written down and the others are counted; the next one that is
written says how many those were.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime

from msgspec import Struct

from .window import WINDOW

MOST = 20
SORTS = 1000  # that are remembered at the most


class _Count(Struct):
    """`left` were not written down since the last one that was."""

    since: datetime
    taken: int = 0
    left: int = 0


class Sample:
    """The memory of one process."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Hashable, _Count] = OrderedDict()

    def take(self, sort: Hashable, now: datetime) -> int | None:
        """None: leave this one. Otherwise write it down, with the number of those that were left before it."""
        count = self._counts.setdefault(sort, _Count(now))
        self._counts.move_to_end(sort)
        if len(self._counts) > SORTS:
            self._counts.popitem(last=False)
        if now - count.since >= WINDOW:
            count.since, count.taken = now, 0
        if count.taken >= MOST:
            count.left += 1
            return None
        left, count.left = count.left, 0
        count.taken += 1
        return left
