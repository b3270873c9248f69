"""One node or incident from what was heard to what comes next, with every number it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.audit import AuditRecord
from shared.model.incidents import Incident
from shared.model.nodes import Condition, NodeMemory
from shared.model.overrides import Override
from shared.records.evidence import Evidence
from shared.telemetry.parts import parts_of

from .archive import Archive
from .audit import Story, story_about
from .find import Case
from .next import sentences_of
from .operations import OperationView, view_of

BEFORE = timedelta(minutes=5)
"""What was heard of the node shortly before its incident was opened belongs to it."""
AFTER = timedelta(minutes=1)
WITHOUT_CASE = timedelta(days=1)
EARLIER = 10


class Before(Struct, frozen=True):
    """An incident of the node that is over, and what came of it."""

    id: str
    condition: Condition
    outcome: str


class Explained(Struct, frozen=True, kw_only=True):
    """`next` is all that is to come, in sentences; `earlier` other closed incidents of the node, newest first;
    `audit` what is written of it from shortly before the incident on, with every guard's answer and numbers."""

    at: datetime
    cluster: str
    node: str
    pool: str
    memory: NodeMemory | None
    incident: Incident | None
    operation: OperationView | None
    overrides: tuple[Override, ...]
    evidence: Evidence | None
    next: tuple[str, ...]
    earlier: tuple[Before, ...]
    audit: tuple[AuditRecord, ...]
    parts: Mapping[str, float] = {}
    """Seconds of the repair, in the parts that follow each other: heard, decided, drained, ordered, booted, joined,
    back."""
    audit_is_whole: bool = True
    """False: the cluster's audit is too long for that, and earlier entries are found there."""


async def story_of(archive: Archive, case: Case, most: int | None = None) -> Story:
    """The audit of this case; of the last day when there is no incident. `most`: how many entries of the cluster are
    looked through."""
    incident = case.incident
    since = incident.opened_at - BEFORE if incident else archive.now - WITHOUT_CASE
    until = incident.closed_at + AFTER if incident and incident.closed_at else archive.now
    return await story_about(archive.store, case.cluster, case.node, (since, until), most)


def explained(case: Case, story: Story, now: datetime) -> Explained:
    return Explained(
        at=now,
        cluster=case.cluster,
        node=case.node,
        pool=case.pool.name if case.pool else "",
        memory=case.memory,
        incident=case.incident,
        operation=view_of(case.operation) if case.operation else None,
        overrides=case.overrides,
        evidence=case.evidence,
        next=tuple(sentences_of(case.incident, case.operation, case.pool, now)),
        earlier=tuple(
            Before(one.id, one.condition, one.outcome or one.because) for one in case.earlier[:EARLIER]
        ),
        audit=tuple(entry.record for entry in story.entries),
        parts=_parts(case),
        audit_is_whole=story.is_whole,
    )


def _parts(case: Case) -> dict[str, float]:
    if case.incident is None or case.operation is None:
        return {}
    return {
        part.value: span.total_seconds() for part, span in parts_of(case.incident, case.operation).items()
    }
