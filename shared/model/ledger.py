"""The ledger: who is disrupting what right now in a pool, and what was disrupted in the last hour and day.

One account per pool for everything that takes a node away: repair today; scaling, rebalancing and people later.
Written only with the row's etag, so that its limits also hold between concurrent workers.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Disruption(Struct, frozen=True):
    """One node that is being taken away and brought back."""

    operation: str
    node: str
    since: datetime
    fault_domain: int | None = None


class Ledger(Struct, frozen=True):
    """`wanted` is the size that the pool is to have; None until it was first read. `started` are the start times of
    the disruptions of the last day, oldest first. `storm_since` and `storm_until` bound the storm, if there is one."""

    pool: str
    wanted: int | None = None
    active: tuple[Disruption, ...] = ()
    started: tuple[datetime, ...] = ()
    storm_since: datetime | None = None
    storm_until: datetime | None = None
