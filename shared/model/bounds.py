"""The sizes that a pool may have at an instant, each with its reason; and what a person said about them.

`shared/decide/schedule.py` works them out from schedules, overrides and the time.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Source(StrEnum):
    """Who says a bound. What stands further down counts more.

    capacity   the hard bounds of the policy
    step       a schedule that holds until the next such schedule begins
    span       a schedule that lasts as long as it says
    person     somebody's override
    """

    CAPACITY = "capacity"
    STEP = "step"
    SPAN = "span"
    PERSON = "person"


class Because(Struct, frozen=True):
    """The reason of a bound: `name` is that of the schedule, or who said it. `since` None: always. `until` None: until
    somebody changes it. A `since` that is still to come is the reason of a size that is ordered ahead of its time."""

    source: Source
    name: str
    since: datetime | None = None
    until: datetime | None = None


class Bound(Struct, frozen=True):
    """So many nodes, and why."""

    nodes: int
    because: Because


class PoolBounds(Struct, frozen=True):
    """The sizes that a pool may have at an instant: `min` is never above `max`. `target` fixes the size between them;
    None: load may choose. `conflicts` tell, in sentences, where what was written contradicts itself."""

    min: Bound
    max: Bound
    target: Bound | None = None
    conflicts: tuple[str, ...] = ()

    @property
    def floor(self) -> Bound:
        """The fewest nodes that the pool is to have: its target, or its min."""
        return self.target or self.min

    @property
    def ceiling(self) -> Bound:
        """The most nodes that the pool is to have: its target, or its max."""
        return self.target or self.max


class Change(Struct, frozen=True):
    """These bounds hold from `at` on."""

    at: datetime
    bounds: PoolBounds


class Resize(Struct, frozen=True, kw_only=True):
    """What a person said about a pool's size: an override of the kind `size`. It has a `min`, a `max`, both, or a
    `target`. `until` None: until somebody takes it back."""

    who: str
    why: str
    since: datetime
    until: datetime | None = None
    min: int | None = None
    max: int | None = None
    target: int | None = None
