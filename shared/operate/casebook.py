"""What a pass changes in the incidents, and what it tells the audit. No I/O.

For every decision an incident is opened or brought up to date; for every incident whose node is well again, or is not
missed any more, it is closed. Nothing is written that did not change, so that a long storm stays one page of audit and
not a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.sizes import OF_SIZE
from shared.judge.ill import FRESH
from shared.model.audit import AuditKind, AuditRecord
from shared.model.decisions import Decision, Verdict
from shared.model.health import UNREAD
from shared.model.incidents import Incident, IncidentState
from shared.model.masters import MASTERS
from shared.model.nodes import OF_THE_POOL, Condition, Finding
from shared.model.readings import Failure
from shared.model.signals import LOSSES, Signal
from shared.model.sizes import is_size
from shared.records import Change, Kept, open_incident_row

from .homes import pools_by_set, set_among
from .recall import Recalled
from .reopen import reopened, why_again, without_rungs
from .situate import LOST, Picture
from .troubles import how_it_ended, is_trouble, troubles
from .unread import unread_rows

LOOK_AGAIN = timedelta(minutes=1)  # what is held is looked at again by the next sweep
NOT_ASKED = timedelta(hours=1)
LEFT_OPEN = timedelta(days=1)
REMEMBERED = 10  # signals that are folded into one incident

WELL_AGAIN = {
    Condition.DOOMED: "what was announced is over",
    Condition.SURPLUS: "it is not to go any more",
    Condition.HOT: "no task is to move away from it now",
}


class Cases(Struct, frozen=True):
    """What is to be written: `current` are the incidents of all decided nodes, `changes` those rows of
    them that differ from what is there, `closed` with the etag of their open row, `audit` in order, and
    `wakes`, the times at which a node must be looked at again before the next sweep."""

    current: tuple[Incident, ...]
    changes: tuple[Change[Incident], ...]
    closed: tuple[tuple[Incident, str], ...]
    audit: tuple[AuditRecord, ...]
    wakes: tuple[datetime, ...]


def write_up(picture: Picture, decisions: Sequence[Decision], recalled: Recalled) -> Cases:
    """Everything that this pass has to say about incidents."""
    situation = picture.situation
    now = situation.now
    current: list[Incident] = []
    changes: list[Change[Incident]] = []
    closed: list[tuple[Incident, str]] = []
    audit: list[AuditRecord] = []
    wakes: list[datetime] = []
    unread = recalled.unread
    found = (*decisions, *troubles(situation, picture.council, picture.sized), *unread_rows(unread))
    told = [one for one in found if one.node not in unread.incidents]
    for decision in told:
        kept = recalled.incidents.get(decision.node)
        if kept is not None and _is_another_case(kept.value, decision):
            closed.append((_close(kept.value, kept.value.outcome, now), kept.etag))
            kept = None
        incident, changed = _brought_up_to_date(kept, decision, picture)
        current.append(incident)
        if kept is None:
            opened = _record(now, AuditKind.OPENED, incident, _what_is_wrong(decision, picture))
            audit.append(replace(opened, data={**opened.data, **_numbers(decision, picture)}))
        if changed:
            audit.append(_decided(now, incident, decision))
        if decision.verdict is Verdict.WAIT and decision.until is not None and changed:
            wakes.append(decision.until)
        if kept is None or incident != kept.value:
            changes.append(Change(open_incident_row(incident.node), incident, kept.etag if kept else None))
    for kept, why in _taken_up(picture, told, recalled):
        incident = reopened(kept.value, now)
        changes.append(Change(open_incident_row(incident.node), incident, kept.etag))
        audit.append(_record(now, AuditKind.DECIDED, incident, f"taken up again: {why}"))
        wakes.append(now)
    for kept, outcome in _ended(picture, told, recalled):
        done = _close(kept.value, outcome, now)
        closed.append((done, kept.etag))
        audit.append(_record(now, AuditKind.CLOSED, done, outcome))
    return Cases(tuple(current), tuple(changes), tuple(closed), tuple(audit), tuple(wakes))


def _taken_up(
    picture: Picture, decisions: Sequence[Decision], recalled: Recalled
) -> Iterable[tuple[Kept[Incident], str]]:
    """What was handed over and goes on by itself, with the reason."""
    decided, situation = {decision.node for decision in decisions}, picture.situation
    findings = picture.findings
    for node, kept in recalled.incidents.items():
        finding = findings.get(node)
        if finding is not None and node not in decided and node not in recalled.busy:
            why = why_again(kept.value, finding, situation.cluster, situation.now)
            if why is not None:
                yield kept, why


def _is_another_case(incident: Incident, decision: Decision) -> bool:
    if incident.state is not IncidentState.HANDED_OVER:
        return False
    begins_anew = is_size(incident.node) and decision.verdict is Verdict.ACT
    return begins_anew or incident.condition is not decision.condition


def _brought_up_to_date(
    kept: Kept[Incident] | None, decision: Decision, picture: Picture
) -> tuple[Incident, bool]:
    """The incident after this decision, and whether it says anything new."""
    situation, old = picture.situation, kept.value if kept else None
    now = situation.now
    if old is None:
        old = Incident(
            id=f"{decision.node}@{now:%Y%m%dT%H%M%S%fZ}",
            cluster=situation.cluster.name,
            pool=decision.pool,
            node=decision.node,
            condition=decision.condition,
            because=decision.because,
            opened_at=now,
            since=now,
            elsewhere=_elsewhere(picture.findings.get(decision.node), picture),
        )
    finding = picture.findings.get(decision.node)
    lost_anew = finding is not None and finding.is_lost_anew(old.since)
    new = replace(
        old,
        pool=decision.pool,  # of now: the policy may have given it another name
        condition=decision.condition,
        because=decision.because,
        since=old.since if old.condition is decision.condition and not lost_anew else now,
        signals=_folded(old.signals, situation.signals, decision),
    )
    if old.decision is None or gist(old.decision) != gist(decision):
        if decision.verdict is Verdict.HAND_OVER:
            over = replace(new, decision=decision, state=IncidentState.HANDED_OVER, outcome=decision.because)
            over = without_rungs(over, situation.cluster, now)
            return replace(over, wake_at=None), True
        operation = operation_id(new) if decision.verdict is Verdict.ACT else new.operation
        wake_at = decision.until or now + LOOK_AGAIN
        return replace(new, decision=decision, operation=operation, wake_at=wake_at), True
    if new.wake_at is None or new.wake_at <= now:
        new = replace(new, wake_at=decision.until or now + LOOK_AGAIN)
    return replace(new, because=old.because), False


def _what_is_wrong(decision: Decision, picture: Picture) -> str:
    """The finding in its own words; what is decided about it is told next."""
    finding = None if decision.condition in OF_THE_POOL else picture.findings.get(decision.node)
    return finding.because if finding else decision.because


def _numbers(decision: Decision, picture: Picture) -> dict[str, object]:
    """What the size of the pool was worked out from, or how its load is spread, where that is why."""
    if decision.condition is Condition.HOT:
        heat = next((one for one in picture.heats if one.pool == decision.pool), None)
        return {"load": heat.numbers} if heat else {}
    sized = next((one for one in picture.sized if one.pool == decision.pool), None)
    if sized is None or decision.condition not in OF_SIZE:
        return {}
    return {"size": {**sized.wanted.numbers, "nodes": sized.nodes, "reason": sized.wanted.reason}}


def _elsewhere(finding: Finding | None, picture: Picture) -> dict[str, int]:
    """What of this node's workloads ran on other nodes."""
    if finding is None or finding.node.memory is None:
        return {}
    own, workloads = finding.node.memory.tasks, picture.workloads
    return {key: workloads.get(key, 0) - (0 if finding.condition in LOST else own[key]) for key in own}


