"""The ledger: who is disrupting what right now in a pool, and what was disrupted in the last hour and day.

One account per pool for everything that takes a node away: repair today; scaling, rebalancing and people later.
Written only with the row's etag, so that its limits also hold between concurrent workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field


class Disruption(Struct, frozen=True):
    """One node that is being taken away and brought back. `surge`: its successor comes first, so the pool may have one
    more than wanted meanwhile; `leaving`: it goes now, so that its successor is among those that are wanted."""

    operation: str
    node: str
    since: datetime
    fault_domain: int | None = None
    surge: bool = False
    leaving: bool = False


class Loss(Struct, frozen=True):
    """A node that failed, when that was first seen, and what it was then (`shared/judge/traits.py`)."""

    node: str
    at: datetime
    traits: Mapping[str, str] = field(default_factory=dict[str, str])


class Ledger(Struct, frozen=True):
    """`wanted` is the size that the pool is to have; None until it was first read. `started` are the start times of
    the disruptions of the last day, oldest first. `storm_since` and `storm_until` bound the storm, if there is one.
    `losses` are the nodes that failed within the last hour, and those that have not been helped since."""

    pool: str
    wanted: int | None = None
    active: tuple[Disruption, ...] = ()
    started: tuple[datetime, ...] = ()
    storm_since: datetime | None = None
    storm_until: datetime | None = None
    losses: tuple[Loss, ...] = ()

    @property
    def surging(self) -> int:
        """How many more than wanted the pool may have."""
        return sum(entry.surge for entry in self.active)

    @property
    def target(self) -> int | None:
        """The size that the pool is to have now, with successors that come first; None when nobody knows."""
        ahead = sum(entry.surge and not entry.leaving for entry in self.active)
        return None if self.wanted is None else self.wanted + ahead
