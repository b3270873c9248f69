"""Where load is evened out (`shared/decide/relief.py`): what that needs is read, around the pure part of it.

Only for pools that ask for it, and in steps, because most looks find no agent that is too full, and where one is there
is often nothing to be done:

1. How full agents are is in every look at the masters. None is too full: nothing more is read.
2. Something else goes on in the pool, or it settles, or rests: the same. When a task was last moved there is a row; one
   that cannot be read is nobody's leave to go on.
3. Only then it is read what runs for whom. Where nothing is found to move, it is read again after some minutes, unless
   somebody was told of the agent and may be deciding about it.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.relief import is_cool, not_now, relieve, shares_of
from shared.decide.repair import Situation
from shared.model.nodes import Condition
from shared.model.readings import Value
from shared.policy.schema import ClusterPolicy, PoolPolicy

from .outside import Outside
from .situate import Picture
from .work import with_workloads


async def with_heats(outside: Outside, cluster: ClusterPolicy, picture: Picture) -> Picture:
    """The picture with what is to be done about agents that are too full, and with what runs for whom where one is."""
    situation = picture.situation
    hot = [pool for pool in cluster.pools if pool.rebalance.load and not _is_cool(situation, pool)]
    hot = [pool for pool in hot if not _is_known(outside, situation, pool)]
    if not hot:
        return picture
    found, ground = await outside.records.last_moves(cluster.name), Ground.of(situation)
    moves = {name: one.value for name, one in found.kept.items()}
    sized = {one.pool: one for one in picture.sized}
    hot = [
        pool
        for pool in hot
        if pool.name not in found.unread
        and not not_now(ground, pool, sized.get(pool.name), moves.get(pool.name))
    ]
    if not hot:
        return picture
    if not isinstance(situation.snapshot.workloads, Value):
        snapshot = await with_workloads(outside, cluster, situation.snapshot)
        situation = replace(situation, snapshot=snapshot)
        ground = Ground.of(situation)
    heats = [relieve(ground, pool, sized.get(pool.name), moves.get(pool.name)) for pool in hot]
    for heat in heats:
        if heat.move is None:
            outside.fruitless.note(cluster.name, heat.pool, situation.now)
    return replace(picture, situation=situation, heats=tuple(heats))


def _is_cool(situation: Situation, pool: PoolPolicy) -> bool:
    """Rule 1."""
    own = [one for one in situation.findings if one.node.pool == pool.name]
    return bool(is_cool(shares_of(own), pool.rebalance))


def _is_known(outside: Outside, situation: Situation, pool: PoolPolicy) -> bool:
    """Rule 3."""
    told = any(
        one.pool == pool.name and one.condition is Condition.HOT for one in situation.incidents.values()
    )
    return not told and outside.fruitless.is_known(situation.cluster.name, pool.name, situation.now)
