"""Pools with schedules: what holds now, why, and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from shared.decide.preview import Preview, preview
from shared.decide.schedule import bounds_at
from shared.model.bounds import PoolBounds
from shared.model.overrides import resizes
from shared.policy.schema import ClusterPolicy

from .archive import Archive
from .asked import OfSchedules
from .pages import Page, checked, key_of, token_of
from .told import No, Told

LONGEST = timedelta(days=31)
HOUR = timedelta(hours=1)


class PoolSchedule(Struct, frozen=True, kw_only=True):
    """`schedules` are the names of those that the policy gives the pool. `now` are the sizes that it may have at `at`,
    with what people said; `ahead` what the clock makes of it from then on, without warm-up."""

    cluster: str
    pool: str
    schedules: tuple[str, ...]
    at: datetime
    now: PoolBounds
    ahead: Preview


async def schedules(archive: Archive, here: ClusterPolicy, wanted: OfSchedules) -> Page[PoolSchedule]:
    """In the order of the policy."""
    limit, last, span = checked(wanted), key_of(wanted.after), wanted.hours * HOUR
    if not timedelta(0) < span <= LONGEST:
        sentence = f"Hours are from 1 to {LONGEST // HOUR}: for more, preview the policy file."
        raise Told(No.MISTAKEN, "bad_hours", sentence)
    names = [pool.name for pool in here.pools if pool.schedules and wanted.pool in ("", pool.name)]
    begin = names.index(last) + 1 if last in names else 0
    some = names[begin : begin + limit]
    said = [kept.value for kept in (await archive.records.overrides.between(here.name, "", "")).values()]
    found: list[PoolSchedule] = []
    for pool in here.pools:
        if pool.name in some:
            words = resizes(said, pool.name, archive.now)
            found.append(
                PoolSchedule(
                    cluster=here.name,
                    pool=pool.name,
                    schedules=tuple(one.name for one in pool.schedules),
                    at=archive.now,
                    now=bounds_at(pool, archive.now, words),
                    ahead=preview(here.name, pool, archive.now, archive.now + span, words),
                )
            )
    return Page(tuple(found), token_of(some[-1]) if len(names) > begin + limit else "")
