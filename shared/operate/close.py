"""Closing an operation, in an order in which a crash anywhere leaves something that is closed again next time.

    done         a replaced node leaves the inventory, a helped one is remembered for it; its place in the ledger is
                 free, the incident is resolved
    withdrawn    its place in the ledger is free, the incident stays open with one more try; when nothing had been done
                 yet, it does not count as begun: who cannot see well for a while uses up nothing
    failed       where a machine was to go and could not be emptied, its incident is handed over, so that it is left
                 alone for a while; else
                 the same, and the incident remembers the remedy that did not help; the cluster is looked at at once, so
                 that the next rung is tried
    handed over  the incident waits for a person; until a machine has joined in its place, the place in the ledger stays
                 taken, so that replacements that fail do not go on being tried elsewhere

Its row is written first, on its etag: who lost the lease meanwhile stops here, and what another worker is in the middle
of keeps its place. It is moved last: until then it runs, and whoever finds it closes it again.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.model.audit import AuditKind
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition, Helped, NodeMemory
from shared.model.operations import Operation, OperationState
from shared.model.remedies import Remedy
from shared.records import Change, Kept, open_incident_row
from shared.telemetry.traces import points_at_end, spans_at_end

from .books import Place, conclude
from .hand import Hand
from .plans import PLANS
from .remember import wake
from .reopen import as_left
from .steps.await_join import REPLACEMENT
from .steps.grow import SURGED

WEEK = timedelta(days=7)
MOST_HELPED = 10
EXTRA = "the pool may have one more machine than is wanted now: the next that goes is not made up for"


async def close(hand: Hand, state: OperationState, outcome: str) -> None:
    """End the operation with this outcome."""
    await hand.save(hand.operation)
    operation, records, cluster = hand.operation, hand.outside.records, hand.cluster.name
    incidents = await records.open_incidents(cluster)
    kept = incidents.get(operation.subject.node)
    if kept is not None and kept.value.id != operation.incident:
        kept = None  # a newer incident, not ours to close
    if state is OperationState.DONE:
        await _remember_help(hand)
    await _conclude(hand, state)
    incident = None if kept is None else await _settle(hand, kept, state, outcome)
    hand.tell(AuditKind.CLOSED, f"operation {state.value}: {outcome}", state=state.value)
    await hand.tell_now()
    closed = replace(operation, state=state, outcome=outcome, closed_at=hand.now, lease=None, token=None)
    await records.close_operation(closed, hand.etag)
    hand.operation = closed
    hand.outside.telemetry.spans(spans_at_end(closed, incident))
    hand.outside.telemetry.points(points_at_end(closed, incident))
    if state is OperationState.FAILED:
        await wake(hand.outside, cluster, hand.now, hand.now)


async def _conclude(hand: Hand, state: OperationState) -> None:
    """Its place, and what it teaches. What was ordered for a node that did not go, and stays, is told of."""
    operation = hand.operation
    book = await conclude(hand.outside, operation, state, place=_place(operation, state), now=hand.now)
    if book.extra and SURGED in operation.notes and state is not OperationState.DONE:
        hand.tell(AuditKind.STEP, EXTRA)


def _place(operation: Operation, state: OperationState) -> Place:
    """What becomes of its place in the ledger."""
    if state is OperationState.HANDED_OVER and operation.remedy is not Remedy.RELIEVE:
        return Place.FREE if REPLACEMENT in operation.notes else Place.KEPT
    unused = state is OperationState.WITHDRAWN and PLANS[operation.plan].has_done_nothing(operation)
    return Place.UNUSED if unused else Place.FREE


async def _remember_help(hand: Hand) -> None:
    """A machine that was replaced is missed no more; one that was helped is remembered for it."""
    records, cluster, operation = hand.outside.records, hand.cluster.name, hand.operation
    kept = await records.inventory.get(cluster, operation.subject.node)
    if kept is None or operation.remedy is Remedy.RELIEVE:
        return
    memory: NodeMemory | None = None
    if operation.remedy not in {Remedy.REPLACE, Remedy.SHRINK}:
        recent = tuple(one for one in kept.value.helped if one.at > hand.now - WEEK)
        memory = replace(kept.value, helped=(*recent, Helped(operation.remedy, hand.now))[-MOST_HELPED:])
    await records.inventory.put_all(cluster, [Change(operation.subject.node, memory, kept.etag)])


async def _settle(hand: Hand, kept: Kept[Incident], state: OperationState, outcome: str) -> Incident:
    """The incident as it is from now on."""
    incident, records, cluster = kept.value, hand.outside.records, hand.cluster.name
    if state is OperationState.DONE:
        resolved = replace(
            incident, state=IncidentState.RESOLVED, closed_at=hand.now, wake_at=None, outcome=outcome
        )
        await records.close_incident(cluster, resolved, kept.etag)
        return resolved
    if state is OperationState.HANDED_OVER or _is_left_alone(hand, state):
        changed = replace(
            incident,
            state=IncidentState.HANDED_OVER,
            condition=await _left_as(hand, incident),
            since=hand.now if hand.operation.remedy is Remedy.RELIEVE else incident.since,
            wake_at=None,
            outcome=outcome,
        )
        changed = replace(changed, is_listed=changed.condition is Condition.GONE and await _is_listed(hand))
    else:
        tried = (*incident.tried, hand.operation.remedy) if state is OperationState.FAILED else incident.tried
        changed = replace(incident, tries=incident.tries + 1, tried=tried, decision=None, wake_at=hand.now)
    changed = as_left(changed, hand.operation, state, hand.now)
    await records.incidents.put(cluster, open_incident_row(incident.node), changed, kept.etag)
    return changed


def _is_left_alone(hand: Hand, state: OperationState) -> bool:
    """Whether a machine that could not be emptied stays: it is back at work, and not tried again for a while."""
    return hand.operation.remedy is Remedy.SHRINK and state is OperationState.FAILED


async def _is_listed(hand: Hand) -> bool:
    """Whether Azure may list the machine still: it is being deleted, and that has not come to its end."""
    if any(record.step == "prove_gone" for record in hand.operation.steps):
        return False
    finding = (await hand.fresh())[0].findings.get(hand.operation.subject.node)
    return finding is not None and (finding.blind or finding.node.instance is not None)


async def _left_as(hand: Hand, incident: Incident) -> Condition:
    """What we did to it ourselves is no change that would make another case of it. It is gone when that was proved;
    a deletion that was ordered may also have done nothing, whatever Azure said of it."""
    done = {record.step for record in hand.operation.steps}
    if not done & {"destroy", "dismiss"}:
        return incident.condition
    if "prove_gone" in done:
        return Condition.GONE
    if hand.operation.remedy is Remedy.SHRINK:  # what was counted out is in no picture as long as this runs
        return incident.condition
    picture, _ = await hand.fresh()
    finding = picture.findings.get(hand.operation.subject.node)
    return Condition.GONE if finding is None or finding.blind else finding.condition
