"""What is done about each master that is not well.

For every master, in this order:

1. Healthy: nothing to decide.
2. Unknown because a reading failed: nothing to decide about the master, the fault is in our eyes.
3. An operation is at work on it, or its incident was handed over to a person and its condition is the same still:
   nothing to decide.
4. Its readings contradict each other: hold.
5. Unreachable for less than the policy's `confirm_after`, impaired for less than `impaired_after`, or stopped for less
   than `restart_timeout`: wait until then. An election, a start, or somebody's restart is over by then. One that is
   unreachable after it was stopped, or after somebody was heard to boot it, may be booting: `restart_timeout` as well.
6. It is still stopped, and somebody was heard to stop it, or Azure is busy with it all that time: hand over. Somebody
   meant it. What is off with nobody known to have switched it off is started, by the rung `restart`.
7. It is the only master, or the policy names no machines of masters, or Azure lists none with its address: hand over.
8. No rung of the masters' ladder is left that could help: hand over.
9. Any guard refuses: hold, or wait if every refusal ends by the clock.
10. Otherwise: the first rung that is left.

When the guards were asked about any, and fewer than a majority surely serves, a person is called besides, by an
incident of its own: nothing that we may do helps a quorum that is lost.

Those that do not lead are taken first, then by the time at which their incident was opened, then by name. Whoever is
acted on counts as at work for the next one, so that one pass never takes two. The same inputs give the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from shared.guards import TO_TOUCH_A_MASTER, Question, Tally
from shared.model.azure import Power
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Disruption, Ledger
from shared.model.masters import MASTERS, Council, Seat
from shared.model.nodes import Condition, Finding
from shared.model.remedies import Remedy
from shared.model.signals import SignalKind
from shared.policy.quorum import MasterRepair

from .ladder import choose
from .repair import Situation
from .verdicts import ask_guards, decided

NOBODY = Tally({}, 0, 0, 0, 0)
A_PERSON = "a person must look"
STOPS = frozenset({SignalKind.VM_STOPPED, SignalKind.VM_DEALLOCATED})
BOOTS = frozenset({SignalKind.VM_RESTARTED})
IS_OFF = frozenset({Power.STOPPED, Power.DEALLOCATED})
QUORUM = "(masters quorum)"
"""The subject of the incident that says that too few masters serve."""


def decide_masters(situation: Situation, council: Council | None) -> tuple[Decision, ...]:
    """One decision per master that needs one. None: nobody asks the masters of this cluster."""
    if council is None:
        return ()
    decisions: list[Decision] = []
    for seat in sorted(_to_decide(situation, council), key=lambda seat: _order(situation, seat)):
        decision = _patience(situation, seat) or _decide_rung(situation, council, seat)
        if decision.verdict is Verdict.ACT:
            council = replace(council, at_work={**council.at_work, seat.name: f"decided for {seat.name}"})
        decisions.append(decision)
    return (*decisions, *_lost_quorum(council, decisions))


def _lost_quorum(council: Council, decisions: list[Decision]) -> Iterator[Decision]:
    serving = sum(seat.serves for seat in council.seats)
    if any(decision.answers for decision in decisions) and serving < council.majority:
        because = (
            f"{serving} of {len(council.seats)} masters surely serve, {council.majority} are needed: none of them is"
            f" touched; {A_PERSON}"
        )
        yield Decision(QUORUM, MASTERS, Condition.UNKNOWN, Verdict.HAND_OVER, because)


def question_about(
    situation: Situation, council: Council, finding: Finding, remedy: Remedy, operation: str | None
) -> Question:
    """What the guards are asked about a master. Its ledger are the operations at work on masters."""
    incident = situation.incidents.get(finding.node.name)
    at_work = tuple(Disruption(name, node, situation.now) for node, name in council.at_work.items())
    return Question(
        cluster=situation.cluster,
        pool=situation.cluster.masters_pool,
        snapshot=situation.snapshot,
        tally=NOBODY,
        finding=finding,
        remedy=remedy,
        ledger=Ledger(MASTERS, active=at_work),
        overrides=situation.overrides,
        incident=incident.id if incident else None,
        operation=operation,
        begun_at=None,
        now=situation.now,
        council=council,
    )


def _to_decide(situation: Situation, council: Council) -> Iterator[Seat]:
    """Rules 1 to 3."""
    for seat in council.seats:
        finding = seat.finding
        incident = situation.incidents.get(seat.name)
        waits = incident is not None and incident.state is IncidentState.HANDED_OVER
        is_same = incident is not None and incident.condition is finding.condition
        if finding.condition is Condition.HEALTHY or finding.blind or seat.name in council.at_work:
            continue
        if not (waits and is_same):
            yield seat


def _order(situation: Situation, seat: Seat) -> tuple[bool, datetime, str]:
    incident = situation.incidents.get(seat.name)
    return seat.leads, incident.opened_at if incident else situation.now, seat.name


def _patience(situation: Situation, seat: Seat) -> Decision | None:
    """Rules 4 to 6: not now, whatever the guards say."""
    finding, repair = seat.finding, situation.cluster.quorum.repair
    if finding.condition is Condition.UNKNOWN:
        return decided(
            finding, Verdict.HOLD, f"{finding.because}; nothing is done about what contradicts itself"
        )
    until = _until(situation, finding, repair)
    if situation.now < until:
        return decided(finding, Verdict.WAIT, f"{finding.because}; it may recover by itself", until)
    if finding.condition is not Condition.STOPPED:
        return None
    why = f"{finding.because}, for longer than {repair.restart_timeout.total_seconds():g} s"
    if _was_heard(situation, finding, STOPS):
        why = f"{finding.because}, and what somebody stopped is not started again by us"
    elif finding.node.instance is not None and finding.node.instance.power in IS_OFF:
        return None
    return decided(finding, Verdict.HAND_OVER, f"{why}; {A_PERSON}")


def _until(situation: Situation, finding: Finding, repair: MasterRepair) -> datetime:
    """Rule 5. What was promised when it began to be unreachable stands."""
    times = {Condition.UNREACHABLE: repair.confirm_after, Condition.IMPAIRED: repair.impaired_after}
    patience = times.get(finding.condition, repair.restart_timeout)
    incident = situation.incidents.get(finding.node.name)
    if finding.condition is Condition.UNREACHABLE and _boots(situation, finding):
        patience = repair.restart_timeout
    until = _since(situation, finding) + patience
    last = incident.decision if incident is not None else None
    is_same = last is not None and last.condition is finding.condition and last.verdict is Verdict.WAIT
    if last is None or not is_same or last.answers or last.until is None:
        return until
    return max(until, last.until)


def _boots(situation: Situation, finding: Finding) -> bool:
    """Whether it was seen stopped just before, or somebody was heard to boot it."""
    incident = situation.incidents.get(finding.node.name)
    was_off = incident is not None and incident.condition is Condition.STOPPED
    return was_off or _was_heard(situation, finding, BOOTS)


def _was_heard(situation: Situation, finding: Finding, kinds: frozenset[SignalKind]) -> bool:
    """Whether one of these was told of its machine, now or since its incident was opened."""
    incident, instance = situation.incidents.get(finding.node.name), finding.node.instance
    heard = situation.signals + (incident.signals if incident is not None else ())
    called = {finding.node.name, instance.name.lower() if instance is not None else finding.node.name}
    return any(one.kind in kinds and (one.node or one.about).lower() in called for one in heard)


def _since(situation: Situation, finding: Finding) -> datetime:
    """Since when it is in this condition; the time in another one does not count."""
    incident = situation.incidents.get(finding.node.name)
    return incident.since if incident and incident.condition is finding.condition else situation.now


def _decide_rung(situation: Situation, council: Council, seat: Seat) -> Decision:
    """Rules 7 to 10."""
    finding, incident = seat.finding, _incident(situation, seat)
    against = _out_of_reach(situation, council, finding)
    if against is not None:
        return decided(finding, Verdict.HAND_OVER, f"{finding.because}; {against}: {A_PERSON}")
    choice = choose(situation.cluster.quorum.repair.ladder, finding, incident, False, situation.now)
    if choice.remedy is None:
        left = f"{finding.because}; no rung of the masters' ladder is left: {choice.because}"
        return decided(finding, Verdict.HAND_OVER, left)
    begun = incident.operation if incident is not None else None
    question = question_about(situation, council, finding, choice.remedy, begun)
    return ask_guards(question, TO_TOUCH_A_MASTER)  # rules 9 and 10


def _incident(situation: Situation, seat: Seat) -> Incident | None:
    """The one that this is about; a problem of another kind that was handed over is another case."""
    incident = situation.incidents.get(seat.name)
    return incident if incident is not None and incident.state is IncidentState.OPEN else None


def _out_of_reach(situation: Situation, council: Council, finding: Finding) -> str | None:
    """Rule 7: why nothing can be done about it, whatever the ladder says."""
    if len(council.seats) == 1:
        return "it is the only master, which is never touched"
    vms = situation.cluster.quorum.vms
    if not vms:
        return "the policy names no machines of masters (masters.vms)"
    if finding.node.instance is None:
        return f"none of the machines {vms} has its address"
    return None
