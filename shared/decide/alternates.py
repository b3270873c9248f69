"""Pools that stand in for one that can't get the machines that it is to have.

A pool may name its alternates (`scaling.alternates`), in the order in which they are asked. About each pool:

1. It can't get machines: Azure has had no room for a quarter of an hour, or its new ones do not join.
2. What it lacks is what its own signals, schedules and people want of it now, within its bounds, without the agents
   that are there. What could not be read asks nobody for anything.
3. The first alternate that can get machines takes as much of it as its max leaves, the next one the rest. So much of a
   lack is as many nodes as hold it, by what an empty agent of each of the two has; one for one while that is not known.
4. It is one demand more of the alternate: on top of what its own signals and bounds ask for. Those of its signals that
   depend on its size (work that waits, thin agents) are no part of that, or each look would ask for more than the last.
5. When the pool has its machines, or can get them, that demand is not there any more, and the alternate shrinks by the
   ordinary rule: after a window, and nobody goes whose tasks have no room elsewhere.

Nothing is passed on: an alternate that can't get what it stands in for asks none of its own. So pools may name each
other. The same inputs give the same demands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from shared.model.bounds import PoolBounds
from shared.model.mesos import Agent, Amounts
from shared.model.readings import Reading, Value
from shared.policy.schema import PoolPolicy
from shared.scale.load import THIN, WAITING, Demand
from shared.scale.offers import blank_of

from .demands import can_not_get, can_not_grow
from .repair import Situation

STANDS_IN = "stands in"
BY_SIZE = frozenset({WAITING, THIN})
"""Rule 4: demands that follow the size of the pool."""

_EXACT = 1e-9

type Demands = Sequence[Reading[Demand]]


class _Share(Struct, frozen=True):
    """So many nodes for so many of another pool."""

    nodes: int
    because: str


def stand_ins(
    situation: Situation, bounds: Mapping[str, PoolBounds], demands: Mapping[str, Demands]
) -> dict[str, tuple[Value[Demand], ...]]:
    """By alternate, what it is asked for besides its own `demands`. `bounds` are those of the pools that are sized."""
    pools = {pool.name: pool for pool in situation.cluster.pools if pool.name in bounds}
    shares: dict[str, list[_Share]] = {}
    for pool in pools.values():
        named = pool.scaling.alternates if pool.scaling is not None else ()
        if named and can_not_get(situation, pool):
            lack = _lack(situation, pool, bounds[pool.name], demands.get(pool.name, ()))
            for name in named:
                if name in pools and not can_not_grow(situation, pools[name]):
                    own = _own(bounds[name], demands.get(name, ())).nodes
                    free = bounds[name].max.nodes - own - sum(one.nodes for one in shares.get(name, ()))
                    lack = _share_out(situation, pool.name, name, lack, free, shares)
    return {name: (_told(situation, bounds[name], demands.get(name, ()), of),) for name, of in shares.items()}


def _share_out(
    situation: Situation, of: str, by: str, lack: int, free: int, shares: dict[str, list[_Share]]
) -> int:
    """Rule 3. How much is left of the lack."""
    each = _each(situation, of, by)
    nodes = min(math.ceil(lack * each - _EXACT), free)
    if lack <= 0 or nodes <= 0:
        return lack
    shares.setdefault(by, []).append(_Share(nodes, f"{nodes} for {lack} that {of} can't get"))
    return max(0, lack - math.floor(nodes / each + _EXACT))


def _lack(situation: Situation, pool: PoolPolicy, bounds: PoolBounds, demands: Demands) -> int:
    """Rule 2."""
    known = [one.value.nodes for one in demands if isinstance(one, Value)]
    wanted = max([bounds.floor.nodes, *known])
    return min(wanted, bounds.ceiling.nodes) - len(_agents(situation, pool.name))


def _own(bounds: PoolBounds, demands: Demands) -> Demand:
    """Rule 4: what it needs of its own."""
    low = bounds.floor.nodes
    floor = Demand("", low, low, low, "")
    known = [one.value for one in demands if isinstance(one, Value) and one.value.of not in BY_SIZE]
    return max([floor, *known], key=lambda one: one.nodes)


def _told(
    situation: Situation, bounds: PoolBounds, demands: Demands, shares: Sequence[_Share]
) -> Value[Demand]:
    own, more = _own(bounds, demands), sum(one.nodes for one in shares)
    because = f"{', '.join(one.because for one in shares)}, besides {own.nodes} of its own"
    above = max(own.nodes, own.shrink_above) + more
    demand = Demand(STANDS_IN, own.nodes + more, min(own.nodes, own.grow_below) + more, above, because)
    return Value(demand, "ledger", situation.now)


def _each(situation: Situation, of: str, by: str) -> float:
    """How many nodes of one pool hold what one of the other does, by the resource of which that takes most."""
    one, other = _empty(situation, of), _empty(situation, by)
    parts = [
        had / has
        for had, has in ((one.cpus, other.cpus), (one.mem_mb, other.mem_mb), (one.gpus, other.gpus))
        if had > 0 and has > 0
    ]
    return max(parts, default=1.0)


def _empty(situation: Situation, pool: str) -> Amounts:
    """What an empty agent has for everybody together; nothing where no agent is there to learn from."""
    blank = blank_of(_agents(situation, pool))
    free = list(blank.free.values()) if blank is not None else []
    return Amounts(
        sum(one.cpus for one in free), sum(one.mem_mb for one in free), 0.0, sum(one.gpus for one in free)
    )


def _agents(situation: Situation, pool: str) -> list[Agent]:
    """Those that are connected."""
    found = (one.node.agent for one in situation.findings if one.node.pool == pool)
    return [agent for agent in found if agent is not None and agent.active]
