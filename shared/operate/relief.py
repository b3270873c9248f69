"""Where load is evened out (`shared/decide/relief.py`): what that needs is read, around the pure part of it.

Only for pools that ask for it, and in two steps, because most looks find no agent that is too full: how full they are
is in every look at the masters, and costs nothing. Only where one is hot it is read what runs for whom, and when a task
was last moved there. A row of that which cannot be read is nobody's leave to go on.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.relief import Heat, is_cool, relieve, shares_of
from shared.decide.repair import Situation
from shared.model.last_move import LastMove
from shared.model.readings import Value
from shared.policy.schema import ClusterPolicy, PoolPolicy

from .outside import Outside
from .situate import Picture
from .work import with_workloads


async def with_heats(outside: Outside, cluster: ClusterPolicy, picture: Picture) -> Picture:
    """The picture with what is to be done about agents that are too full, and with what runs for whom where one is."""
    situation = picture.situation
    pools = [pool for pool in cluster.pools if pool.rebalance.load and not _is_cool(situation, pool)]
    if not pools:
        return picture
    found = await outside.records.last_moves(cluster.name)
    if not isinstance(situation.snapshot.workloads, Value):
        snapshot = await with_workloads(outside, cluster, situation.snapshot)
        situation = replace(situation, snapshot=snapshot)
    ground, sized = Ground.of(situation), {one.pool: one for one in picture.sized}
    moves: Mapping[str, LastMove] = {name: one.value for name, one in found.kept.items()}
    heats = [
        _unread(pool)
        if pool.name in found.unread
        else relieve(ground, pool, sized.get(pool.name), moves.get(pool.name))
        for pool in pools
    ]
    return replace(picture, situation=situation, heats=tuple(heats))


def _is_cool(situation: Situation, pool: PoolPolicy) -> bool:
    own = [one for one in situation.findings if one.node.pool == pool.name]
    return bool(is_cool(shares_of(own), pool.rebalance))


def _unread(pool: PoolPolicy) -> Heat:
    return Heat(pool.name, None, None, "when a task last moved there cannot be read")
