"""A pool's nodes in a few numbers, so that nobody has to read ten thousand rows to tell how many they are.

Each sweep writes them down with its sign of life (`shared/model/sweeps.py`), from the memories that it has at hand, and
the desk tells them as of that sweep. Where no sweep has written any yet the desk makes them from the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.judge.flapping import losses_of
from shared.model.nodes import NodeMemory
from shared.model.sweeps import PoolRoll
from shared.policy.schema import ClusterPolicy, PoolPolicy

from .sizes import lead_of

MOST_FLAPPING = 50
"""So many are told of; where more of a pool flap it is no matter of single machines."""


def rolls_of(cluster: ClusterPolicy, memories: Iterable[NodeMemory], now: datetime) -> dict[str, PoolRoll]:
    """Of every pool of the policy, by its name."""
    pools: dict[str, list[NodeMemory]] = {pool.name: [] for pool in cluster.pools}
    for memory in memories:
        if memory.pool in pools:
            pools[memory.pool].append(memory)
    return {pool.name: _roll(pool, pools[pool.name], now) for pool in cluster.pools}


def _flapping(memories: Iterable[NodeMemory], now: datetime) -> list[NodeMemory]:
    """Those that are lost most often, by their names."""
    found = [one for one in memories if one.losses and losses_of(one, now).is_flapping]
    return sorted(sorted(found, key=lambda one: -len(one.losses))[:MOST_FLAPPING], key=lambda one: one.name)


def _roll(pool: PoolPolicy, memories: list[NodeMemory], now: datetime) -> PoolRoll:
    foresees = pool.scaling is not None and pool.scaling.forecast is not None
    return PoolRoll(
        nodes=len(memories),
        joining=tuple(sorted(one.name for one in memories if one.joined_at is None)),
        lost={one.name: one.losses for one in _flapping(memories, now)},
        lead=lead_of(pool, memories) if foresees else None,
    )
