"""What the schedules of a policy come to in the next year, for the advice about them.

Here is what `preview.py` says, put together for the rules of `shared/policy/lint_sizes.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from shared.policy.advice import Fall, Foreseen
from shared.policy.schema import Policy, PoolPolicy

from .preview import Row, preview

YEAR = timedelta(days=366)


def foresee(policy: Policy, now: datetime) -> tuple[Foreseen, ...]:
    """Of every pool that has schedules, in the order of the file."""
    return tuple(
        _foreseen(cluster.name, pool, now)
        for cluster in policy.clusters
        for pool in cluster.pools
        if pool.schedules
    )


def _foreseen(cluster: str, pool: PoolPolicy, now: datetime) -> Foreseen:
    told = preview(cluster, pool, now, now + YEAR)
    conflicts = tuple(
        f"{conflict}, first on {rows[0].begin:%Y-%m-%d %H:%M} UTC"
        for conflict, rows in told.conflicts.items()
    )
    falls = [_fall(one, after) for one, after in pairwise(told.rows)]
    return Foreseen(
        cluster=cluster,
        pool=pool,
        conflicts=conflicts,
        unheard=told.unheard,
        is_always_fixed=all(row.target is not None for row in told.rows),
        fall=max(falls, key=lambda one: one.nodes, default=None),
    )


def _fall(one: Row, after: Row) -> Fall:
    """By how much the size falls at least."""
    return Fall(max(0, one.min - after.max), f"{after.begin:%Y-%m-%d %H:%M} UTC")
