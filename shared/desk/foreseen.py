"""What a pool's last weeks say of the hour to come, and how far off that was on the last day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.model.past import Past
from shared.model.sweeps import PoolRoll
from shared.policy.schema import ClusterPolicy
from shared.records import Records
from shared.scale.forecast import Forecast, forecast


async def foreseen(
    records: Records, cluster: ClusterPolicy, rolls: Mapping[str, PoolRoll], now: datetime
) -> dict[str, Forecast]:
    """By pool, of those that have a forecast; for the time at which a machine ordered now has joined."""
    pools = [pool for pool in cluster.pools if pool.scaling is not None and pool.scaling.forecast is not None]
    if not pools:
        return {}
    pasts, found = await records.pasts(cluster.name), dict[str, Forecast]()
    for pool in pools:
        lead = rolls[pool.name].lead or pool.repair.join_timeout
        if pool.scaling is not None and pool.scaling.forecast is not None:
            past = pasts.get(pool.name, Past()).by_slot
            found[pool.name] = forecast(past, now + lead, now, pool.scaling.forecast)
    return found
