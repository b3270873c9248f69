"""What happens next with an incident, and when.

Worked out from what is written down, by the same steps and patience that the app goes by, so that an operator learns
whether to wait, how long, and whether anybody is expected to do something.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.model.decisions import Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
from shared.model.operations import Operation, OperationState, Plan
from shared.operate.plans import PLANS
from shared.policy.schema import PoolPolicy

from .words import clock_time, counted, due, span


class Planned(Protocol):
    """An operation, or what is shown of one."""

    @property
    def plan(self) -> Plan: ...


def sentence_of(incident: Incident, operation: Operation | None, now: datetime) -> str:
    """The next thing, in one sentence."""
    if operation is not None and operation.state is OperationState.RUNNING:
        return _at_work(operation, now)
    return _without_operation(incident, now)


def sentences_of(
    incident: Incident | None, operation: Operation | None, pool: PoolPolicy | None, now: datetime
) -> list[str]:
    """Everything that is to come."""
    if incident is None or incident.closed_at is not None:
        return [
            "Nothing: no incident is open for it. The next one opens when a sweep or an event finds it not well."
        ]
    told = [sentence_of(incident, operation, now)]
    if operation is None or operation.state is not OperationState.RUNNING:
        return told
    names = steps_of(operation)
    if operation.step in names and pool is not None:
        end = operation.step_since + PLANS[operation.plan].step(operation.step).lasts(operation, pool)
        told.append(
            f"If {operation.step} is not over by {clock_time(end)} ({due(end, now)}), a person is called."
        )
    if operation.lease is not None and operation.lease.expires_at > now:
        told.append(
            f"{operation.lease.owner} is at work on it, at most until {clock_time(operation.lease.expires_at)}."
        )
    after = names[names.index(operation.step) + 1 :] if operation.step in names else []
    if after:
        told.append(f"After that: {', '.join(after)}.")
    return told


def steps_of(operation: Planned) -> list[str]:
    return [step.name for step in PLANS[operation.plan].steps]


def _at_work(operation: Operation, now: datetime) -> str:
    names = steps_of(operation)
    number = names.index(operation.step) + 1 if operation.step in names else 0
    waiting = operation.notes.get("waiting", "") if operation.attempt else ""
    looks = f", looked at {counted(operation.attempt, 'time')}" if operation.attempt else ""
    return (
        f"{operation.remedy.value}: step {operation.step} ({number} of {len(names)}) "
        f"for {span(now - operation.step_since)}{looks}{': ' + waiting if waiting else ''}; "
        f"next look {due(operation.wake_at, now)}"
    )


def _without_operation(incident: Incident, now: datetime) -> str:
    again = (
        f"next look {due(incident.wake_at, now)}" if incident.wake_at else "looked at again by the next sweep"
    )
    if incident.state is IncidentState.HANDED_OVER:
        why = f" ({incident.outcome})" if incident.outcome else ""
        if incident.condition is Condition.HOT:
            return f"a person must look{why}: no task moves in its pool for a day, and it is repaired when it fails"
        return (
            f"a person must look{why}: it is not touched again until its condition changes, and its place in the "
            "ledger stays taken while it is missing"
        )
    decision = incident.decision
    if decision is None:
        return f"to be decided anew; {again}"
    match decision.verdict:
        case Verdict.ACT:
            return f"the operation is about to begin; {again}"
        case Verdict.WAIT if decision.until is not None:
            return f"decided again {due(decision.until, now)}, at {clock_time(decision.until)}"
        case Verdict.HAND_OVER:
            return f"a person must look; {again}"
        case _:
            against = [answer.reason for answer in decision.answers if not answer.allowed]
            reasons = f" for as long as this stands in the way: {', '.join(against)}" if against else ""
            return f"nothing is done{reasons}; {again}"
