"""What load asked for in the last weeks, as it is kept: a few thousand small numbers in a row for each pool that has a
forecast.

What is not over yet is remembered with the course of the rule (`shared/scale/pace.py`), which is written with each look
anyway; what an hour came to is put into this row when it is over. So the row is written once an hour, and what a crash
or another worker leaves undone is done at the next look: of two numbers for one time the larger one is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property

from msgspec import Struct

SLOT = timedelta(minutes=15)
HOUR_SLOTS, WEEK_SLOTS = 4, timedelta(weeks=1) // SLOT
MOST_SLOTS = 6 * WEEK_SLOTS
"""Five weeks that are looked back on, and the one that is compared with them."""

UNKNOWN = -1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(at: datetime) -> int:
    """The quarter of an hour since 1970 (UTC) that this instant is in."""
    return (at - EPOCH) // SLOT


class Past(Struct, frozen=True, dict=True):
    """The most nodes that were needed in each quarter of an hour: `most` one after the other from the quarter `first`
    on, `UNKNOWN` where nobody knows."""

    first: int = 0
    most: tuple[int, ...] = ()

    @cached_property
    def by_slot(self) -> Mapping[int, int]:
        """Those that are known."""
        return {self.first + place: nodes for place, nodes in enumerate(self.most) if nodes >= 0}

    def also(self, needed: Mapping[int, int]) -> Past:
        """With these besides: the larger one where both know, the oldest left out where it gets too long."""
        known = dict(self.by_slot)
        for slot, nodes in needed.items():
            known[slot] = max(nodes, known.get(slot, 0))
        if not known:
            return self
        last = max(known)
        first = max(min(known), last + 1 - MOST_SLOTS)
        return Past(first, tuple([known.get(slot, UNKNOWN) for slot in range(first, last + 1)]))


def over(needed: Mapping[int, int], now: datetime) -> dict[int, int]:
    """Those of hours that are over."""
    hour = slot_of(now) // HOUR_SLOTS
    return {slot: nodes for slot, nodes in needed.items() if slot // HOUR_SLOTS < hour}
