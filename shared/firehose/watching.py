"""All courses of this process, and which of them have to be written down.

A good value of a series that was well costs a comparison and a time per node, so memory grows with what is bad and
with the nodes, never with what was heard. Everything here is done between two awaits, so the courses of one process
never contradict each other; what other instances did is `keep.py`'s affair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from msgspec import Raw

from shared.firehose.course import Course, Stage, is_mark_due, step
from shared.firehose.index import Counted, Index, Standing, Watch
from shared.firehose.number import LATE_S, Rubbish
from shared.firehose.roster import Roster, Subject
from shared.firehose.tally import Tally
from shared.policy.metric_rules import Kind
from shared.ports.store import LONGEST_KEY

MOST_SERIES = 50_000
"""Series of one rule that are kept. Five times the agents of the largest cluster; what is more is a tag that should
not be in `by`."""

LONGEST_TAG = 120
"""Characters of a tag that go into a key as they are; of longer ones a digest does."""

RATE_S = 45.0
"""A rate is over a stretch of at least so many seconds: of values that come each ten seconds a single step is no rate,
and those that come each minute are a stretch each."""

FORGOTTEN_S = 86_400.0
"""After a day what was resolved is forgotten, and a node that is silent is not missed any more."""


class Watching:
    """The rules, the nodes, and where every series stands. `changed` are the standings that differ from their
    row, `untold` those that are written and of which nobody was told yet; `worker` is who writes them."""

    def __init__(self, index: Index, roster: Roster, worker: str = "") -> None:
        self.index, self.roster, self.worker = index, roster, worker
        self.changed: dict[tuple[str, str], tuple[Watch, str, Standing]] = {}
        self.untold: dict[tuple[str, str], tuple[Watch, str, Standing]] = {}

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
        heard = watch.heard.get(subject.node, 0.0)
        if at < heard - watch.slack:
            return Rubbish.OLD
        if at > heard:
            watch.heard[subject.node] = at
        rule = watch.rule
        if rule.kind is Kind.ABSENT:
            return None
        key = "|".join((subject.node, *(_short(tags.get(tag)) for tag in watch.by))).rstrip("|")
        if watch.values is not None:
            series = key[len(subject.node) :]
            return None if watch.values.hear(subject, tags, series, value, at) else Rubbish.SERIES
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
        """Let a series stand where `course` says; a new stage has to be written, and marks on the way to it."""
        places = watch.of(subject)
        standing = places.get(key)
        if standing is None:
            if course is None:
                return
            standing = places[key] = Standing(subject, row_of(watch, key, subject), None)
        before, standing.course, standing.value = standing.course, course, value
        is_new = (before.stage if before else None) is not (course.stage if course else None)
        if is_new or (course and standing.stored and is_mark_due(watch.rule, standing.stored, course)):
            self.changed[(watch.cluster, standing.row)] = (watch, key, standing)

    def carry_over(self, old: Watching) -> None:
        """What is remembered for rates and silence, where a rule goes on as it was. Courses come from storage."""
        for name, watch in self.index.by_rule.items():
            before = old.index.by_rule.get(name)
            if before is not None and before.rule == watch.rule:
                watch.last, watch.heard, watch.trusted_from = before.last, before.heard, before.trusted_from
                if watch.values is not None and before.values is not None:
                    watch.values.take_over(before.values)

    def forget_old(self, now_s: float) -> None:
        """Series that rates have not heard of for an hour, and nodes that nobody has for a day."""
        for watch in self.index.watches:
            watch.last = {key: one for key, one in watch.last.items() if one.at >= now_s - 3600}
            watch.heard = {node: at for node, at in watch.heard.items() if at >= now_s - FORGOTTEN_S}

    def forget_gone(self, now_s: float) -> None:
        """Let go of series of nodes that are not there any more, and of what ended a day ago."""
        for watch in self.index.watches:
            for key, standing in list(watch.active.items()):
                course, node = standing.course, standing.subject.node
                is_old = course is not None and course.seen < now_s - FORGOTTEN_S
                is_done = course is not None and course.stage is not Stage.FIRING and is_old
                if is_done or self.roster.find(node, watch.cluster) is None:
                    self.move(watch, key, standing.subject, None)
                    watch.heard.pop(node, None)


def row_of(watch: Watch, key: str, subject: Subject) -> str:
    """The row of a series; what does not fit into a key is in it by its digest."""
    row = f"{watch.rule.name}|{'node' if subject.node else 'pool'}|{key}"
    if len(row) <= LONGEST_KEY and row.isprintable() and row.isascii():
        return row
    return f"{watch.rule.name}|{'node' if subject.node else 'pool'}|#{_digest(key)}"


def _short(tag: object) -> str:
    text = tag if isinstance(tag, str) else ""
    return text if len(text) <= LONGEST_TAG else f"#{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _rate(watch: Watch, key: str, value: float, at: float) -> float | None:
    """Growth per second over a stretch of `RATE_S`. None within it, for the first value, after a reset (the counter
    fell), for old news, and after a gap in which anything may have happened."""
    before = watch.last.get(key)
    if before is not None and at <= before.at:
        return None
    is_new = before is None or value < before.newest or at - before.at > LATE_S
    if before is not None and not is_new and at - before.at < RATE_S:
        watch.last[key] = Counted(before.at, before.value, value)
        return None
    watch.last[key] = Counted(at, value, value)
    if before is None or is_new:
        return None
    rate = (value - before.value) / (at - before.at)
    return rate if isfinite(rate) else None
