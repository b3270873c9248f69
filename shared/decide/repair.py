"""What is done about each node that is not well.

For every finding, in this order:

1. Healthy or joining: nothing to decide.
2. Unknown because a reading failed: nothing to decide about the node, the fault is in our eyes.
3. An operation is already at work on it, or its incident was handed over to a person and nothing has changed since:
   nothing to decide.
4. Stopped, or unknown by contradiction, or something is announced that is left to happen: hold. Somebody may have meant
   it, or it comes back by itself.
5. Impaired for less than the policy's `impaired_after`: wait until then. Unreachable for less than `confirm_after`: the
   same; when it was stopped before, or somebody was heard to restart it, or a reboot of it is announced, it is given
   `join_timeout` to come back. What an impaired node is judged by must have been read twice.
6. Gone although nobody told of a deletion, which may be somebody scaling in: while Azure is deleting it, hold, for an
   hour at the most; when it is listed no longer, wait `confirm_after` for the explanation.
7. No rung of the ladder is left that could help (`ladder.py`): hand over; or hold, when one is left that waits for the
   masters to miss the agent.
8. Any guard refuses: hold, or wait if every refusal ends by the clock.
9. Otherwise: the first rung that is left.

A time that was promised stands: what a node waits for is not put off or brought forward by looking again.

Nodes are taken in the order in which their incidents were opened, then by name, and every remedy that is decided here
already counts in the ledger that the next one is asked with. The same inputs give the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from shared.guards import ORDER, Question, Tally, tally_pools
from shared.guards.backoff import is_short
from shared.guards.place import elsewhere_of, with_place
from shared.judge.notices import doom_of, fate_of
from shared.model.azure import Provisioning
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Fate, Finding, NodeMemory
from shared.model.overrides import Override
from shared.model.remedies import Remedy
from shared.model.signals import LOSSES, Signal, SignalKind
from shared.model.snapshot import Snapshot
from shared.model.suspects import Suspect
from shared.policy.schema import ClusterPolicy, PoolPolicy, Repair

from .ladder import choose
from .verdicts import ask_guards, decided

# (pool, None): some of the pool. (None, node): this node.
type About = tuple[str | None, str | None]

WELL = frozenset({Condition.HEALTHY, Condition.JOINING})
RESTARTS = frozenset({SignalKind.VM_STOPPED, SignalKind.VM_RESTARTED})
READ_AGAIN = timedelta(minutes=1)
ASLEEP = timedelta(minutes=5)  # the sweep comes each minute
LONGEST_DELETION = timedelta(hours=1)  # Azure deletes a machine within minutes
UNTOLD = "nobody told of a deletion yet"
WITHOUT_REMEDY = frozenset({Condition.STOPPED, Condition.UNKNOWN})


class Situation(Struct, frozen=True, dict=True):
    """Everything that decisions rest on. `incidents` are the open ones by node, `ledgers` are by pool, `busy` are the
    nodes with a running operation, `signals` those that this pass was woken with, `suspects` what the failed share."""

    cluster: ClusterPolicy
    snapshot: Snapshot
    findings: tuple[Finding, ...]
    incidents: Mapping[str, Incident]
    ledgers: Mapping[str, Ledger]
    busy: frozenset[str]
    signals: tuple[Signal, ...]
    overrides: tuple[Override, ...]
    now: datetime
    suspects: tuple[Suspect, ...] = ()

    @cached_property
    def tallies(self) -> Mapping[str, Tally]:
        """Every pool in numbers."""
        return tally_pools(self.snapshot, self.findings)

    def question(
        self,
        pool: PoolPolicy,
        finding: Finding,
        remedy: Remedy,
        incident: Incident | None,
        books: Mapping[str, Ledger],
    ) -> Question:
        """What the guards are asked before anything is begun. `books` are the ledgers with what was decided so far."""
        return Question(
            cluster=self.cluster,
            pool=pool,
            snapshot=self.snapshot,
            tally=self.tallies[pool.name],
            finding=finding,
            remedy=remedy,
            ledger=books[pool.name],
            overrides=self.overrides,
            incident=incident.id if incident else None,
            operation=incident.operation if incident else None,
            begun_at=None,
            now=self.now,
            suspects=self.suspects,
            elsewhere=elsewhere_of(books, pool.name),
        )


def decide_repairs(situation: Situation) -> tuple[Decision, ...]:
    """One decision per node that needs one."""
    pools = {pool.name: pool for pool in situation.cluster.pools}
    ledgers = dict(situation.ledgers)
    losses = _subjects(situation.signals, LOSSES)
    decisions: list[Decision] = []
    for finding in sorted(_to_decide(situation), key=lambda finding: _age_order(situation, finding)):
        pool = pools[finding.node.pool]
        decision = _patience(situation, finding, pool.repair, losses)
        if decision is None:
            decision, ledgers[pool.name] = _decide_rung(situation, finding, pool, ledgers)
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
        return decided(
            finding,
            Verdict.HOLD,
            f"{finding.because}; nothing is done about nodes that are {condition.value}",
        )
    if finding.fate is Fate.LEFT:
        return decided(finding, Verdict.HOLD, f"{finding.because}; it is left to happen")
    if condition is Condition.GONE and _told(situation, finding, losses):
        return None
    if condition is Condition.GONE and node.instance is not None:
        if node.instance.provisioning is not Provisioning.DELETING or _hangs(situation, finding):
            return None
        return decided(finding, Verdict.HOLD, f"{finding.because}; {UNTOLD}")
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
        return decided(finding, Verdict.WAIT, f"{finding.because}; {why}", until)
    if condition is Condition.IMPAIRED and not _read_twice(situation, finding):
        once = f"{finding.because}; it was read once, and is acted on when it was read again"
        return decided(finding, Verdict.WAIT, once, situation.now + READ_AGAIN)
    return None


def _hangs(situation: Situation, finding: Finding) -> bool:
    """Whether Azure has been deleting it for so long that it does not come to an end by itself."""
    incident = situation.incidents.get(finding.node.name)
    is_same = incident is not None and incident.condition is finding.condition
    return incident is not None and is_same and situation.now - incident.since >= LONGEST_DELETION


def _read_twice(situation: Situation, finding: Finding) -> bool:
    """Whether that it is impaired was read again since its incident says so. What is heard cannot be read."""
    incident = situation.incidents.get(finding.node.name)
    since = incident.since if incident and incident.condition is finding.condition else situation.now
    return finding.is_heard or finding.read_at is None or finding.read_at > since


def _decide_rung(
    situation: Situation, finding: Finding, pool: PoolPolicy, books: Mapping[str, Ledger]
) -> tuple[Decision, Ledger]:
    """Rules 7 to 9. The pool's ledger comes back with the place that was granted."""
    incident, ledger, begun = _incident(situation, finding), books[pool.name], _begun(situation, finding)
    short = is_short(ledger, begun, situation.now)
    choice = choose(pool.repair.ladder, finding, incident, short, situation.now)
    if choice.remedy is None and choice.later:
        return decided(finding, Verdict.HOLD, f"{finding.because}; {choice.because}"), ledger
    if choice.remedy is None:
        left = f"{finding.because}; no rung of the ladder is left: {choice.because}"
        return decided(finding, Verdict.HAND_OVER, left), ledger
    question = replace(situation.question(pool, finding, choice.remedy, incident, books), operation=begun)
    decision = ask_guards(question, ORDER)  # rules 8 and 9
    granted = decision.verdict is Verdict.ACT and question.own is None
    return decision, with_place(question, f"decided for {finding.node.name}") if granted else ledger


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
    """Whether it was seen stopped before it was unreachable, or somebody was heard to stop or start it, or Azure said
    that it would be booted."""
    node, incident = finding.node, situation.incidents.get(finding.node.name)
    heard = situation.signals + (incident.signals if incident else ())
    told = not _subjects(heard, RESTARTS).isdisjoint({(None, node.name), (node.pool, None)})
    stopped = incident is not None and incident.condition is Condition.STOPPED
    return told or stopped or _is_announced(node.memory, situation.now)


