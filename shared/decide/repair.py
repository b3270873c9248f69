"""What is done about each node that is not well.

For every finding, in this order:

1. Healthy or joining: nothing to decide.
2. Unknown because a reading failed: nothing to decide about the node, the fault is in our eyes.
3. An operation is already at work on it, or its incident was handed over to a person and nothing has changed since:
   nothing to decide.
4. Stopped, or unknown by contradiction: hold. Somebody may have meant it.
5. Impaired for less than the policy's `impaired_after`: wait until then. Unreachable for less than `confirm_after`: the
   same; when it was stopped before, or somebody was heard to restart it, it is given `join_timeout` to come back.
6. Gone although nobody told of a deletion, which may be somebody scaling in: while Azure is deleting it, hold; when it
   is listed no longer, wait `confirm_after` for the explanation.
7. No rung of the ladder is left that could help (`ladder.py`): hand over.
8. Any guard refuses: hold, or wait if every refusal ends by the clock.
9. Otherwise: the first rung that is left.

A time that was promised stands: what a node waits for is not put off or brought forward by looking again.

Nodes are taken in the order in which their incidents were opened, then by name, and every remedy that is decided here
already counts in the ledger that the next one is asked with. The same inputs give the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.guards import ORDER, Question, Tally, ask, refusals, tally_pools
from shared.model.azure import Provisioning
from shared.model.decisions import Answer, Decision, Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Disruption, Ledger
from shared.model.nodes import Condition, Finding
from shared.model.overrides import Override
from shared.model.signals import Signal, SignalKind
from shared.model.snapshot import Snapshot
from shared.policy.schema import ClusterPolicy, PoolPolicy, Repair

from .ladder import choose
from .wanted import LOSSES

# (pool, None): some of the pool. (None, node): this node.
type About = tuple[str | None, str | None]

WELL = frozenset({Condition.HEALTHY, Condition.JOINING})
RESTARTS = frozenset({SignalKind.VM_STOPPED, SignalKind.VM_RESTARTED})
UNTOLD = "nobody told of a deletion yet"
WITHOUT_REMEDY = frozenset({Condition.STOPPED, Condition.UNKNOWN})


class Situation(Struct, frozen=True):
    """Everything that decisions rest on. `incidents` are the open ones by node, `ledgers` are by pool, `busy` are the
    nodes with a running operation, `signals` those that this pass was woken with."""

    cluster: ClusterPolicy
    snapshot: Snapshot
    findings: tuple[Finding, ...]
    incidents: Mapping[str, Incident]
    ledgers: Mapping[str, Ledger]
    busy: frozenset[str]
    signals: tuple[Signal, ...]
    overrides: tuple[Override, ...]
    now: datetime


def decide_repairs(situation: Situation) -> tuple[Decision, ...]:
    """One decision per node that needs one."""
    tallies = tally_pools(situation.snapshot, situation.findings)
    pools = {pool.name: pool for pool in situation.cluster.pools}
    ledgers = dict(situation.ledgers)
    losses = _subjects(situation.signals, LOSSES)
    decisions: list[Decision] = []
    for finding in sorted(_to_decide(situation), key=lambda finding: _age_order(situation, finding)):
        pool = pools[finding.node.pool]
        decision = _patience(situation, finding, pool.repair, losses)
        if decision is None:
            decision, ledgers[pool.name] = _decide_rung(
                situation, finding, pool, tallies[pool.name], ledgers[pool.name]
            )
        decisions.append(decision)
    return tuple(decisions)


def _to_decide(situation: Situation) -> list[Finding]:
    """Rules 1 to 3."""
    return [
        finding
        for finding in situation.findings
        if finding.condition not in WELL
        and not finding.blind
        and finding.node.name not in situation.busy
        and not _handed_over(situation, finding)
    ]


def _handed_over(situation: Situation, finding: Finding) -> bool:
    incident = situation.incidents.get(finding.node.name)
    return (
        incident is not None
        and incident.state is IncidentState.HANDED_OVER
        and incident.condition is finding.condition
    )


def _incident(situation: Situation, finding: Finding) -> Incident | None:
    """The one that this is about; a problem of another kind that was handed over is another case."""
    incident = situation.incidents.get(finding.node.name)
    if incident is None or incident.state is IncidentState.OPEN or incident.condition is finding.condition:
        return incident
    return None


def _begun(situation: Situation, finding: Finding) -> str | None:
    """The operation that was decided for this incident before. A crash may have left its place in the ledger taken
    and nothing at work; that place must not stand in the way of taking it up again."""
    incident = situation.incidents.get(finding.node.name)
    return incident.operation if incident and incident.state is IncidentState.OPEN else None


def _patience(
    situation: Situation, finding: Finding, repair: Repair, losses: frozenset[About]
) -> Decision | None:
    """Rules 4 to 6: not now, whatever the guards say."""
    condition, node = finding.condition, finding.node
    if condition in WITHOUT_REMEDY:
        return _decision(
            finding,
            Verdict.HOLD,
            f"{finding.because}; nothing is done about nodes that are {condition.value}",
        )
    if condition is Condition.GONE and _told(situation, finding, losses):
        return None
    if condition is Condition.GONE and node.instance is not None:
        if node.instance.provisioning is not Provisioning.DELETING:
            return None
        return _decision(finding, Verdict.HOLD, f"{finding.because}; {UNTOLD}")
    if condition in {Condition.STUCK, Condition.DOOMED}:
        return None
    why, patience = UNTOLD, repair.confirm_after
    if condition is Condition.IMPAIRED:
        why, patience = "it may recover by itself", repair.impaired_after
    if condition is Condition.UNREACHABLE:
        why = "confirming that it stays so"
        if _restarted(situation, finding):
            why, patience = "it was restarted and may be booting", repair.join_timeout
    until = _until(situation, finding, patience)
    if situation.now < until:
        return _decision(finding, Verdict.WAIT, f"{finding.because}; {why}", until)
    return None


def _decide_rung(
    situation: Situation, finding: Finding, pool: PoolPolicy, tally: Tally, ledger: Ledger
) -> tuple[Decision, Ledger]:
    """Rules 7 to 9. The ledger comes back with the place that was granted."""
    incident = _incident(situation, finding)
    choice = choose(pool.repair.ladder, finding, incident, False, situation.now)
    if choice.remedy is None:
        left = f"{finding.because}; no rung of the ladder is left: {choice.because}"
        return _decision(finding, Verdict.HAND_OVER, left), ledger
    question = Question(
        cluster=situation.cluster,
        pool=pool,
        snapshot=situation.snapshot,
        tally=tally,
        finding=finding,
        remedy=choice.remedy,
        ledger=ledger,
        overrides=situation.overrides,
        incident=incident.id if incident else None,
        operation=_begun(situation, finding),
        begun_at=None,
        now=situation.now,
    )
    decision = _ask_guards(question)
    acts = decision.verdict is Verdict.ACT
    return decision, _with_one_more(question) if acts else ledger


def _ask_guards(question: Question) -> Decision:
    """Rules 8 and 9."""
    answers = ask(question, ORDER)
    against = refusals(answers)
    finding = question.finding
    if not against:
        node, because = finding.node, f"{finding.because}; {question.remedy.value} it"
        return Decision(
            node.name, node.pool, finding.condition, Verdict.ACT, because, question.remedy, answers
        )
    because = f"{finding.because}; refused by {', '.join([f'{no.guard} ({no.reason})' for no in against])}"
    ends = [no.until for no in against if no.until is not None]
    if len(ends) == len(against):
        return _decision(finding, Verdict.WAIT, because, max(ends), answers)
    return _decision(finding, Verdict.HOLD, because, None, answers)


def _decision(
    finding: Finding,
    verdict: Verdict,
    because: str,
    until: datetime | None = None,
    answers: tuple[Answer, ...] = (),
) -> Decision:
    """One that is not to act."""
    node = finding.node
    return Decision(node.name, node.pool, finding.condition, verdict, because, None, answers, until)


def _with_one_more(question: Question) -> Ledger:
    """The ledger with the place that was just granted, unless it was taken before."""
    ledger, node = question.ledger, question.finding.node
    if question.operation and any(entry.operation == question.operation for entry in ledger.active):
        return ledger
    domain = (
        node.instance.fault_domain if node.instance else node.memory.fault_domain if node.memory else None
    )
    entry = Disruption(f"decided for {node.name}", node.name, question.now, domain)
    return replace(ledger, active=(*ledger.active, entry), started=(*ledger.started, question.now))


def _subjects(signals: Iterable[Signal], kinds: frozenset[SignalKind]) -> frozenset[About]:
    """What the signals of these kinds are about: nodes, or instances of a pool that are not named."""
    return frozenset(
        [
            (None, signal.node) if signal.node is not None else (signal.pool, None)
            for signal in signals
            if signal.kind in kinds
        ]
    )


def _told(situation: Situation, finding: Finding, losses: frozenset[About]) -> bool:
    """Whether somebody told of the loss of this node, now or since its incident was opened."""
    own: frozenset[About] = frozenset([(None, finding.node.name), (finding.node.pool, None)])
    incident = situation.incidents.get(finding.node.name)
    return not own.isdisjoint(losses) or (
        incident is not None and not own.isdisjoint(_subjects(incident.signals, LOSSES))
    )


def _restarted(situation: Situation, finding: Finding) -> bool:
    """Whether it was seen stopped before it was unreachable, or somebody was heard to stop or start it."""
    node, incident = finding.node, situation.incidents.get(finding.node.name)
    heard = situation.signals + (incident.signals if incident else ())
    told = not _subjects(heard, RESTARTS).isdisjoint({(None, node.name), (node.pool, None)})
    return told or (incident is not None and incident.condition is Condition.STOPPED)


def _until(situation: Situation, finding: Finding, patience: timedelta) -> datetime:
    """Until when it is waited.

    1. In this condition it was first seen just now, or it was still being deleted when it was looked at last: from now
       on. The time in another condition does not count.
    2. Otherwise from when it was first seen, and not before what was promised the last time.
    """
    incident = situation.incidents.get(finding.node.name)
    if incident is None or incident.condition is not finding.condition:
        return situation.now + patience
    last, until = incident.decision, incident.since + patience
    if last is None or last.answers or last.condition is not finding.condition:
        return until
    if last.verdict is Verdict.HOLD:
        return situation.now + patience
    return max(until, last.until) if last.until is not None else until


def _age_order(situation: Situation, finding: Finding) -> tuple[datetime, str]:
    incident = situation.incidents.get(finding.node.name)
    return incident.opened_at if incident else situation.now, finding.node.name
