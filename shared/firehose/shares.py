"""Rules with a share: what the nodes of a pool mean for the pool.

A node that was not heard lately is unknown, and counts neither as bad nor as good: of three masters of which one is
dead, two that lead nobody are all that can be read.

    fires      at least `share` percent of the whole pool are firing, whatever the others do; or of the nodes that were
               heard lately, if those are more than half of the pool
    resolves   fewer are firing, and more than half of the pool was heard lately
"""

from __future__ import annotations

from collections import Counter

from shared.firehose.course import Course, Stage, longest_gap
from shared.firehose.index import Watch
from shared.firehose.roster import Subject
from shared.firehose.watching import Watching

HEARSAY_S = 90.0
"""How old news of other workers may be: they write once a minute whom they heard, and are read each half minute."""


def count_pools(watching: Watching, now_s: float) -> None:
    """Every pool of every rule with a share, where any of its nodes is bad or it fired before."""
    for watch in watching.index.watches:
        share = watch.rule.share
        if share is None or not (watch.active or watch.pools):
            continue
        since = now_s - longest_gap(watch.rule) - HEARSAY_S
        bad: Counter[str] = Counter()
        for node, subject in _firing(watch).items():
            bad[subject.pool] += watch.heard_at(node) >= since
        for pool in bad.keys() | watch.pools.keys():
            fires = _stage(watch, pool) is Stage.FIRING
            size = watching.roster.size(watch.cluster, pool)
            # Counting whom we heard takes longest, and is spared where it cannot matter.
            if not fires and bad[pool] * 200 < share * size:
                continue
            heard = _heard_lately(watching, watch, pool, since)
            is_bad = is_pool_bad(bad[pool], heard, size, share)
            if is_bad is None or is_bad is fires:
                continue
            stage = Stage.FIRING if is_bad else Stage.RESOLVED
            subject = Subject(watch.cluster, pool, "")
            watching.move(watch, pool, subject, Course(stage, now_s, now_s), bad[pool])


def is_pool_bad(bad: int, heard: int, size: int, share: int) -> bool | None:
    """`bad` and `heard` nodes of `size`, and the share in percent; None: that is not known."""
    if size == 0:
        return False
    if bad * 100 >= share * size:
        return True
    return bad * 100 >= share * heard if heard * 2 > size else None


def _firing(watch: Watch) -> dict[str, Subject]:
    """The nodes of which at least one series is bad."""
    return {
        one.subject.node: one.subject
        for one in watch.active.values()
        if one.course is not None and one.course.stage is Stage.FIRING
    }


def _heard_lately(watching: Watching, watch: Watch, pool: str, since: float) -> int:
    count = 0
    for node in watch.heard.keys() | watch.elsewhere.keys():
        if watch.heard_at(node) >= since:
            subject = watching.roster.find(node, watch.cluster)
            count += subject is not None and subject.pool == pool
    return count


def _stage(watch: Watch, pool: str) -> Stage | None:
    standing = watch.pools.get(pool)
    return standing.course.stage if standing and standing.course else None
