"""What a pool's last weeks say of the hour to come, and how far off that was on the last day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.text import Text

from cli.speech import styled
from shared.decide.sizes import lead_of
from shared.model.nodes import NodeMemory
from shared.model.past import Past
from shared.policy.schema import ClusterPolicy
from shared.records import Records
from shared.scale.forecast import Forecast, forecast


async def foreseen(
    records: Records, cluster: ClusterPolicy, inventory: Iterable[NodeMemory], now: datetime
) -> dict[str, Forecast]:
    """By pool, of those that have a forecast; for the time at which a machine ordered now has joined."""
    pools = [pool for pool in cluster.pools if pool.scaling is not None and pool.scaling.forecast is not None]
    if not pools:
        return {}
    pasts, found = await records.pasts(cluster.name), dict[str, Forecast]()
    for pool in pools:
        lead = lead_of(pool, [one for one in inventory if one.pool == pool.name])
        if pool.scaling is not None and pool.scaling.forecast is not None:
            past = pasts.get(pool.name, Past()).by_slot
            found[pool.name] = forecast(past, now + lead, now, pool.scaling.forecast)
    return found


def forecast_line(found: Forecast) -> Text:
    """`20 nodes were needed at this hour in the last weeks, which was 1.2 nodes (6%) off on the last day`."""
    if found.demand is not None:
        return styled((f"{found.demand.value.nodes}", "bold"), f": {found.because}")
    return styled(("does not count", "yellow"), f": {found.because}")
