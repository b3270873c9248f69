"""The seconds that each part of the healing took, from the break to the work that runs again.

Every repair has its moments, in order; the parts are what lies between them, so they sum up to the whole. A machine
that is lost is destroyed first and made up for then; one that works is replaced the other way round. For several
repairs side by side a moment is that of the last of them: all were decided, all were destroyed, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.model.audit import AuditKind, AuditRecord
from shared.model.operations import Operation, OperationState
from shared.model.remedies import Remedy

PARTS = (
    "heard",
    "decided",
    "destroyed",
    "proved gone",
    "Mesos told",
    "ordered",
    "joined",
    "workload back",
)
PARTS_OF_A_LIVING_ONE = (
    "heard",
    "decided",
    "ordered",
    "joined",
    "emptied",
    "destroyed",
    "proved gone",
    "Mesos told",
    "workload back",
)
_STEP_OF = {
    "emptied": "move_tasks",
    "destroyed": "destroy",
    "proved gone": "prove_gone",
    "Mesos told": "tell_scheduler",
    "joined": "await_join",
}


@dataclass(frozen=True, slots=True)
class Repair:
    """One finished operation. `moments` are seconds since the break, by part, in order and never falling."""

    node: str
    operation: str
    moments: dict[str, float]

    @property
    def total_s(self) -> float:
        return max(self.moments.values())


def repairs_of(
    operations: Iterable[Operation], records: Sequence[AuditRecord], broken_at: datetime
) -> tuple[Repair, ...]:
    """The replacements that were done, with the moments of each, in the order in which they were begun."""
    done = [one for one in operations if one.state is OperationState.DONE and one.remedy is Remedy.REPLACE]
    done.sort(key=lambda one: one.created_at)
    return tuple(_repair(operation, records, broken_at) for operation in done)


def parts_of(repairs: Sequence[Repair]) -> dict[str, float]:
    """Seconds by part, over all repairs, which are all of one kind; empty when there was none."""
    if not repairs:
        return {}
    parts = tuple(repairs[0].moments)
    last = [max(repair.moments[part] for repair in repairs) for part in parts]
    return {
        part: round(at - before, 3) for part, at, before in zip(parts, last, [0.0, *last[:-1]], strict=True)
    }


def _repair(operation: Operation, records: Sequence[AuditRecord], broken_at: datetime) -> Repair:
    ended = {record.step: record.ended_at for record in operation.steps}
    closed_at = operation.closed_at or operation.created_at
    times: dict[str, datetime] = {
        "heard": _heard_at(operation, records),
        "decided": operation.created_at,
        **{part: ended.get(step, closed_at) for part, step in _STEP_OF.items()},
        "ordered": _ordered_at(operation, records) or ended.get("surge") or ended.get("grow", closed_at),
        "workload back": closed_at,
    }
    if "await_successor" in ended:
        times["joined"] = ended["await_successor"]
    moments: dict[str, float] = {}
    latest = 0.0
    for part in PARTS_OF_A_LIVING_ONE if "await_successor" in ended else PARTS:
        latest = max(latest, round((times[part] - broken_at).total_seconds(), 3))
        moments[part] = latest
    return Repair(operation.subject.node, operation.id, moments)


def _heard_at(operation: Operation, records: Sequence[AuditRecord]) -> datetime:
    """When the first signal about the node came in, or else when a sweep opened its incident."""
    node = operation.subject.node
    times = [
        datetime.fromisoformat(record.data["signal"]["heard_at"])
        for record in records
        if record.kind is AuditKind.HEARD and record.subject == node and "signal" in record.data
    ]
    times += [record.at for record in records if record.kind is AuditKind.OPENED and record.subject == node]
    return min([*times, operation.created_at])


def _ordered_at(operation: Operation, records: Sequence[AuditRecord]) -> datetime | None:
    """When the growth was ordered by this operation; None when another one's order covered it."""
    times = [
        record.at
        for record in records
        if record.operation == operation.id
        and record.data.get("step") in {"grow", "surge"}
        and record.text.startswith("growing ")
    ]
    return times[-1] if times else None
