"""Where the time of a repair went, in seven parts that follow each other and add up to the whole.

    heard     something was wrong, and nobody had told us
    decided   it was known, and what to do was not: it was confirmed, guards refused, other remedies were tried
    drained   what still worked was emptied, and what was lost was taken away and told to Mesos
    ordered   Azure was asked, and had not taken the order: no room, a back-off, a guard that was asked again
    booted    Azure had taken the order, and had not carried it out
    joined    the machine ran, and its agent was not there
    back      the agent was there, and what had run did not run again

Each step belongs to one part. One that orders something is two: until Azure took the order, and after that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from shared.model.incidents import Incident
from shared.model.operations import Operation, StepRecord, taken_note


class Part(StrEnum):
    HEARD = "heard"
    DECIDED = "decided"
    DRAINED = "drained"
    ORDERED = "ordered"
    BOOTED = "booted"
    JOINED = "joined"
    BACK = "back"


ORDERS = frozenset(
    {"grow", "surge", "surge_ahead", "restart", "start", "redeploy", "reimage", "restart_unit"}
)
"""The steps that are two parts."""

PART_OF: Mapping[str, Part] = {
    **dict.fromkeys(("prove_dead", "prove_ill", "prove_ending", "prove_surplus", "prove_hot"), Part.DECIDED),
    **dict.fromkeys(("stop_new_tasks", "keep_evidence", "move_tasks", "destroy", "await_end"), Part.DRAINED),
    **dict.fromkeys(("bury", "dismiss", "prove_gone", "tell_scheduler", "relocate"), Part.DRAINED),
    **dict.fromkeys(("enlarge", "trim"), Part.ORDERED),
    **dict.fromkeys(("await_successor", "await_join", "await_recovery", "await_master"), Part.JOINED),
    **dict.fromkeys(("await_members", "retire_agent", "give_back", "give_up"), Part.JOINED),
    **dict.fromkeys(("restore_services", "await_services", "verify", "verify_quorum"), Part.BACK),
    **dict.fromkeys(("make_up", "await_whole", "weigh"), Part.BACK),
}


def parts_of(incident: Incident, operation: Operation) -> dict[Part, timedelta]:
    """From the first sign until the end of this operation, the last of the incident."""
    first = first_sign(incident)
    spent = dict.fromkeys(Part, timedelta(0))
    spent[Part.HEARD] = incident.opened_at - first
    spent[Part.DECIDED] = max(timedelta(0), operation.created_at - incident.opened_at)
    for record in operation.steps:
        for part, length in _of_step(record, taken_at(operation, record.step)):
            spent[part] += length
    return spent


def first_sign(incident: Incident) -> datetime:
    """When the first signal says that it happened; that nobody told is known when it was opened."""
    told = [signal.occurred_at for signal in incident.signals]
    return min([*told, incident.opened_at])


def taken_at(operation: Operation, step: str) -> datetime | None:
    """When Azure took the order of a step; None where it ordered nothing."""
    written = operation.notes.get(taken_note(step))
    return datetime.fromisoformat(written) if written else None


def _of_step(record: StepRecord, taken: datetime | None) -> list[tuple[Part, timedelta]]:
    whole = record.ended_at - record.started_at
    if record.step not in ORDERS:
        return [(PART_OF[record.step], whole)]
    if taken is None:
        return [(Part.ORDERED, whole)]
    before = min(max(taken - record.started_at, timedelta(0)), whole)
    return [(Part.ORDERED, before), (Part.BOOTED, whole - before)]
