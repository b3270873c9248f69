"""One repair as one trace: from the first sign of a problem to the last step of the operation that ended it.

    incident                        from the first sign until it was closed
    ├─ heard                        until it was opened; a span for each signal that was folded in
    ├─ decided                      until the operation began
    └─ operation                    a remedy; when it did not help, the next one is another
       ├─ prove_dead
       ├─ destroy
       └─ ...

A step is told when it is done, an operation and its incident when they are over. Whoever looks at a repair that is
under way sees the steps that were done, and their parents later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b

from msgspec.structs import replace

from shared.model.incidents import Incident, IncidentState
from shared.model.operations import Operation, OperationState, StepRecord
from shared.model.signals import Signal
from shared.ports.telemetry import Fact, Point, Span

from .measures import OPERATIONS_CLOSED, REPAIR_PART, REPAIR_TIME
from .parts import first_sign, parts_of


def trace_id(cluster: str, incident: str) -> bytes:
    """Also for logs and links: the trace of an incident is known by its id alone."""
    return blake2b(f"{cluster}/{incident}".encode(), digest_size=16).digest()


def step_span(operation: Operation, record: StepRecord) -> Span:
    return Span(
        trace_id(operation.cluster, operation.incident),
        _id(operation.id, record.step),
        _id(operation.id),
        record.step,
        record.started_at,
        record.ended_at,
        {**_facts(operation), "outcome": record.outcome},
    )


def operation_span(operation: Operation, ended: datetime) -> Span:
    failed = operation.state not in {OperationState.DONE, OperationState.WITHDRAWN}
    return Span(
        trace_id(operation.cluster, operation.incident),
        _id(operation.id),
        _id(operation.incident),
        operation.remedy.value,
        operation.created_at,
        ended,
        {**_facts(operation), "state": operation.state.value, "outcome": operation.outcome},
        operation.outcome if failed else "",
    )


def incident_spans(incident: Incident, begun: datetime | None) -> Iterator[Span]:
    """When it is closed or handed over. `begun` is when its last operation began; None: it had none."""
    trace, own, first = trace_id(incident.cluster, incident.id), _id(incident.id), first_sign(incident)
    ended = incident.closed_at or incident.opened_at
    handed_over = incident.state is IncidentState.HANDED_OVER
    facts: dict[str, Fact] = {
        "cluster": incident.cluster,
        "pool": incident.pool,
        "node": incident.node,
        "condition": incident.condition.value,
        "state": incident.state.value,
    }
    failed = incident.outcome if handed_over else ""
    yield Span(trace, own, None, "incident", first, ended, {**facts, "outcome": incident.outcome}, failed)
    heard = _id(incident.id, "heard")
    yield Span(trace, heard, own, "heard", first, incident.opened_at, {"signals": len(incident.signals)})
    for signal in incident.signals:
        yield _signal_span(trace, heard, signal)
    if begun is not None:
        because = incident.decision.because if incident.decision else incident.because
        until = max(begun, incident.opened_at)
        decided = _id(incident.id, "decided")
        yield Span(trace, decided, own, "decided", incident.opened_at, until, {"because": because})


def spans_at_end(operation: Operation, incident: Incident | None) -> list[Span]:
    """An operation is over; the incident as it is then, where it is known."""
    ended = operation.closed_at or operation.wake_at
    spans = [operation_span(operation, ended)]
    if incident is not None and incident.state is not IncidentState.OPEN:
        closed = incident if incident.closed_at is not None else replace(incident, closed_at=ended)
        spans += incident_spans(closed, operation.created_at)
    return spans


def points_at_end(operation: Operation, incident: Incident | None) -> list[Point]:
    """How it ended; and how long the repair took, where the incident ended well by it."""
    facts = {"cluster": operation.cluster, "pool": operation.pool, "remedy": operation.remedy.value}
    points = [Point(OPERATIONS_CLOSED.name, 1, {**facts, "state": operation.state.value})]
    if incident is None or incident.state is not IncidentState.RESOLVED:
        return points
    parts = parts_of(incident, operation)
    points.append(Point(REPAIR_TIME.name, sum(one.total_seconds() for one in parts.values()), facts))
    spread = ((part, length) for part, length in parts.items())
    points += [
        Point(REPAIR_PART.name, length.total_seconds(), {**facts, "part": part.value})
        for part, length in spread
    ]
    return points


def _signal_span(trace: bytes, parent: bytes, signal: Signal) -> Span:
    facts: Mapping[str, Fact] = {
        "source": signal.source.value,
        "kind": signal.kind.value,
        "what": signal.what,
    }
    name = f"{signal.source.value} {signal.kind.value}"
    id = _id(signal.event_id, signal.kind.value, signal.node or "")
    return Span(trace, id, parent, name, min(signal.occurred_at, signal.heard_at), signal.heard_at, facts)


def _facts(operation: Operation) -> dict[str, Fact]:
    return {
        "cluster": operation.cluster,
        "pool": operation.pool,
        "node": operation.subject.node,
        "operation": operation.id,
        "plan": operation.plan.value,
    }


def _id(*parts: str) -> bytes:
    return blake2b("/".join(parts).encode(), digest_size=8).digest()
