"""Pools that stand in for one that can't get the machines that it is to have.

A pool may name its alternates (`scaling.alternates`), in the order in which they are asked, or as `cheapest`: then by
what those of their machines cost that hold what one of the pool does. About each pool:

1. It can't get machines: Azure has had no room for a quarter of an hour, its new ones do not join, or Azure takes its
   spot machines back in a wave (`evictions.py`).
2. What it lacks is what its own signals, schedules and people want of it now, within its bounds, without the agents
   that are there. What could not be read asks nobody for anything.
3. The first alternate that can get machines takes as much of it as its max leaves, the next one the rest. So much of a
   lack is as many nodes as hold it, by what an empty agent of each of the two has; one for one while that is not known.
4. It is one demand more of the alternate: on top of what its own signals and bounds ask for. Those of its signals that
   depend on its size (work that waits, thin agents) are no part of that, or each look would ask for more than the last.
5. When the pool has its machines, or can get them, that demand is not there any more, and the alternate shrinks by the
   ordinary rule: after a window, and nobody goes whose tasks have no room elsewhere.
6. In a wave of evictions Azure does give machines, and takes them again. So what the alternates take the pool's own
   signals do not ask for (`Standing.of`), as far as that is beyond its size so far: what it has is repaired as ever,
   what it is to grow by comes elsewhere first. What nobody takes it goes on asking for, and for the floor of its
   bounds.
7. As long as the wave lasts none of its alternates shrinks by load (rule 4, with a higher end), whether the pool lacks
   anything now or not: its machines of this hour may be the next to go. The bounds of an alternate hold all the same.

Nothing is passed on: an alternate that can't get what it stands in for asks none of its own. So pools may name each
other. The same inputs give the same demands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.model.bounds import PoolBounds
from shared.model.mesos import Agent
from shared.model.readings import Reading, Value
from shared.policy.schema import PoolPolicy
from shared.scale.load import THIN, WAITING, Demand

from .demands import can_not_get, can_not_grow, is_evicted
from .prices import cheapest_first, each_of
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


class Standing(Struct, frozen=True):
    """`asked`: by alternate, what it is asked for besides its own demands. `taken`: by pool with a wave of evictions,
    how many of its nodes others take."""

    asked: Mapping[str, Value[Demand]]
    taken: Mapping[str, int]

    def of(self, pool: str, size: int, demands: Demands) -> tuple[Reading[Demand], ...]:
        """All that the pool is asked for; `demands` are its own, `size` is what it has so far."""
        more = (self.asked[pool],) if pool in self.asked else ()
        taken = self.taken.get(pool, 0)
        return (*(_less(one, taken, size) if taken else one for one in demands), *more)


def stand_ins(
    situation: Situation, bounds: Mapping[str, PoolBounds], demands: Mapping[str, Demands]
) -> Standing:
    """Who stands in for whom. `bounds` are those of the pools that are sized, `demands` their own."""
    pools = {pool.name: pool for pool in situation.cluster.pools if pool.name in bounds}
    shares: dict[str, list[_Share]] = {}
    stays: dict[str, list[str]] = {}
    taken: dict[str, int] = {}
    for pool in pools.values():
        named = [pools[one] for one in _named(pool) if one in pools]
        if not named or not can_not_get(situation, pool):
            continue
        lack = whole = _lack(situation, pool, bounds[pool.name], demands.get(pool.name, ()))
        for other in _in_turn(situation, pool, named):
            if not can_not_grow(situation, other):
                own = _own(bounds[other.name], demands.get(other.name, ())).nodes
                free = (
                    bounds[other.name].max.nodes - own - sum(one.nodes for one in shares.get(other.name, ()))
                )
                lack = _share_out(situation, (pool, other), lack, free, shares)
        if is_evicted(situation, pool):
            taken[pool.name] = max(0, whole) - max(0, lack)
            for other in named:
                stays.setdefault(other.name, []).append(pool.name)
    asked = {
        name: _told(situation, name, _own(bounds[name], demands.get(name, ())), shares.get(name, ()), stays)
        for name in pools
        if name in shares or name in stays
    }
    return Standing(asked, taken)


def _named(pool: PoolPolicy) -> tuple[str, ...]:
    return pool.scaling.alternates if pool.scaling is not None else ()


def _in_turn(situation: Situation, pool: PoolPolicy, named: Sequence[PoolPolicy]) -> Sequence[PoolPolicy]:
    by_price = pool.scaling is not None and pool.scaling.by_price
    return cheapest_first(situation, pool, named) if by_price else named


def _less(demand: Reading[Demand], taken: int, size: int) -> Reading[Demand]:
    """Rule 6."""
    if not isinstance(demand, Value) or demand.value.nodes <= size:
        return demand
    asked = demand.value
    nodes = max(size, asked.nodes - taken)
    because = (
        f"{asked.because}; {asked.nodes - nodes} of them stay with others while spot machines are evicted"
    )
    less = replace(asked, nodes=nodes, grow_below=min(asked.grow_below, nodes), because=because)
    return replace(demand, value=less)


def _share_out(
    situation: Situation,
    pair: tuple[PoolPolicy, PoolPolicy],
    lack: int,
    free: int,
    shares: dict[str, list[_Share]],
) -> int:
    """Rule 3, for one pool by another. How much is left of the lack."""
    each, (of, by) = each_of(situation, *pair), pair
    nodes = min(math.ceil(lack * each - _EXACT), free)
    if lack <= 0 or nodes <= 0:
        return lack
    shares.setdefault(by.name, []).append(_Share(nodes, f"{nodes} for {lack} that {of.name} can't get"))
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
    situation: Situation, name: str, own: Demand, shares: Sequence[_Share], stays: Mapping[str, Sequence[str]]
) -> Value[Demand]:
    """Rules 4 and 7."""
    more = sum(one.nodes for one in shares)
    above, reasons = max(own.nodes, own.shrink_above) + more, [one.because for one in shares]
    if name in stays:
        above = max(above, situation.ledgers[name].so_far)
        reasons.append(f"none goes while {' and '.join(stays[name])} loses spot machines")
    because = f"{', '.join(reasons)}, besides {own.nodes} of its own"
    demand = Demand(STANDS_IN, own.nodes + more, min(own.nodes, own.grow_below) + more, above, because)
    return Value(demand, "ledger", situation.now)


def _agents(situation: Situation, pool: str) -> list[Agent]:
    """Those that are connected."""
    found = (one.node.agent for one in situation.findings if one.node.pool == pool)
    return [agent for agent in found if agent is not None and agent.active]
