"""Looking: take a snapshot of one cluster, all readings at the same time.

Each reading stands for itself: what fails becomes a `Failure` with its reason and freezes only what depends on it. A
reading that takes longer than `LONGEST` has failed; nobody waits for a hanging master.

Several operations of one cluster look at it side by side. Whoever needs readings that were begun at a certain time or
later shares them with everybody else who does (`Looks`), because Azure allows about ten lists of a scale set a minute.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.errors import PoolkeeperError
from shared.model.readings import Failure, Reading, Value
from shared.model.snapshot import PoolReadings, Snapshot
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from .outside import Outside

LONGEST = timedelta(seconds=20)


class Looks:
    """The latest snapshot of each cluster in this process."""

    def __init__(self) -> None:
        self._latest: dict[str, Snapshot] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def since(self, outside: Outside, cluster: ClusterPolicy, not_before: datetime) -> Snapshot:
        """A snapshot that was begun at `not_before` or later: the latest one, or a new one."""
        async with self._locks[cluster.name]:
            latest = self._latest.get(cluster.name)
            if latest is None or latest.started_at < not_before:
                latest = await look(outside, cluster)
                self._latest[cluster.name] = latest
            return latest


async def look(outside: Outside, cluster: ClusterPolicy) -> Snapshot:
    """All readings of the cluster's pools and masters."""
    started_at = outside.clock.now()
    masters = outside.scheduler_of(cluster)
    pools = asyncio.gather(*(_pool(outside, cluster, pool) for pool in cluster.pools))
    scheduler, readings = await asyncio.gather(_read(outside.clock, "mesos", masters.state()), pools)
    names = (pool.name for pool in cluster.pools)
    return Snapshot(cluster.name, started_at, dict(zip(names, readings, strict=True)), scheduler)


async def _pool(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy) -> PoolReadings:
    address = cluster.address_of(pool)
    clock, compute = outside.clock, outside.compute
    scale_set, instances, addresses = await asyncio.gather(
        _read(clock, "azure.scale_set", compute.scale_set(address)),
        _read(clock, "azure.instances", compute.instances(address)),
        _read(clock, "azure.addresses", compute.addresses(address)),
    )
    return PoolReadings(scale_set, instances, addresses)


async def _read[T](clock: Clock, source: str, call: Awaitable[T]) -> Reading[T]:
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            value = await call
    except PoolkeeperError as error:
        return Failure(str(error), source, clock.now())
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", source, clock.now())
    return Value(value, source, clock.now())
