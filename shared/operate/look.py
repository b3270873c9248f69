"""Looking: take a snapshot of one cluster, all readings at the same time.

Each reading stands for itself: what fails becomes a `Failure` with its reason and freezes only what depends on it. A
reading that takes longer than `LONGEST` has failed; nobody waits for a hanging master.

Several operations of one cluster look at it side by side. Whoever needs readings that were begun after a certain time
shares them with everybody else who does (`Looks`), because Azure allows about ten lists of a scale set a minute.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from msgspec.structs import replace

from shared.errors import PoolkeeperError
from shared.firehose.index import rules_of
from shared.model.alarms import Alarm
from shared.model.health import ClusterHealth
from shared.model.mesos import SchedulerState
from shared.model.readings import Failure, Reading, Value
from shared.model.snapshot import PoolReadings, Snapshot
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.ports.clock import Clock
from shared.ports.compute import Compute
from shared.ports.scheduler import Scheduler
from shared.records.alert_states import Alarms
from shared.records.last_health import LastHealth

from .roll_call import RollCall

LONGEST = timedelta(seconds=20)


@dataclass(frozen=True)
class Eyes:
    """What a look needs: the time, Azure, the masters of a cluster, what was last read of DC/OS's own health, the rules
    about metrics that fire, and who asks the agents; None: nobody does."""

    clock: Clock
    compute: Compute
    scheduler_of: Callable[[ClusterPolicy], Scheduler]
    last_health: LastHealth
    alarms: Alarms
    roll_call: RollCall | None = None


class Looks:
    """The latest snapshot of each cluster in this process, and by which policy it was looked at: another policy may
    have other pools, or the same ones elsewhere."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[ClusterPolicy, Snapshot]] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def since(self, eyes: Eyes, cluster: ClusterPolicy, after: datetime) -> Snapshot:
        """A snapshot that was begun later than `after`: the latest one, or a new one."""
        async with self._locks[cluster.name]:
            by, latest = self._latest.get(cluster.name, (None, None))
            if latest is None or by != cluster or latest.started_at <= after:
                latest = await look(eyes, cluster)
                self._latest[cluster.name] = cluster, latest
            return latest


async def look(eyes: Eyes, cluster: ClusterPolicy, everybody: bool = False) -> Snapshot:
    """All readings of the cluster's pools and masters, the last one of its health, and which rules fire. `everybody`:
    the agents are asked too, and not only those that did not answer the last time."""
    started_at = eyes.clock.now()
    of_pools = [reading for pool in cluster.pools for reading in _of_pool(eyes, cluster, pool)]
    readings: list[Any] = await asyncio.gather(
        _scheduler(eyes, cluster, everybody), _health(eyes, cluster), _alarms(eyes, cluster), *of_pools
    )
    scheduler, health, alarms, *readings = readings
    by_pool = zip((pool.name for pool in cluster.pools), batched(readings, 3, strict=True), strict=True)
    pools = {name: PoolReadings(*three) for name, three in by_pool}
    return Snapshot(cluster.name, started_at, pools, scheduler, health, alarms)


async def _scheduler(eyes: Eyes, cluster: ClusterPolicy, everybody: bool) -> Reading[SchedulerState]:
    """What the masters say; of agents that answer nobody, that they are mute."""
    reading = await _read(eyes.clock, "mesos", eyes.scheduler_of(cluster).state())
    if eyes.roll_call is None or isinstance(reading, Failure):
        return reading
    mute = await eyes.roll_call.mute(cluster.name, reading.value, everybody)
    if not mute:
        return reading
    agents = (
        replace(one, active=False, mute=True) if one.agent_id in mute else one for one in reading.value.agents
    )
    return replace(reading, value=replace(reading.value, agents=tuple(agents)))


async def _health(eyes: Eyes, cluster: ClusterPolicy) -> Reading[ClusterHealth]:
    """As it was read and kept; a failure when storage does not give it."""
    kept = await _read(eyes.clock, "storage", eyes.last_health.get(cluster.name))
    return kept.value if isinstance(kept, Value) else kept


async def _alarms(eyes: Eyes, cluster: ClusterPolicy) -> Reading[tuple[Alarm, ...]]:
    """Of the rules that the policy lets count for repair; with none of them nobody is asked."""
    rules = [rule.name for rule in rules_of(cluster) if rule.impairs]
    if not rules:
        return Value((), "alert_states", eyes.clock.now())
    return await _read(eyes.clock, "alert_states", eyes.alarms.firing(cluster.name, rules))


def _of_pool(eyes: Eyes, cluster: ClusterPolicy, pool: PoolPolicy) -> Iterator[Coroutine[Any, Any, Any]]:
    """The three of `PoolReadings`, in its order."""
    address = cluster.address_of(pool)
    clock, compute = eyes.clock, eyes.compute
    yield _read(clock, "azure.scale_set", compute.scale_set(address))
    yield _read(clock, "azure.instances", compute.instances(address))
    yield _read(clock, "azure.addresses", compute.addresses(address))


async def _read[T](clock: Clock, source: str, call: Awaitable[T]) -> Reading[T]:
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            value = await call
    except PoolkeeperError as error:
        return Failure(str(error), source, clock.now())
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", source, clock.now())
    return Value(value, source, clock.now())
