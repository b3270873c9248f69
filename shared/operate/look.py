"""Looking: take a snapshot of one cluster, all readings at the same time.

Each reading stands for itself: what fails becomes a `Failure` with its reason and freezes only what depends on it.
A reading that takes longer than `LONGEST` has failed; nobody waits for a hanging master.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from shared.errors import PoolkeeperError
from shared.model.readings import Failure, Reading, Value
from shared.model.snapshot import PoolReadings, Snapshot
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.ports.clock import Clock

from .outside import Outside

LONGEST = timedelta(seconds=20)


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
