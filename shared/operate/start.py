"""Beginning the operations that were decided.

First the place in the ledger is reserved, with the guards asked again about the ledger as it is at that instant, then
the operation's row is inserted. Both are named after the incident, so a pass that is repeated after a crash finds what
it began and begins nothing twice. A reservation whose operation was never written is given up by a later pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shared.errors import Conflict, Refused
from shared.guards import AT_THE_BOOKS, Question, ask, refusals
from shared.guards.place import with_place
from shared.guards.stakes import at_stake
from shared.judge.ill import FRESH
from shared.model.audit import AuditKind, AuditRecord
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import Incident
from shared.model.ledger import Disruption, Ledger
from shared.model.masters import MASTERS
from shared.model.nodes import Condition, Finding, Node
from shared.model.operations import SCALE_SET, Operation, Subject
from shared.model.remedies import Remedy
from shared.model.sizes import regarded, short
from shared.model.snapshot import Snapshot

from .books import reserve
from .growth import AIM, MISPLACED, begin_to_grow
from .one_master import begin_on_master
from .outside import Outside
from .plans import PLANS, plan_of, plan_on_a_master
from .situate import Picture
from .steps.await_recovery import DIAGNOSED, diagnosed_at
from .steps.order import UNIT


async def start(
    outside: Outside, picture: Picture, decisions: Sequence[Decision], incidents: Mapping[str, Incident]
) -> tuple[str, ...]:
    """Ids of the operations that are at work now on behalf of these decisions. `incidents` are those that `remember`
    has written, by node."""
    situation = picture.situation
    acting = [decision for decision in decisions if decision.verdict is Verdict.ACT]
    begun: list[str] = []
    for decision in acting:
        incident = incidents.get(decision.node)
        if incident is None or incident.operation is None:
            continue  # somebody else wrote the incident meanwhile; their pass decides
        operation = _operation(incident, decision, _finding(decision, picture), picture)
        try:
            await _begin(outside, operation, picture)
        except Refused as refused:
            now, node = situation.now, decision.node
            record = AuditRecord(now, operation.cluster, AuditKind.REFUSED, node, str(refused), incident.id)
            await outside.audit.append(operation.cluster, [record])
            continue
        begun.append(operation.id)
    return tuple(begun)


async def _begin(outside: Outside, operation: Operation, picture: Picture) -> None:
    """`Refused` when it has no place in the ledger any more, or in the one row that masters have."""
    if operation.pool == MASTERS:
        await begin_on_master(outside, operation)
        return
    if operation.remedy is Remedy.GROW:
        await begin_to_grow(outside, picture, operation)
        return
    await _reserve(outside, operation, picture)
    try:
        await outside.records.begin_operation(operation)
    except Conflict:
        pass  # begun before, by a pass that crashed or by one beside us


async def _reserve(outside: Outside, operation: Operation, picture: Picture) -> None:
    """Take its place in the ledger. `Refused` when there is none any more."""
    situation = picture.situation
    finding = regarded(picture.findings[operation.subject.node], operation.remedy)
    pools = {pool.name: pool for pool in situation.cluster.pools}
    tally = situation.tallies[operation.pool]

    def placed(book: Ledger, elsewhere: tuple[Disruption, ...]) -> Ledger:
        if any(one.operation == operation.id for one in book.active):
            return book
        question = Question(
            cluster=situation.cluster,
            pool=pools[operation.pool],
            snapshot=situation.snapshot,
            tally=tally,
            finding=finding,
            remedy=operation.remedy,
            ledger=book,
            overrides=situation.overrides,
            incident=operation.incident,
            operation=operation.id,
            begun_at=None,
            now=situation.now,
            suspects=situation.suspects,
            elsewhere=elsewhere,
            aim=picture.aim(operation.remedy, operation.pool),
        )
        for answer in refusals(ask(question, AT_THE_BOOKS)):
            raise Refused(answer.guard, answer.reason, answer.numbers)
        return with_place(question, operation.id)

    await reserve(outside, situation.cluster, operation.pool, placed)


def _finding(decision: Decision, picture: Picture) -> Finding:
    """What the decision is about, as it was decided about it."""
    if decision.remedy is Remedy.GROW:
        return short(decision.pool, decision.because)
    return replace(picture.findings[decision.node], condition=decision.condition)


def _operation(incident: Incident, decision: Decision, finding: Finding, picture: Picture) -> Operation:
    now, remedy, operation = picture.situation.now, decision.remedy, incident.operation
    if remedy is None or operation is None:
        raise ValueError(f"nothing was decided that could be begun about {decision.node}")
    plan = plan_of(remedy, finding, now)
    if incident.pool == MASTERS:
        plan = plan_on_a_master(remedy, finding)
    notes = _notes(remedy, finding, picture)
    return Operation(
        id=operation,
        cluster=incident.cluster,
        pool=incident.pool,
        incident=incident.id,
        remedy=remedy,
        plan=plan,
        subject=_subject(finding.node, incident, picture.situation.snapshot),
        step=PLANS[plan].steps[0].name,
        created_at=now,
        step_since=now,
        wake_at=now,
        notes=notes,
    )


def _notes(remedy: Remedy, finding: Finding, picture: Picture) -> dict[str, str]:
    """What the steps have to know of why it is helped."""
    notes: dict[str, str] = {}
    if remedy is Remedy.GROW:
        pool = next(one for one in picture.situation.cluster.pools if one.name == finding.node.pool)
        notes |= {SCALE_SET: pool.scale_set.casefold(), AIM: str(picture.aim(remedy, pool.name))}
        misplaced = next((one.misplaced for one in picture.sized if one.pool == pool.name), None)
        notes |= {MISPLACED: str(misplaced)} if misplaced is not None else {}
    if remedy is Remedy.RESTART_UNIT and finding.unit:
        notes[UNIT] = finding.unit
    read_at, now = diagnosed_at(picture.situation.snapshot), picture.situation.now
    if finding.condition is Condition.IMPAIRED and read_at is not None and now - read_at <= FRESH:
        notes[DIAGNOSED] = "yes"
    return notes


def _subject(node: Node, incident: Incident, snapshot: Snapshot) -> Subject:
    """The machine as it is, with the workload it had when its agent was last connected."""
    memory, instance, agent = node.memory, node.instance, node.agent
    agent_id = agent.agent_id if agent else memory.agent_id if memory else None
    tasks = dict(memory.tasks) if memory and memory.tasks else dict(agent.tasks) if agent else {}
    domain = instance.fault_domain if instance else memory.fault_domain if memory else None
    return Subject(
        node=node.name,
        instance_id=instance.instance_id if instance else memory.instance_id if memory else "",
        vm_id=instance.vm_id if instance else memory.vm_id if memory else "",
        address=node.address,
        agent_id=agent_id,
        hostname=agent.hostname if agent else memory.hostname if memory else None,
        fault_domain=domain,
        tasks=tasks,
        elsewhere={key: count for key, count in incident.elsewhere.items() if key in tasks},
        services=tuple(stake.service for stake in at_stake(node, snapshot)),
    )
