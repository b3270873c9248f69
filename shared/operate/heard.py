"""What was heard, as lines of the audit. No I/O.

A line for each signal, as long as there are few: a flood that says one thing of more than `MOST_LINES` machines is one
line, which names all of them in its data. What is said of a machine that an operation of ours works on may be its echo
in the words of somebody who names no actor (Resource Health, the state of a resource): the line names the operation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.model.audit import AuditKind, AuditRecord
from shared.model.signals import Signal, SignalKind

LATE = "late: something newer is known of the node; not acted on"
MOST_LINES = 100
QUIET = frozenset({SignalKind.SWEEP, SignalKind.WAKE})


def heard(signals: Iterable[Signal], at_work: Mapping[str, str], now: datetime) -> list[AuditRecord]:
    """What was heard from outside; our own sweeps and wake-ups say nothing. `at_work` are operations by node."""
    alike: dict[tuple[object, ...], list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal.kind not in QUIET:
            alike[signal.cluster, signal.source, signal.kind, signal.what, signal.pool].append(signal)
    lines: list[AuditRecord] = []
    for each in alike.values():
        lines += (
            [_line(one, at_work, now) for one in each] if len(each) <= MOST_LINES else [_one_line(each, now)]
        )
    return lines


def heard_late(signals: Iterable[Signal], now: datetime) -> list[AuditRecord]:
    """What is not acted on because something newer is known."""
    return [
        AuditRecord(now, one.cluster, AuditKind.HEARD, one.node or one.about, LATE, data={"signal": one})
        for one in signals
    ]


def _line(signal: Signal, at_work: Mapping[str, str], now: datetime) -> AuditRecord:
    subject, operation = signal.node or signal.pool or signal.cluster, at_work.get(signal.node or "")
    text = f"{_said(signal)}, while we work on it" if operation else _said(signal)
    return AuditRecord(
        now, signal.cluster, AuditKind.HEARD, subject, text, operation=operation, data={"signal": signal}
    )


def _one_line(signals: list[Signal], now: datetime) -> AuditRecord:
    first = signals[0]
    names = list(dict.fromkeys(one.node or one.about for one in signals if one.node or one.about))
    deadlines = [one.deadline for one in signals if one.deadline is not None]
    return AuditRecord(
        now,
        first.cluster,
        AuditKind.HEARD,
        first.pool or first.cluster,
        f"{_who_says_what(first)} {len(signals)} times, about {len(names)} machines",
        data={"signals": len(signals), "machines": names, "deadline": min(deadlines, default=None)},
    )


def _said(signal: Signal) -> str:
    """Who says what, and whom it means where the source has another name for it."""
    text = _who_says_what(signal)
    if signal.about:
        text += f" about {signal.about}, which is "
        text += f"node {signal.node}" if signal.node else "no node that is known"
    return text


def _who_says_what(signal: Signal) -> str:
    text = f"{signal.source.value} says {signal.kind.value}"
    return f"{text} ({signal.what})" if signal.what else text
