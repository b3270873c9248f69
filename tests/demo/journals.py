"""Journals and operations as the demo's world and the app's tables record them, with the times of a real run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.model.audit import AuditKind, AuditRecord
from shared.model.operations import Operation, OperationState, StepRecord, Subject
from shared.model.remedies import Remedy
from simulator.demo.verdict import Check, Facts, Hold, judge
from simulator.world.journal import FAULT, MESOS, OPERATOR, Actor, By, Entry

BREAK = datetime(2026, 11, 22, 11, 13, 25, tzinfo=UTC)
ARM, MASTERS = Actor(By.CLIENT, "arm", "own", "own"), Actor(By.CLIENT, "mesos")
SET = "/subscriptions/s/resourceGroups/acs-demo/providers/Microsoft.Compute/virtualMachineScaleSets/vmss0"
LOST = frozenset({f"{SET}/virtualMachines/3", "agent-S3"})


def at(seconds: float) -> datetime:
    return BREAK + timedelta(seconds=seconds)


def entry(seconds: float, what: str, subject: str, by: Actor, healthy: bool | None = None) -> Entry:
    """`subject` is a number for an instance of the set, else taken as it is."""
    full = f"{SET}/virtualMachines/{subject}" if subject.isdecimal() else subject
    return Entry(at(seconds), what, full, by, healthy)


def deleted() -> list[Entry]:
    """An operator deletes instance 3; the app marks its agent gone and orders instance 12."""
    return [
        entry(0.0, "instance_delete_ordered", "3", OPERATOR, True),
        entry(0.54, "agent_disconnected", "agent-S3", MESOS, False),
        entry(1.2, "instance_deleted", "3", OPERATOR, False),
        entry(2.45, "agent_marked_gone", "agent-S3", MASTERS, False),
        entry(2.59, "instance_created", "12", ARM, False),
        entry(5.02, "instance_running", "12", ARM, False),
        entry(7.12, "agent_registered", "agent-S12", MESOS, True),
    ]


def killed() -> list[Entry]:
    """The agent of instance 3 dies; the app destroys the machine and orders another one."""
    return [
        entry(0.0, "agent_process_killed", "3", FAULT, True),
        entry(0.0, "agent_disconnected", "agent-S3", MESOS, False),
        entry(5.6, "instance_delete_ordered", "3", ARM, False),
        entry(7.5, "instance_deleted", "3", ARM, False),
        *deleted()[3:],
    ]


def facts(journal: Sequence[Entry], holds: Sequence[Hold] = (), expected: int = 1, **other: object) -> Facts:
    """Of a story that went well, but for what is given."""
    values: dict[str, object] = {
        "lost": LOST,
        "not_whole": "",
        "waiting_for": "",
        "replaced": expected,
        "told_by": "agent_marked_gone",
        **other,
    }
    return Facts(journal=journal, holds=holds, expected=expected, **values)  # type: ignore[arg-type]


def failed(given: Facts) -> dict[str, str]:
    """The checks that are not ok: name to text."""
    return {check.name: check.text for check in judge(given) if not check.ok}


def passed(given: Facts) -> list[Check]:
    return [check for check in judge(given) if check.ok]


DEAD = ("prove_dead", "destroy", "prove_gone", "tell_scheduler", "grow", "await_join", "verify")
LIVING = ("surge", "await_successor", "move_tasks", "destroy", "prove_gone", "tell_scheduler", "verify")


def operation(
    node: str,
    ended: Sequence[float],
    state: OperationState = OperationState.DONE,
    steps: Sequence[str] = DEAD,
) -> Operation:
    """Decided at the first of `ended`; its seven steps end at the others."""
    created, *ends = (at(seconds) for seconds in ended)
    records = tuple(
        StepRecord(step, begin, end, "done")
        for step, begin, end in zip(steps, [created, *ends], ends, strict=False)
    )
    return Operation(
        id=f"{node}-1",
        cluster="demo",
        pool="private",
        incident=f"{node}@x",
        remedy=Remedy.REPLACE,
        subject=Subject(node, "3", "vm", None, None, None, None),
        step="verify",
        created_at=created,
        step_since=created,
        wake_at=created,
        state=state,
        steps=records,
        closed_at=ends[-1],
    )


def record(seconds: float, kind: AuditKind, node: str, text: str = "", **data: object) -> AuditRecord:
    return AuditRecord(at(seconds), "demo", kind, node, text, operation=f"{node}-1", data=data)
