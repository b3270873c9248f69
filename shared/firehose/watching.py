"""All courses of this process, and which of them have to be written down.

A good value of a series that was well costs a comparison and leaves nothing behind, so memory grows with what is bad
(and with the nodes, for rules about rates and silence), never with what was heard. Everything here is done between
two awaits, so the courses of one process never contradict each other; what other instances did is `keep.py`'s affair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Raw

from shared.firehose.course import Course, Stage, step
from shared.firehose.index import Index, Standing, Watch
from shared.firehose.number import LATE_S, Rubbish
from shared.firehose.roster import Roster, Subject
from shared.firehose.tally import Tally
from shared.policy.metric_rules import Kind
from shared.ports.store import LONGEST_KEY

MOST_SERIES = 50_000
"""Series of one rule that are kept. Five times the agents of the largest cluster; what is more is a tag that should
not be in `by`."""


class Watching:
    """The rules, the nodes, and where every series stands. `changed` are the standings that differ from their
    row, `worker` is who writes them."""

    def __init__(self, index: Index, roster: Roster, worker: str = "") -> None:
        self.index, self.roster, self.worker = index, roster, worker
        self.changed: dict[tuple[str, str], tuple[Watch, str, Standing]] = {}

    def subject_of(
        self, hosts: Iterable[object], cluster: str, tally: Tally, shown: Raw | str
    ) -> Subject | None:
        """The first of the names that is one of ours; otherwise it is counted as a stranger."""
        told: list[str] = []
        for host in hosts:
            if isinstance(host, str) and host:
                subject = self.roster.find(host, cluster)
                if subject is not None:
                    return subject
                told.append(host)
        ambiguous = not cluster and any(self.roster.is_ambiguous(host) for host in told)
        tally.throw(Rubbish.AMBIGUOUS if ambiguous else Rubbish.HOST, shown)
        return None

    def judge(
        self, watch: Watch, subject: Subject, tags: Mapping[str, Any], value: float, at: float
    ) -> Rubbish | None:
        """One value for one rule. Returns why it was not taken, if it was not."""
        for tag, allowed in watch.filters:
            if tags.get(tag) not in allowed:
                return None
        rule, key = watch.rule, subject.node
        if watch.by:
            key = "|".join((key, *(str(tags.get(tag)) for tag in watch.by)))
        if rule.kind is Kind.ABSENT:
            watch.heard[subject.node] = max(at, watch.heard.get(subject.node, 0.0))
            return None
        if rule.kind is Kind.RATE:
            if key not in watch.last and len(watch.last) >= MOST_SERIES:
                return Rubbish.SERIES
            rate = _rate(watch, key, value, at)
            if rate is None:
                return None
            value = rate
        standing = watch.active.get(key)
        if standing is None:
            if watch.low <= value <= watch.high:
                return None
            if len(watch.active) >= MOST_SERIES:
                return Rubbish.SERIES
        self.move(watch, key, subject, step(rule, standing.course if standing else None, value, at), value)
        return None

    def move(
        self, watch: Watch, key: str, subject: Subject, course: Course | None, value: float = 0.0
    ) -> None:
        """Let a series stand where `course` says; a new stage has to be written."""
        places = watch.active if subject.node else watch.pools
        standing = places.get(key)
        if standing is None:
            if course is None:
                return
            standing = places[key] = Standing(subject, row_of(watch, key, subject), None)
        before, standing.course, standing.value = standing.course, course, value
        if (before.stage if before else None) is not (course.stage if course else None):
            self.changed[(watch.cluster, standing.row)] = (watch, key, standing)

    def carry_over(self, old: Watching) -> None:
        """What is remembered for rates and silence, where a rule goes on as it was. Courses come from storage."""
        for name, watch in self.index.by_rule.items():
            before = old.index.by_rule.get(name)
            if before is not None and before.rule == watch.rule:
                watch.last, watch.heard = before.last, before.heard

    def forget_old(self, now_s: float) -> None:
        """Series that rates have not heard of for an hour."""
        for watch in self.index.watches:
            old = [key for key, (at, _) in watch.last.items() if at < now_s - 3600]
            for key in old:
                del watch.last[key]

    def count_pools(self, now_s: float) -> None:
        """Rules with a share: how many nodes of each pool are bad, and what that means for the pool."""
        for watch in self.index.watches:
            share = watch.rule.share
            if share is None or not (watch.active or watch.pools):
                continue
            bad: dict[str, set[str]] = {}
            for standing in watch.active.values():
                if standing.course is not None and standing.course.stage is Stage.FIRING:
                    bad.setdefault(standing.subject.pool, set()).add(standing.subject.node)
            for pool in bad.keys() | watch.pools.keys():
                count, size = len(bad.get(pool, ())), self.roster.size(watch.cluster, pool)
                self._count_pool(watch, pool, size > 0 and count * 100 >= share * size, (count, now_s))

    def _count_pool(self, watch: Watch, pool: str, is_bad: bool, measured: tuple[int, float]) -> None:
        count, now_s = measured
        standing = watch.pools.get(pool)
        stage = standing.course.stage if standing and standing.course else None
        subject = Subject(watch.cluster, pool, "")
        if is_bad and stage is not Stage.FIRING:
            self.move(watch, pool, subject, Course(Stage.FIRING, now_s, now_s), count)
        elif not is_bad and stage is Stage.FIRING:
            self.move(watch, pool, subject, Course(Stage.RESOLVED, now_s, now_s), count)


def row_of(watch: Watch, key: str, subject: Subject) -> str:
    """The row of a series; what does not fit into a key is in it by its digest."""
    row = f"{watch.rule.name}|{'node' if subject.node else 'pool'}|{key}"
    if len(row) <= LONGEST_KEY and row.isprintable() and row.isascii():
        return row
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:24]
    return f"{watch.rule.name}|{'node' if subject.node else 'pool'}|#{digest}"


def _rate(watch: Watch, key: str, value: float, at: float) -> float | None:
    """Growth per second since the last value. None for the first one, after a reset (the counter fell), for old news,
    and after a gap in which anything may have happened."""
    before = watch.last.get(key)
    if before is not None and at <= before[0]:
        return None
    watch.last[key] = (at, value)
    if before is None or value < before[1] or at - before[0] > LATE_S:
        return None
    return (value - before[1]) / (at - before[0])
