"""Many alerts of one payload to few signals.

A signal only has its cluster looked at, so a thousand of them do no more than one. Of those that say the same of the
same thing one is kept; what goes beyond `MOST` for a cluster is told as one signal about each pool. Alerts that count
for repair are remembered by their stories, so that none of their beginnings and ends is folded away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from shared.model.signals import Signal, SignalKind

MOST = 40
"""Fewer than `window.py` lets through at once, so that the signals about pools are among those."""
_OF_POOL = {SignalKind.NODE_UNWELL: SignalKind.POOL_UNWELL, SignalKind.NODE_WELL: SignalKind.POOL_WELL}


def folded(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """At most `MOST` signals for each cluster, one more for each pool and kind, and all that count for repair."""
    kept: dict[tuple[object, ...], Signal] = {}
    count: Counter[str] = Counter()
    for signal in signals:
        one = signal
        if count[signal.cluster] >= MOST and _key(signal) not in kept and not signal.impairs:
            one = replace(signal, kind=_OF_POOL.get(signal.kind, signal.kind), node=None, about="", what="")
            if one.pool is None:
                one = replace(one, kind=_OF_CLUSTER.get(one.kind, one.kind))
        if _key(one) not in kept:
            kept[_key(one)] = one
            count[signal.cluster] += 1
    return tuple(kept.values())


_OF_CLUSTER = {
    SignalKind.POOL_UNWELL: SignalKind.CLUSTER_UNWELL,
    SignalKind.POOL_WELL: SignalKind.CLUSTER_WELL,
}


def _key(signal: Signal) -> tuple[object, ...]:
    story = signal.thread if signal.impairs else ""
    return signal.cluster, signal.pool, signal.node, signal.about, signal.kind, signal.what, story
