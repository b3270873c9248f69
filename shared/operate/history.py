"""Writing down what pools were to have and had, for the charts of those who look back.

The last sweep of each five minutes does it: which one that is follows from the schedule of sweeps, so nothing has to be
read for it, and another worker writes the same row. Once an hour the rows of long ago are taken away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from shared.errors import Conflict, Retry, Unknown
from shared.model.history import KEPT, Moment, PoolSize, slot_of
from shared.model.nodes import Condition
from shared.model.readings import Value
from shared.model.signals import SignalKind

from .outside import Outside
from .situate import Picture

HOUR = timedelta(hours=1)


async def keep_history(outside: Outside, picture: Picture) -> None:
    """What storage does not take is a gap: a pass is not done again for it."""
    situation = picture.situation
    cluster, now = situation.cluster.name, situation.now
    following = outside.sweeping.next_after(now)
    is_sweep = any(signal.kind is SignalKind.SWEEP for signal in situation.signals)
    if not is_sweep or slot_of(now) == slot_of(following):
        return
    try:
        await outside.records.keep_moment(cluster, Moment(now, dict(_sizes(picture))))
        if now.hour != following.hour or following - now >= HOUR:
            await outside.records.forget_moments(cluster, now - KEPT)
    except (Retry, Unknown, Conflict):
        return


def _sizes(picture: Picture) -> Iterator[tuple[str, PoolSize]]:
    situation, sized = picture.situation, {one.pool: one for one in picture.sized}
    for pool in situation.cluster.pools:
        instances, book = situation.snapshot.pools[pool.name].instances, situation.ledgers[pool.name]
        found = sized.get(pool.name)
        demands = [one.value.nodes for one in found.demands if isinstance(one, Value)] if found else []
        yield (
            pool.name,
            PoolSize(
                wanted=None if book.is_unread else book.wanted,
                had=len(instances.value) if isinstance(instances, Value) else None,
                well=situation.tallies[pool.name].conditions.get(Condition.HEALTHY, 0)
                if isinstance(instances, Value)
                else None,
                least=found.bounds.floor.nodes if found else None,
                most=found.bounds.ceiling.nodes if found else None,
                asked=max(demands, default=None),
            ),
        )
