"""What is let through of many signals at once: duplicates stop here, and a flood becomes one look.

A signal is looked at in this order:

1. Its event was let through a moment ago: a duplicate.
2. The same was said of the same thing a moment ago, or an alert says in its own words what another source said then: a
   duplicate by meaning. What takes something back is never one, and makes it news when it is said again.
3. It is older than what we know of the same node (in a story of its own, as of scheduled maintenance: of that story):
   late, noted and not acted on. A loss is never late, because nothing that comes after it undoes it. The time of an
   alert is when its trouble began, and says nothing about that: an alert is late when its own end was heard.
4. More was let through of its cluster a moment ago than a pass has use for: one of a flood, which waits for the one
   look at the cluster when the flood has passed. What goes in one message counts once, and what takes something back
   is counted apart, so that no flood hides it.
5. Otherwise it is let through.

A moment is `WINDOW`: shorter than Event Grid's first retry after 10 s, so that an event whose first delivery failed
behind this door is let through when it comes again. All of this is one process's memory and may be lost: the pass folds
what is doubled into one incident by event id anyway, and the sweep looks at everything each minute.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.model.signals import LOSSES, Signal, SignalKind, Source

from .alert import alert_id

WINDOW = timedelta(seconds=8)
MOST = 50
"""Messages of one cluster within a window: two full batches of the queue listener. A pass looks at the whole cluster,
so the fifty-first can wait for its end."""
REMEMBERED = 10_000
"""Ids and nodes at the most, so that memory stays flat however many there are."""

OWN = frozenset({SignalKind.SWEEP, SignalKind.WAKE})
OTHERS = {
    Source.ALERTMANAGER: (Source.AZURE_MONITOR, Source.EVENT_GRID),
    Source.AZURE_MONITOR: (Source.ALERTMANAGER, Source.EVENT_GRID),
}
"""Sources of alerts, and who may have said the same in other words."""
TAKES_BACK = {
    SignalKind.NODE_WELL: SignalKind.NODE_UNWELL,
    SignalKind.POOL_WELL: SignalKind.POOL_UNWELL,
    SignalKind.CLUSTER_WELL: SignalKind.CLUSTER_UNWELL,
}


class Stopped(StrEnum):
    DUPLICATE = "duplicate"
    SAME = "same"
    LATE = "late"
    FOLDED = "folded"


class Sifted(Struct, frozen=True):
    """`through` are to be worked on, `stopped` counts the others, `late` are those that are worth a note, `flood` are
    those that wait for the look, `looks` are clusters that are to be looked at when the window has passed."""

    through: tuple[Signal, ...]
    stopped: dict[Stopped, int]
    late: tuple[Signal, ...]
    flood: tuple[Signal, ...]
    looks: tuple[str, ...]


class Window:
    """The memory of one process. `now` never goes back by more than clocks do."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, datetime] = OrderedDict()
        self._latest: OrderedDict[Hashable, datetime] = OrderedDict()
        self._through: dict[tuple[str, bool], deque[datetime]] = {}
        self._looked: dict[str, datetime] = {}

    def sift(self, signals: Iterable[Signal], now: datetime, together: bool = False) -> Sifted:
        """Which of these go through. `together`: those of a cluster go in one message."""
        kept: dict[Stopped | None, list[Signal]] = {None: [], Stopped.LATE: [], Stopped.FOLDED: []}
        stopped: Counter[Stopped] = Counter()
        looks: list[str] = []
        counted: dict[tuple[str, bool], bool] = {}
        for signal in signals:
            why = self._stops(signal, now)
            if why is None and signal.kind not in OWN:
                apart = signal.cluster, signal.kind in TAKES_BACK
                if not together or apart not in counted:
                    counted[apart] = self._is_flood(apart, now)
                why = Stopped.FOLDED if counted[apart] else None
            kept.setdefault(why, []).append(signal)
            if why is not None:
                stopped[why] += 1
            if why is Stopped.FOLDED and self._wants_look(signal.cluster, now):
                looks.append(signal.cluster)
        through, late, flood = (tuple(kept[one]) for one in (None, Stopped.LATE, Stopped.FOLDED))
        return Sifted(through, dict(stopped), late, flood, tuple(looks))

    def _stops(self, signal: Signal, now: datetime) -> Stopped | None:
        """By rules 1 to 3."""
        if signal.kind in OWN:
            return None
        thing = (signal.cluster, signal.pool, signal.node, signal.about)
        if self._within(("event", signal.source, signal.event_id, *thing), now):
            return Stopped.DUPLICATE
        if self._is_same(signal, thing, now):
            return Stopped.SAME
        if self._is_late(signal):
            return Stopped.LATE
        self._within(("meaning", signal.kind, signal.what, signal.deadline, *thing), now)
        self._within(("said", signal.kind, signal.source, *thing), now)
        return None

    def _is_same(self, signal: Signal, thing: tuple[Hashable, ...], now: datetime) -> bool:
        taken_back = TAKES_BACK.get(signal.kind)
        if taken_back is not None:
            self._seen.pop(("meaning", taken_back, signal.what, None, *thing), None)
            self._seen.pop(("said", taken_back, signal.source, *thing), None)
            return False
        others = OTHERS.get(signal.source, ())
        return self._is_recent(("meaning", signal.kind, signal.what, signal.deadline, *thing), now) or any(
            self._is_recent(("said", signal.kind, other, *thing), now) for other in others
        )

    def _is_recent(self, key: Hashable, now: datetime) -> bool:
        before = self._seen.get(key)
        return before is not None and now - before < WINDOW

    def _within(self, key: Hashable, now: datetime) -> bool:
        """Whether the key was let through within the window; from now on it was."""
        if self._is_recent(key, now):
            return True
        self._seen[key] = now
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def _is_late(self, signal: Signal) -> bool:
        if signal.source in OTHERS:
            end = signal.cluster, signal.source, alert_id(signal.event_id)
            if signal.kind in TAKES_BACK:
                self._know(end, signal.occurred_at)
            return signal.kind not in TAKES_BACK and end in self._latest
        if signal.node is None or signal.kind in LOSSES:
            return False
        key = signal.cluster, signal.node, signal.thread
        known = self._latest.get(key)
        if known is not None and signal.occurred_at < known:
            return True
        self._know(key, min(signal.occurred_at, signal.heard_at))
        return False

    def _know(self, key: Hashable, at: datetime) -> None:
        self._latest[key] = at
        self._latest.move_to_end(key)
        if len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)

    def _is_flood(self, apart: tuple[str, bool], now: datetime) -> bool:
        """Whether one message more is one too many; else it is counted."""
        through = self._through.setdefault(apart, deque())
        while through and now - through[0] >= WINDOW:
            through.popleft()
        if len(through) >= MOST:
            return True
        through.append(now)
        return False

    def _wants_look(self, cluster: str, now: datetime) -> bool:
        """One look per window, ordered for its end: what comes until then is in it."""
        before = self._looked.get(cluster)
        if before is not None and now - before < WINDOW:
            return False
        self._looked[cluster] = now
        return True
