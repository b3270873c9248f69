"""The last sweep of a cluster: a sign of life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

EVERY = timedelta(minutes=1)
"""How often the app looks at every cluster of its own accord where the setting POOLKEEPER_SWEEP does not say."""

GRACE = timedelta(seconds=15)
"""For a pass to write down what it found."""


class PoolRoll(Struct, frozen=True):
    """How many nodes a pool had; which of them had not joined; of those that flap, when they were lost within the last
    week; and where the policy has a forecast, how long a machine takes to join."""

    nodes: int
    joining: tuple[str, ...] = ()
    lost: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict[str, tuple[datetime, ...]])
    lead: timedelta | None = None


class LastSweep(Struct, frozen=True):
    """When a pass that a sweep had asked for last wrote down what it found; by the app's own schedule, when the next
    sweep was due, and the third from then; and what the pools had. None: written by a version that did not know."""

    at: datetime
    next_at: datetime | None = None
    third_at: datetime | None = None
    rolls: Mapping[str, PoolRoll] | None = None
    leader: str = ""
    """The master that led, by its address; empty: it could not be read."""

    @property
    def every(self) -> timedelta:
        return EVERY if self.next_at is None else self.next_at - self.at

    def is_late(self, now: datetime) -> bool:
        """Whether three sweeps and more have been missed since: then the app does not run, or its passes fail."""
        return now > (self.third_at or self.at + 3 * EVERY) + GRACE