def gist(decision: Decision) -> tuple[object, ...]:
    """What of a decision must change for it to be news: not the numbers, which change all the time."""
    refused = tuple(answer.reason for answer in decision.answers if not answer.allowed)
    return decision.verdict, decision.condition, decision.until, refused


def operation_id(incident: Incident) -> str:
    """Deterministic, so that a pass that is repeated after a crash finds what it began."""
    return f"{incident.id}-{incident.tries + 1}"


def _folded(known: tuple[Signal, ...], heard: Iterable[Signal], decision: Decision) -> tuple[Signal, ...]:
    ids = {signal.event_id for signal in known}
    about = [
        signal
        for signal in heard
        if signal.event_id not in ids
        and (signal.node == decision.node or (signal.node is None and signal.pool == decision.pool))
    ]
    both = (*known, *about)
    by_worth = sorted(range(len(both)), key=lambda place: _worth(both[place], decision))
    return tuple(both[place] for place in sorted(by_worth[:REMEMBERED]))


def _worth(signal: Signal, decision: Decision) -> tuple[bool, bool]:
    """Lowest is kept longest: that it was lost decides about the node, and what names it says more than the rest."""
    return signal.kind not in LOSSES, signal.node != decision.node


def _ended(
    picture: Picture, decisions: Sequence[Decision], recalled: Recalled
) -> Iterable[tuple[Kept[Incident], str]]:
    """Incidents that are over, with the outcome: no decision was needed, nobody works on it, and we can see."""
    decided = {decision.node for decision in decisions}
    findings = picture.findings
    for node, kept in recalled.incidents.items():
        if node in decided or node in recalled.busy:
            continue
        finding = findings.get(node)
        if _is_left_for_a_person(kept.value, picture):
            continue
        if is_trouble(node):
            yield kept, how_it_ended(node)
        elif finding is None and _is_out_of_policy(kept.value, picture):
            if (
                kept.value.state is IncidentState.OPEN
                or picture.situation.now - kept.value.since >= LEFT_OPEN
            ):
                yield kept, "the policy does not name its scale set any more"
        elif finding is None:
            yield kept, "the node is not missed any more"
        elif finding.condition is Condition.HEALTHY and not _is_unread(kept.value, picture):
            yield kept, WELL_AGAIN.get(kept.value.condition, "it came back by itself")


