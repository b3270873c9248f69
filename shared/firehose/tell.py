"""What was reached, to signals: a rule that fires, or is resolved, wakes the pass like every other hint.

Everything that is written and untold is sent, and only then written down as told. A flood is folded: a pass looks at
its whole cluster, so of more signals than it has use for, all that remain become one look when the flood has passed.
Firing and ends are counted apart, so that no flood of the one hides the other.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import msgspec

from shared.firehose.course import Stage
from shared.firehose.index import Standing, Watch
from shared.firehose.keep import confirm
from shared.firehose.roster import Subject
from shared.firehose.watching import Watching
from shared.model.signals import Signal, SignalKind, Source
from shared.ports.queues import Queue, Queues
from shared.ports.store import Store
from shared.signals.window import MOST, WINDOW

_UNWELL = {
    "node": SignalKind.NODE_UNWELL,
    "pool": SignalKind.POOL_UNWELL,
    "cluster": SignalKind.CLUSTER_UNWELL,
}
_WELL = {"node": SignalKind.NODE_WELL, "pool": SignalKind.POOL_WELL, "cluster": SignalKind.CLUSTER_WELL}


class Teller:
    """One per process."""

    def __init__(self, store: Store, queues: Queues) -> None:
        self._store, self._queues = store, queues
        self._told: dict[tuple[str, bool], deque[datetime]] = {}
        self._looks: dict[str, datetime] = {}

    async def tell(self, watching: Watching, now: datetime) -> None:
        """Send everything that is untold. What cannot be sent is tried again with the next body. Raises `Retry`."""
        told: list[tuple[str, str]] = []
        try:
            for place, (watch, key, standing) in list(watching.untold.items()):
                await self._send(_signal(watch, key, standing, now), now)
                told.append(place)
        finally:
            await confirm(self._store, watching, told)

    async def _send(self, signal: Signal, now: datetime) -> None:
        told = self._told.setdefault((signal.cluster, signal.kind in _WELL.values()), deque())
        while told and now - told[0] >= WINDOW:
            told.popleft()
        delay = timedelta(0)
        if len(told) >= MOST:
            ordered = self._looks.get(signal.cluster)
            if ordered is not None and now - ordered < WINDOW:
                return
            look = f"flood-{now.isoformat()}"
            signal = Signal(SignalKind.SWEEP, Source.FIREHOSE, signal.cluster, look, now, now)
            delay = WINDOW
        await self._queues.send(Queue.SIGNALS, msgspec.json.encode(signal), delay)
        if delay:
            self._looks[signal.cluster] = now
        else:
            told.append(now)


def _signal(watch: Watch, key: str, standing: Standing, now: datetime) -> Signal:
    """Of the row as it is written; where the series stands by now may be somewhere else."""
    rule, subject, course = watch.rule, standing.subject, standing.stored
    since = datetime.fromtimestamp(course.since, UTC) if course else now
    fires = course is not None and course.stage is Stage.FIRING
    word = "firing" if fires else "resolved"
    return Signal(
        kind=(_UNWELL if fires else _WELL)[_scope(subject)],
        source=Source.FIREHOSE,
        cluster=subject.cluster,
        event_id=f"{rule.name}|{key}|{since.isoformat()}|{word}",
        occurred_at=datetime.fromtimestamp(course.seen, UTC) if course else now,
        heard_at=now,
        pool=None if subject.is_master else subject.pool,
        node=None if subject.is_master else subject.node or None,
        what=rule.name,
        severity=rule.severity,
        about=subject.node if subject.is_master else "",
    )


def _scope(subject: Subject) -> str:
    if subject.is_master:
        return "cluster"
    return "node" if subject.node else "pool"
