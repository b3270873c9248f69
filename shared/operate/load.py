"""What waits for room and what metrics say, read for clusters of which a pool follows such a thing.

Marathon's queue has whole applications in it, and numbers of the firehose are rows of every worker: neither is asked
for where no policy follows it. Each is a reading of its own, bounded in time, and what was not asked for stays a
failure, which nobody takes for no load.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from shared.errors import PoolkeeperError
from shared.model.load import UNASKED_LOAD, Load, Pending, Queue
from shared.model.offer import Offer
from shared.model.past import Past
from shared.model.readings import Failure, Reading, Value
from shared.model.snapshot import Snapshot
from shared.policy.scaling import Metric, Thin, Waiting
from shared.policy.schema import ClusterPolicy
from shared.records.followed import Followed, read_followed

from .outside import Outside

LONGEST = timedelta(seconds=30)


async def with_load(outside: Outside, cluster: ClusterPolicy, snapshot: Snapshot) -> Snapshot:
    """The snapshot with the load that pools of this cluster follow; as it is where none follows any."""
    signals = [signal for pool in cluster.pools if pool.scaling for signal in pool.scaling.signals]
    waits = any(isinstance(one, Waiting | Thin) for one in signals)
    follows = any(isinstance(one, Metric) for one in signals)
    foresees = any(pool.scaling and pool.scaling.forecast for pool in cluster.pools)
    stands_in = any(pool.scaling and pool.scaling.alternates for pool in cluster.pools)
    if not waits and not follows and not foresees and not stands_in:
        return snapshot
    queue, others, services, metrics, pasts, offers = await asyncio.gather(
        _queue(outside, cluster, waits),
        _others(outside, cluster, waits),
        _services(outside, cluster, snapshot, waits),
        _metrics(outside, cluster, snapshot),
        _pasts(outside, cluster, foresees),
        _offers(outside, cluster, waits or stands_in),
    )
    return replace(snapshot, load=Load(queue, metrics, pasts, others, services, offers))


async def _queue(outside: Outside, cluster: ClusterPolicy, is_followed: bool) -> Reading[Queue]:
    if not is_followed:
        return UNASKED_LOAD.queue
    clock, workloads = outside.clock, outside.workloads_of(cluster)
    if workloads is None:
        return Failure("nobody is asked what waits there", "marathon queue", clock.now())
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            return await workloads.queue()
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", "marathon queue", clock.now())


async def _others(
    outside: Outside, cluster: ClusterPolicy, is_followed: bool
) -> Mapping[str, Reading[Queue]]:
    workloads = outside.workloads_of(cluster)
    if not is_followed or not cluster.marathons or workloads is None:
        return {}
    return await workloads.other_queues(cluster.marathons)


async def _services(
    outside: Outside, cluster: ClusterPolicy, snapshot: Snapshot, is_followed: bool
) -> Mapping[str, Reading[tuple[Pending, ...]]]:
    """Without a word of the masters nobody knows which services there are; then nothing is known of load anyway."""
    workloads, scheduler = outside.workloads_of(cluster), snapshot.scheduler
    if not is_followed or workloads is None or isinstance(scheduler, Failure):
        return {}
    return await workloads.pending(scheduler.value)


async def _pasts(outside: Outside, cluster: ClusterPolicy, foresees: bool) -> Reading[Mapping[str, Past]]:
    if not foresees:
        return UNASKED_LOAD.pasts
    return await _remembered(outside, "forecast", outside.records.pasts(cluster.name))


async def _offers(outside: Outside, cluster: ClusterPolicy, asks: bool) -> Reading[Mapping[str, Offer]]:
    if not asks:
        return UNASKED_LOAD.offers
    return await _remembered(outside, "offers", outside.records.offers(cluster.name))


async def _remembered[T](outside: Outside, source: str, rows: Awaitable[T]) -> Reading[T]:
    clock = outside.clock
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            return Value(await rows, source, clock.now())
    except PoolkeeperError as error:
        return Failure(str(error), source, clock.now())
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", source, clock.now())


async def _metrics(
    outside: Outside, cluster: ClusterPolicy, snapshot: Snapshot
) -> dict[str, dict[str, Reading[float]]]:
    """By pool and metric, of those that are followed. Nodes that Azure does not list any more tell nothing."""
    places = [
        Followed(cluster.name, pool.name, one.name)
        for pool in cluster.pools
        for one in (pool.scaling.signals if pool.scaling else ())
        if isinstance(one, Metric)
    ]
    answers = await asyncio.gather(*(_metric(outside, one, snapshot) for one in places))
    found: defaultdict[str, dict[str, Reading[float]]] = defaultdict(dict)
    for one, answer in zip(places, answers, strict=True):
        found[one.pool][one.metric] = answer
    return dict(found)


async def _metric(outside: Outside, followed: Followed, snapshot: Snapshot) -> Reading[float]:
    clock, instances = outside.clock, snapshot.pools[followed.pool].instances
    if isinstance(instances, Failure):
        return instances
    nodes = {instance.name for instance in instances.value}
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            return await read_followed(outside.store, followed, nodes, clock.now())
    except PoolkeeperError as error:
        return Failure(str(error), "firehose", clock.now())
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", "firehose", clock.now())
