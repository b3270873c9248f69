"""What a pool was to have and had, over the last hours or weeks: columns of numbers, as charts take them."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.history import PoolSize
from shared.policy.schema import ClusterPolicy, PoolPolicy

from .archive import Archive
from .asked import OfHistory

HOUR = timedelta(hours=1)
NOTHING = PoolSize()


class PoolHistory(Struct, frozen=True, kw_only=True):
    """One number in each column for each time of `at`, oldest first; none where it was not known, or the pool was not
    there. Times are about five minutes apart, and further where the app did not run. What the columns mean: see
    `PoolSize` in shared/model/history.py."""

    cluster: str
    pool: str
    at: tuple[datetime, ...]
    wanted: tuple[int | None, ...]
    had: tuple[int | None, ...]
    well: tuple[int | None, ...]
    least: tuple[int | None, ...]
    most: tuple[int | None, ...]
    asked: tuple[int | None, ...]


async def history(
    archive: Archive, whose: tuple[ClusterPolicy, PoolPolicy], wanted: OfHistory
) -> PoolHistory:
    here, pool = whose
    moments = await archive.records.moments(here.name, archive.now - wanted.hours * HOUR)
    sizes = [moment.pools.get(pool.name, NOTHING) for moment in moments]
    return PoolHistory(
        cluster=here.name,
        pool=pool.name,
        at=tuple(moment.at for moment in moments),
        wanted=tuple(one.wanted for one in sizes),
        had=tuple(one.had for one in sizes),
        well=tuple(one.well for one in sizes),
        least=tuple(one.least for one in sizes),
        most=tuple(one.most for one in sizes),
        asked=tuple(one.asked for one in sizes),
    )
