"""Lines of the audit as counts. What the audit says once is counted once, whoever wrote it and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.model.audit import AuditKind, AuditRecord
from shared.model.decisions import Answer, Decision
from shared.model.signals import Signal
from shared.ports.telemetry import Point

from .measures import INCIDENTS_CLOSED, INCIDENTS_OPENED, REFUSALS, SIGNALS, Measure


def counts_of(records: Iterable[AuditRecord]) -> list[Point]:
    """One point for each; what is no count gives none."""
    return [point for record in records for point in _of(record)]


def _of(record: AuditRecord) -> Iterator[Point]:
    data = record.data
    match record.kind:
        case AuditKind.HEARD:
            signal, many = data.get("signal"), data.get("signals", 1)
            if isinstance(signal, Signal):
                yield _one(SIGNALS, record, source=signal.source.value, kind=signal.kind.value)
            elif "machines" in data:
                yield Point(SIGNALS.name, many, {"cluster": record.cluster, "source": "many", "kind": "many"})
        case AuditKind.OPENED:
            yield _one(INCIDENTS_OPENED, record, condition=str(data.get("condition", "")))
        case AuditKind.CLOSED if record.operation is None:
            yield _one(INCIDENTS_CLOSED, record)
        case AuditKind.DECIDED | AuditKind.REFUSED:
            for answer in _answers(data.get("decision"), data.get("answers")):
                yield _one(REFUSALS, record, guard=answer.guard, reason=answer.reason)
            if "reason" in data:
                yield _one(REFUSALS, record, guard=str(data.get("step", "")), reason=str(data["reason"]))
        case _:
            return


def _answers(decision: object, answers: object) -> Iterator[Answer]:
    """Those that forbid something."""
    asked = decision.answers if isinstance(decision, Decision) else answers
    if isinstance(asked, list | tuple):
        yield from (one for one in asked if isinstance(one, Answer) and not one.allowed)


def _one(measure: Measure, record: AuditRecord, **facts: str) -> Point:
    return Point(measure.name, 1, {"cluster": record.cluster, **facts})
