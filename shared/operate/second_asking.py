"""The second asking, with readings of now, just before something that cannot be undone.

1. What an impaired node is judged by was read more than a minute ago: DC/OS is asked for its health once more. It does
   not say it anew: wait. Not while the tasks of the node are on the move, but again before its machine goes.
2. The node is well again, or ill in another way, and nothing final was done: withdraw.
3. It is well again, and its tasks are on the move or have moved: withdraw as well, they stay where they are now.
   Unless the order was given before and what became of it is not known: the step finds out.
4. Its agent is connected, and was not when new tasks would have been stopped, or it is another one by now: withdraw.
   What runs there again is to be moved first. Another one that was lost again: withdraw, while nothing final was done;
   what was decided is about what the first one held. Unless an order that it may have come back from was given before.
5. Its place in the ledger was given back, and nothing final was done: withdraw. A crash while it was being withdrawn
   leaves that behind, and without a place it would not count against the limits.
6. A person has paused it, and no other guard refuses: wait, for as long as that lasts.
7. A guard refuses and nothing final was done: withdraw; the pass decides again, with everything that it knows.
8. A guard refuses later on: wait. Those that only say whether to begin are not asked any more then.

The destruction of the machine may have been ordered by somebody who could not write down the answer. As long as it is
not seen that it is there and stays, something final may have been done, and its place in the ledger is still needed;
what cannot be read is waited for then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.guards import TO_BEGIN, ask, refusals
from shared.guards.pause import GUARD as PAUSE
from shared.guards.self_doubt import OLDEST
from shared.guards.stakes import agent_of
from shared.model.audit import AuditKind
from shared.model.azure import Provisioning
from shared.model.decisions import Answer
from shared.model.nodes import Condition, Finding

from .course import BAR, DESTROY, Step
from .hand import Hand
from .health import hear_health
from .outcomes import Outcome, Wait, Withdraw
from .plans import PLANS
from .steps.destroy import DESTROYING
from .steps.order import ORDERED
from .steps.stop_new_tasks import STOPPED

REFUSED_AGAIN = timedelta(seconds=30)
ASKED_AGAIN = timedelta(seconds=15)
WAITING = "waiting"  # the note that says what is waited for
REFUSED_BY = "refused by"  # how such a note begins when guards stand in the way


async def ask_again(hand: Hand, step: Step) -> Outcome | None:
    """What comes of asking; None when nothing stands against the step."""
    course = PLANS[hand.operation.plan]
    untouched = course.is_untouched(hand.operation)
    finding = await hand.finding()
    if step.final and (untouched or step.name == DESTROY) and _is_old(finding, hand):
        await hear_health(hand.outside, hand.cluster)
        hand.forget_readings()
        finding = await hand.finding()
        if finding is not None and _is_old(finding, hand):
            return Wait(f"DC/OS does not say anew how it is: {finding.because}", ASKED_AGAIN, blind=True)
    if untouched and _may_be_going(finding, hand):
        untouched = False
        if finding is not None and finding.blind:
            return Wait(
                f"whether it is being destroyed is not known: {finding.because}", ASKED_AGAIN, blind=True
            )
    if finding is None and untouched:
        return Withdraw("the node is not missed any more")
    if finding is not None and untouched and finding.condition not in course.cures:
        return Withdraw(f"it is {finding.condition.value} now: {finding.because}")
    if finding is not None and step.final and finding.condition is Condition.HEALTHY:
        was_ordered = ORDERED in hand.operation.notes
        return None if was_ordered else Withdraw(f"it is healthy again: {finding.because}")
    if finding is not None and step.final and _is_back_unbarred(finding, hand):
        return Withdraw("its agent is connected again, and gets new tasks")
    if finding is not None and step.final and _is_another_agent(finding, hand, untouched):
        return Withdraw("it has another agent now, and what that has is not what was decided about")
    question = await hand.question()
    hand.asked_about(question)
    if untouched and course.has_place and question.own is None:
        return Withdraw("its place in the ledger was given back")
    answers = ask(question, [guard for guard in step.guards if untouched or guard not in TO_BEGIN])
    against = refusals(answers)
    if not against:
        if hand.operation.attempt == 0 or hand.operation.notes.get(WAITING, "").startswith(REFUSED_BY):
            hand.tell(AuditKind.DECIDED, "asked again, all guards agree", answers=answers)
        return None
    return await _refused(hand, against, untouched)


def _is_old(finding: Finding | None, hand: Hand) -> bool:
    """Rule 1: whether it is called impaired by what DC/OS said a while ago, and could be asked for again."""
    if finding is None or not finding.is_asked or finding.read_at is None:
        return False
    return hand.now - finding.read_at > OLDEST


def _may_be_going(finding: Finding | None, hand: Hand) -> bool:
    """Whether its destruction may have been ordered, and it is not seen to be there as before."""
    if DESTROYING not in hand.operation.notes:
        return False
    instance = finding.node.instance if finding and not finding.blind else None
    return instance is None or instance.provisioning is Provisioning.DELETING


def _is_back_unbarred(finding: Finding, hand: Hand) -> bool:
    """Rule 4."""
    agent, course = finding.node.agent, PLANS[hand.operation.plan]
    was_to_be_barred = any(step.name == BAR for step in course.steps) and STOPPED not in hand.operation.notes
    return was_to_be_barred and agent is not None and agent.active and not agent.deactivated


def _is_another_agent(finding: Finding, hand: Hand, untouched: bool) -> bool:
    """Rule 4."""
    agent, operation = finding.node.agent, hand.operation
    if ORDERED in operation.notes or agent_of(finding.node) in {None, operation.subject.agent_id}:
        return False
    if agent is None or not agent.active:
        return untouched
    was_to_be_barred = any(step.name == BAR for step in PLANS[operation.plan].steps)
    return was_to_be_barred and not _may_be_going(finding, hand)


async def _refused(hand: Hand, against: Sequence[Answer], untouched: bool) -> Outcome:
    text = f"{REFUSED_BY} {', '.join(f'{answer.guard} ({answer.reason})' for answer in against)}"
    if hand.operation.notes.get(WAITING) != text:
        hand.tell(AuditKind.REFUSED, f"asked again, {text}; nothing was done", answers=against)
    paused = all(answer.guard == PAUSE for answer in against)
    if untouched and not paused:
        return Withdraw(text)
    return Wait(text, REFUSED_AGAIN, paused=paused)
