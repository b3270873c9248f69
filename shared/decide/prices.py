"""What pools hold for each other, and which of them holds it for less.

What one holds by what an empty agent of it has (`offered.py`), by the resource of which it takes most; one for one
while nobody knows. The price is the policy's, of a node for an hour.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.model.mesos import Amounts
from shared.model.readings import Failure
from shared.policy.schema import PoolPolicy

from .offered import Unseen, offered_by
from .repair import Situation


def each_of(situation: Situation, of: PoolPolicy, by: PoolPolicy) -> float:
    """How many nodes of `by` hold what one of `of` does."""
    one, other = _empty(situation, of), _empty(situation, by)
    parts = [
        had / has
        for had, has in ((one.cpus, other.cpus), (one.mem_mb, other.mem_mb), (one.gpus, other.gpus))
        if had > 0 and has > 0
    ]
    return max(parts, default=1.0)


def cost_of(situation: Situation, of: PoolPolicy, by: PoolPolicy) -> float | None:
    """What nodes of `by` cost that hold what one of `of` does; None without a price."""
    return None if by.price is None else by.price * each_of(situation, of, by)


def cheapest_first(
    situation: Situation, of: PoolPolicy, pools: Sequence[PoolPolicy]
) -> tuple[PoolPolicy, ...]:
    """By what it costs to hold what one of `of` does; those without a price last, and otherwise in their order."""
    costs = {pool.name: cost_of(situation, of, pool) for pool in pools}
    return tuple(sorted(pools, key=lambda pool: (costs[pool.name] is None, costs[pool.name] or 0.0)))


def _empty(situation: Situation, pool: PoolPolicy) -> Amounts:
    """What an empty agent has for everybody together; nothing where nobody knows."""
    listed = [one for one in situation.findings if one.node.pool == pool.name]
    offer = offered_by(situation, pool, listed)
    if isinstance(offer, Failure) or isinstance(offer.value, Unseen):
        return Amounts()
    free = offer.value.free.values()
    return Amounts(
        sum(one.cpus for one in free), sum(one.mem_mb for one in free), 0.0, sum(one.gpus for one in free)
    )