def _is_announced(memory: NodeMemory | None, now: datetime) -> bool:
    """Whether Azure boots it about now, here or on another host, and has said so."""
    doom = doom_of(memory, now)
    if doom is None or fate_of(doom) is Fate.ENDS:
        return False
    return fate_of(doom) is Fate.LEFT or (doom.deadline is not None and doom.deadline <= now)


def _until(situation: Situation, finding: Finding, patience: timedelta) -> datetime:
    """Until when it is waited.

    1. In this condition it was first seen just now, or it was still being deleted when it was looked at last, or its
       agent was connected again meanwhile and is lost anew, or nobody has looked for long after it was due, because we
       did not run: from now on. The time before that does not count.
    2. Otherwise from when it was first seen, and not before what was promised the last time.
    """
    incident = situation.incidents.get(finding.node.name)
    if incident is None or incident.condition is not finding.condition:
        return situation.now + patience
    if finding.is_lost_anew(incident.since) or _have_slept(situation, incident):
        return situation.now + patience
    last, until = incident.decision, incident.since + patience
    if last is None or last.answers or last.condition is not finding.condition:
        return until
    if last.verdict is Verdict.HOLD:
        return situation.now + patience
    return max(until, last.until) if last.until is not None else until


def _have_slept(situation: Situation, incident: Incident) -> bool:
    """Whether nobody looked when it was time to: then it was not seen to stay as it was."""
    return incident.wake_at is not None and situation.now > incident.wake_at + ASLEEP


def _age_order(situation: Situation, finding: Finding) -> tuple[datetime, str]:
    incident = situation.incidents.get(finding.node.name)
    return incident.opened_at if incident else situation.now, finding.node.name
