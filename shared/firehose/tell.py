"""Transitions to signals: a rule that fires, or is resolved, wakes the pass like every other hint."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from shared.firehose.course import Course, Stage
from shared.firehose.keep import Transition
from shared.firehose.roster import MASTERS, Subject
from shared.model.signals import Signal, SignalKind, Source

_UNWELL = {
    "node": SignalKind.NODE_UNWELL,
    "pool": SignalKind.POOL_UNWELL,
    "cluster": SignalKind.CLUSTER_UNWELL,
}
_WELL = {"node": SignalKind.NODE_WELL, "pool": SignalKind.POOL_WELL, "cluster": SignalKind.CLUSTER_WELL}


def signals_of(transitions: Iterable[Transition], now: datetime) -> list[Signal]:
    """A signal for each that begins or ends firing. Nodes of a rule with a share are not told alone, and a series that
    ends because its node is gone is not told as well again."""
    signals: list[Signal] = []
    for one in transitions:
        was, fires = _fires(one.before), _fires(one.after)
        of_pool = not one.subject.node
        is_gone = one.after is None
        if was is not fires and not is_gone and of_pool is (one.watch.rule.share is not None):
            signals.append(_signal(one, fires, now))
    return signals


def _signal(one: Transition, fires: bool, now: datetime) -> Signal:
    rule, subject = one.watch.rule, one.subject
    course = one.after or one.before
    since = datetime.fromtimestamp(course.since if course else now.timestamp(), UTC)
    at = datetime.fromtimestamp(course.seen if course else now.timestamp(), UTC)
    kinds = _UNWELL if fires else _WELL
    word = "firing" if fires else "resolved"
    is_master = subject.pool == MASTERS
    return Signal(
        kind=kinds[_scope(subject)],
        source=Source.FIREHOSE,
        cluster=subject.cluster,
        event_id=f"{rule.name}|{one.key or subject.pool}|{since.isoformat()}|{word}",
        occurred_at=at,
        heard_at=now,
        pool=None if is_master else subject.pool,
        node=None if is_master else subject.node or None,
        what=rule.name,
        severity=rule.severity,
        about=subject.node if is_master else "",
    )


def _scope(subject: Subject) -> str:
    if subject.is_master:
        return "cluster"
    return "node" if subject.node else "pool"


def _fires(course: Course | None) -> bool:
    return course is not None and course.stage is Stage.FIRING