def _is_left_for_a_person(incident: Incident, picture: Picture) -> bool:
    """Whether it is about a size, was handed over, and nothing has changed since: machines have not joined, or one does
    not go that is to go; or about a task that moved and does not start. For a day at the most."""
    situation, pool = picture.situation, incident.pool
    is_old = situation.now - incident.since >= LEFT_OPEN
    if incident.state is not IncidentState.HANDED_OVER or is_old:
        return False
    sized = next((one for one in picture.sized if one.pool == pool), None)
    if is_size(incident.node):
        healthy = sum(
            one.node.pool == pool and one.condition is Condition.HEALTHY for one in situation.findings
        )
        return sized is not None and healthy < sized.nodes
    if incident.condition is Condition.HOT:
        return True
    if incident.condition is not Condition.SURPLUS or sized is None:
        return False
    return sized.surplus > 0 or any(one.node == incident.node for one in situation.ledgers[pool].active)


def _is_out_of_policy(incident: Incident, picture: Picture) -> bool:
    """Whether nothing is known of its node because nobody looks at its scale set. What was handed over stays open for
    a day all the same: somebody was called for it."""
    sets = pools_by_set(picture.situation.cluster)
    return incident.pool != MASTERS and set_among(incident.node, sets) is None


def _is_unread(incident: Incident, picture: Picture) -> bool:
    """Whether nothing is known against it any more only because DC/OS could not be read, or was not for so long that
    what it said does not count: that is not health. Who has not answered for an hour is not asked any more."""
    if incident.condition is not Condition.IMPAIRED:
        return False
    health = picture.situation.snapshot.health
    if isinstance(health, Failure):
        return health != UNREAD
    said = health.value.diagnostics
    return isinstance(said, Failure) or FRESH < picture.situation.now - said.taken_at <= NOT_ASKED


def _close(incident: Incident, outcome: str, now: datetime) -> Incident:
    ends_by_itself = incident.state is IncidentState.OPEN or is_trouble(incident.node)
    state = IncidentState.RESOLVED if ends_by_itself else incident.state
    return replace(incident, state=state, closed_at=now, wake_at=None, outcome=outcome)


def _decided(now: datetime, incident: Incident, decision: Decision) -> AuditRecord:
    refused = any(not answer.allowed for answer in decision.answers)
    kind = AuditKind.REFUSED if refused else AuditKind.DECIDED
    return _record(now, kind, incident, f"{decision.verdict.value}: {decision.because}", decision)


def _record(
    now: datetime, kind: AuditKind, incident: Incident, text: str, decision: Decision | None = None
) -> AuditRecord:
    data = {"decision": decision} if decision else {"condition": incident.condition}
    return AuditRecord(
        now, incident.cluster, kind, incident.node, text, incident.id, incident.operation, data
    )
