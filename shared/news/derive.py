"""Which lines of the audit are news, and of what kind. No I/O.

1. An incident was opened.
2. A decision hands over, or asks for an approval that is awaited.
3. An operation tells of itself for the first time: it was begun. A step of it is done.
4. An operation is over: done, failed, withdrawn, or handed over; when it is done its incident is resolved with it.
5. An incident was closed by the pass: it is over.
6. A storm begins or is over.
7. A person spoke.
8. A new policy is not obeyed.
9. Work failed as often as it is tried: it is in the quarantine.
10. A pause ended by itself, or an approval ran out before anything was begun by it.

One line may be several pieces of news, and one piece may be in several lines: those have the same key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.audit import Entry
from shared.model.audit import AuditKind, AuditRecord
from shared.model.decisions import APPROVE, Verdict
from shared.model.news import News, NewsKind
from shared.model.operations import OperationState
from shared.model.overrides import OverrideKind
from shared.model.signals import Severity
from shared.operate.words_over import RAN_OUT, UNUSED

SEVERITIES = {
    NewsKind.INCIDENT_HANDED_OVER: Severity.CRITICAL,
    NewsKind.STORM_BEGUN: Severity.CRITICAL,
    NewsKind.POLICY_REJECTED: Severity.CRITICAL,
    NewsKind.WORK_GIVEN_UP: Severity.CRITICAL,
    NewsKind.WORD_RAN_OUT: Severity.WARNING,
    NewsKind.APPROVAL_ASKED: Severity.WARNING,
    NewsKind.OPERATION_FAILED: Severity.WARNING,
}
"""All others are info."""

OVER = {
    OperationState.DONE.value: NewsKind.OPERATION_DONE,
    OperationState.FAILED.value: NewsKind.OPERATION_FAILED,
    OperationState.WITHDRAWN.value: NewsKind.OPERATION_WITHDRAWN,
    OperationState.HANDED_OVER.value: NewsKind.INCIDENT_HANDED_OVER,
}
MOST_FAULTS = 5


def news_in(entry: Entry) -> Iterator[News]:
    """Without title and pool, which need more than the line."""
    record = entry.record
    for kind, about in _kinds(record):
        yield News(
            id=f"{record.cluster}-{record.at:%Y-%m}-{entry.number}-{kind.value}",
            key=f"{kind.value}|{about}",
            kind=kind,
            cluster=record.cluster,
            subject=record.subject,
            at=record.at,
            severity=SEVERITIES.get(kind, Severity.INFO),
            title="",
            text="\n".join([record.text, *_faults(record)]),
            incident=record.incident or "",
            operation=record.operation or "",
        )


def _kinds(record: AuditRecord) -> Iterator[tuple[NewsKind, str]]:
    """Each with what makes it one piece of news."""
    incident, data = record.incident or record.subject, record.data
    match record.kind:
        case AuditKind.OPENED:
            yield NewsKind.INCIDENT_OPENED, incident
        case AuditKind.DECIDED | AuditKind.REFUSED:
            yield from _decided(incident, data.get("decision"))
        case AuditKind.STEP if record.operation:
            yield NewsKind.OPERATION_BEGUN, record.operation
            if record.text.startswith(f"{data.get('step')}: "):
                yield NewsKind.OPERATION_STEP, f"{record.operation}|{data.get('step')}"
        case AuditKind.CLOSED:
            yield from _closed(record, incident)
        case AuditKind.JUDGED if "storm" in data:
            begun = data["storm"] == "begun"
            yield NewsKind.STORM_BEGUN if begun else NewsKind.STORM_OVER, _instant(record)
        case AuditKind.JUDGED if RAN_OUT in data:
            if data.get(UNUSED) or data[RAN_OUT].get("kind") in {OverrideKind.PAUSE, OverrideKind.SIZE}:
                yield NewsKind.WORD_RAN_OUT, _instant(record)
        case AuditKind.PERSON:
            yield NewsKind.PERSON_SPOKE, _instant(record)
        case AuditKind.GIVEN_UP:
            yield NewsKind.WORK_GIVEN_UP, record.operation or f"{data.get('source')}|{record.at:%Y-%m-%dT%H}"
        case AuditKind.POLICY if data.get("faults"):
            yield NewsKind.POLICY_REJECTED, _instant(record)
        case _:
            return


def _decided(incident: str, decision: object) -> Iterator[tuple[NewsKind, str]]:
    if not isinstance(decision, Mapping):
        return
    if decision.get("verdict") == Verdict.HAND_OVER.value:
        yield NewsKind.INCIDENT_HANDED_OVER, incident
    for answer in decision.get("answers") or ():
        remedy = answer.get("numbers", {}).get(APPROVE)
        if remedy and not answer.get("allowed"):
            yield NewsKind.APPROVAL_ASKED, f"{incident}|{remedy}"


def _closed(record: AuditRecord, incident: str) -> Iterator[tuple[NewsKind, str]]:
    state = record.data.get("state")
    if state is None:
        yield NewsKind.INCIDENT_RESOLVED, incident
        return
    kind = OVER.get(str(state))
    if kind is NewsKind.INCIDENT_HANDED_OVER:
        yield kind, incident
    elif kind is not None:
        yield kind, record.operation or incident
    if kind is NewsKind.OPERATION_DONE:
        yield NewsKind.INCIDENT_RESOLVED, incident


def _faults(record: AuditRecord) -> list[str]:
    faults = record.data.get("faults") if record.kind is AuditKind.POLICY else None
    return [str(fault) for fault in faults[:MOST_FAULTS]] if isinstance(faults, list) else []


def _instant(record: AuditRecord) -> str:
    return f"{record.subject}|{record.at.isoformat()}"
