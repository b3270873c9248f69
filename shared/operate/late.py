"""What is older than something that was heard of the same node: noted, and not acted on. No I/O.

Event Grid keeps no order, and delivers for a day what could not be delivered at once
(MicrosoftDocs/azure-docs articles/event-grid/delivery-and-retry.md). That somebody restarts a machine gives it time to
boot; heard an hour late it would give that to a machine which nobody restarts. `shared/signals/window.py` sees it where
both came to one process within moments. Here it is seen across processes and restarts: the inventory remembers the
time of the latest thing that Event Grid told of a node. Stories of their own and losses are left alone, as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.model.nodes import NodeMemory
from shared.model.signals import LOSSES, Signal, Source


def without_late(
    signals: Iterable[Signal], memory: Mapping[str, NodeMemory]
) -> tuple[tuple[Signal, ...], tuple[Signal, ...]]:
    """Those that count, and those that are late."""
    counting: list[Signal] = []
    late: list[Signal] = []
    for signal in signals:
        known = memory.get(signal.node or "")
        latest = known.told_of if known is not None else None
        is_late = latest is not None and _is_of_order(signal) and signal.occurred_at < latest
        (late if is_late else counting).append(signal)
    return tuple(counting), tuple(late)


def latest_of(signals: Iterable[Signal]) -> dict[str, datetime]:
    """By node, when the latest thing happened that was told of it; never later than it was heard."""
    latest: dict[str, datetime] = {}
    for signal in signals:
        if signal.node is not None and _is_of_order(signal):
            at = min(signal.occurred_at, signal.heard_at)
            latest[signal.node] = max(at, latest.get(signal.node, at))
    return latest


def _is_of_order(signal: Signal) -> bool:
    return signal.source is Source.EVENT_GRID and not signal.thread and signal.kind not in LOSSES
