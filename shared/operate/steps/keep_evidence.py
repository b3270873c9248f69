"""Write down what is known of the machine, before anything is done to it that cannot be undone.

1. What can be read is gathered: the finding, Azure's instance, Mesos's agent, what ran there, the failed units with
   what they printed, the rules that fire at it, the signals of its incident. What can't be read is named.
2. It is written as one row (`shared/records/evidence.py`), whose name and size the audit has.
3. It cannot be written: it is tried `TRIES` times more, within seconds. Then that is told, and healing goes on, because
   a dead machine is worse than a missing record. A machine that Azure takes within minutes is not waited for at all.
   Where failed machines are kept (`repair.keep_body`), somebody wants to know: then nothing is destroyed without it,
   and after the step's patience a person is called.

Doing it again writes the same row over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from shared.errors import Poison, PoolkeeperError
from shared.model.audit import AuditKind
from shared.model.complaints import Complaint
from shared.model.health import NodeHealth
from shared.model.masters import MASTERS
from shared.model.nodes import Condition
from shared.model.operations import Plan
from shared.model.readings import Value
from shared.model.snapshot import Snapshot
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome
from shared.ports.store import Table
from shared.records.alert_states import AlertState
from shared.records.evidence import Evidence, EvidenceRoom, evidence_row

TRIES = 3
EVIDENCE = "evidence"
"""The note that names the row."""
PORTAL = "https://portal.azure.com/#resource"


async def keep_evidence(hand: Hand) -> Outcome:
    evidence, row = await _gathered(hand), evidence_row(hand.operation)
    try:
        size = await EvidenceRoom(hand.outside.store).put(hand.operation, evidence)
    except PoolkeeperError as error:
        if _is_worth_waiting(hand, error):
            raise
        hand.tell(AuditKind.REFUSED, f"the evidence could not be written: {error}; it is gone on without")
        return Done("without evidence, it could not be written")
    missing = f"; not in it: {', '.join(evidence.left_out)}" if evidence.left_out else ""
    return Done(f"kept as row {row} of table {Table.EVIDENCE}, {size} bytes{missing}", {EVIDENCE: row})


def _is_worth_waiting(hand: Hand, error: PoolkeeperError) -> bool:
    if isinstance(error, Poison):
        return False
    hurries = hand.operation.plan is Plan.REPLACE_ENDING
    return hand.pool.repair.keep_body is not None or (not hurries and hand.operation.attempt < TRIES)


async def _gathered(hand: Hand) -> Evidence:
    picture, recalled = await hand.fresh()
    operation, snapshot = hand.operation, picture.situation.snapshot
    subject, finding = operation.subject, picture.findings.get(operation.subject.node)
    kept = recalled.incidents.get(subject.node)
    complaints, unread = await _complaints(hand)
    alerts, unread_too = await _alerts(hand)
    agent = finding.node.agent if finding else None
    return Evidence(
        at=hand.now,
        node=subject.node,
        pool=operation.pool,
        incident=operation.incident,
        operation=operation.id,
        remedy=operation.remedy,
        condition=finding.condition if finding else Condition.GONE,
        because=finding.because if finding else "nothing is remembered of it any more",
        console=_console(hand),
        instance=finding.node.instance if finding else None,
        agent=agent,
        tasks=subject.tasks,
        health=_health(snapshot, subject.address),
        complaints=complaints,
        alerts=alerts,
        signals=kept.value.signals if kept else (),
        left_out=(*unread, *unread_too),
    )


def _health(snapshot: Snapshot, address: str | None) -> NodeHealth | None:
    if address is None or not isinstance(snapshot.health, Value):
        return None
    told = snapshot.health.value.diagnostics
    return told.value.node(address) if isinstance(told, Value) else None


async def _complaints(hand: Hand) -> tuple[Mapping[str, Complaint], Sequence[str]]:
    """What the node's units and checks printed, as it was last heard."""
    address = hand.operation.subject.address
    if address is None:
        return {}, ()
    try:
        kept = await hand.outside.records.health.get(hand.cluster.name, address)
    except PoolkeeperError as error:
        return {}, (f"units: {error}",)
    return (kept.value.against if kept else {}), ()


async def _alerts(hand: Hand) -> tuple[tuple[AlertState, ...], Sequence[str]]:
    """The rules that are pending or firing at the node, with the last value of each."""
    try:
        rows = await hand.outside.store.query(Table.ALERT_STATES, hand.cluster.name, "", "")
        states = [msgspec.json.decode(row.body, type=AlertState) for row in rows]
    except (PoolkeeperError, msgspec.MsgspecError) as error:
        return (), (f"alerts: {type(error).__name__}",)
    return tuple(one for one in states if one.node == hand.operation.subject.node), ()


def _console(hand: Hand) -> str:
    """The page of the machine's boot diagnostics; no signature is in it, who opens it signs in."""
    cluster, subject = hand.cluster, hand.operation.subject
    group = f"/subscriptions/{cluster.subscription}/resourceGroups/{cluster.resource_group}"
    machine = f"virtualMachines/{subject.instance_id}"
    if hand.pool.name != MASTERS and subject.instance_id.isdigit():
        machine = f"virtualMachineScaleSets/{hand.pool.scale_set}/{machine}"
    return f"{PORTAL}{group}/providers/Microsoft.Compute/{machine}/bootDiagnostics"
