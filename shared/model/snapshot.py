"""A snapshot: all readings of one cluster at one time.

Taken by `shared/operate/look.py`, judged by `shared/judge`. Every part is a reading of its own, so that one that
failed freezes only what depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from .azure import Instance, ScaleSet
from .mesos import SchedulerState
from .readings import Reading


class PoolReadings(Struct, frozen=True):
    """What Azure says of one pool. `addresses` maps instance id to the primary private address of its NIC."""

    scale_set: Reading[ScaleSet]
    instances: Reading[tuple[Instance, ...]]
    addresses: Reading[Mapping[str, str]]


class Snapshot(Struct, frozen=True):
    """`started_at` is before the first request was sent: whatever was true then or later is in it."""

    cluster: str
    started_at: datetime
    pools: Mapping[str, PoolReadings]
    scheduler: Reading[SchedulerState]
