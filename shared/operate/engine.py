"""The durable engine: carry one operation on, step by step, until it has to wait or is over.

    take the lease -> [ask the guards again] -> do the step -> write it down -> next step ...

The operation's row says which step is next; whoever gets a message about it, or sweeps by, goes on from there. A crash
anywhere leaves a lease that runs out and a wake time that passes, and the sweep brings it back. Each outcome of a step
and each of the four errors leads to exactly one thing:

    Done       written down, next step
    Wait       written down with a wake time, lease given back, message sent for that time
    Withdraw   closed, the incident stays open for the pass to decide again
    Failed     closed, the incident stays open and remembers what did not help
    HandOver   closed, the incident is handed over to a person
    Retry      like Wait, for as long as it says, and longer with each time
    Unknown    like Wait; the step reads the world again when it is done again
    Refused    like Wait, until the step's patience ends; then handed over
    Poison     not caught, like what nobody foresaw: the lease is given back, and the message comes again until the host
               gives it up, into the quarantine
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.errors import Conflict, Refused, Retry, Unknown
from shared.model.audit import AuditKind
from shared.model.masters import MASTERS
from shared.model.operations import ENDS, Operation, OperationState, Plan, StepRecord, taken_note
from shared.policy.schema import ClusterPolicy
from shared.ports.queues import Queue
from shared.telemetry.traces import step_span

from .close import close
from .course import DISMISS, Step
from .hand import Hand, Stale
from .leases import give_lease_back, take_lease
from .master_hand import MasterHand
from .outcomes import Done, Failed, HandOver, Outcome, Wait, Withdraw
from .outside import Outside
from .plans import PLANS
from .reopen import note_refusal
from .rest import rest, rested, why_it_rests
from .second_asking import REFUSED_AGAIN, WAITING, ask_again

WORK = timedelta(
    seconds=25
)  # one invocation carries on no longer than this; half the lease stays for its last write
BLINK = timedelta(seconds=1)  # a message may come a moment before the wake time it was sent for
SILENCE = timedelta(hours=1)
ENDINGS = {
    Withdraw.__name__: OperationState.WITHDRAWN,
    Failed.__name__: OperationState.FAILED,
    HandOver.__name__: OperationState.HANDED_OVER,
}
BECAUSE = "because"  # the note of an operation that ends early: why
AFTER_UNKNOWN = timedelta(seconds=5)


class Wake(Struct, frozen=True):
    """The message of the operations queue: look at this operation."""

    cluster: str
    operation: str


async def resume(outside: Outside, cluster: ClusterPolicy, operation: str) -> None:
    """Carry the operation on. `Retry` when another worker holds it; nothing to do when it is over or not yet due."""
    kept = await outside.records.running_operation(cluster.name, operation)
    now = outside.clock.now()
    if kept is None or kept.value.wake_at > now + BLINK:
        return
    pool, why = cluster.pool(kept.value.pool), why_it_rests(cluster, kept.value)
    if pool is None or why is not None:
        await rest(outside, cluster, kept, why or "")
        return
    kind = MasterHand if pool.name == MASTERS else Hand
    hand = kind(outside, cluster, pool, rested(kept.value), kept.etag)
    await take_lease(hand, now)
    try:
        while await _carry_on(hand) and hand.now < now + WORK:
            pass
        if hand.operation.state is OperationState.RUNNING and hand.operation.lease is not None:
            await _wait(hand, Wait("more to do than one turn allows", timedelta(0)))
    except (Retry, Unknown, Refused):
        raise
    except Exception:
        await give_lease_back(hand)
        raise


async def _carry_on(hand: Hand) -> bool:
    """Do the current step once. True when there is more to do now."""
    step = PLANS[hand.operation.plan].step(hand.operation.step)
    outcome = await _attempt(hand, step)
    if not isinstance(outcome, Done):
        outcome = _without_patience(hand, step, outcome)
    if not isinstance(outcome, Done | Wait) and _is_to_be_undone(hand, outcome):
        return await _undo(hand, outcome)
    match outcome:
        case Done():
            return await _next(hand, step, outcome)
        case Wait():
            await _wait(hand, outcome)
        case _:
            await close(hand, ENDINGS[type(outcome).__name__], outcome.text)
    return False


def _is_to_be_undone(hand: Hand, outcome: Withdraw | Failed | HandOver) -> bool:
    """Whether something of ours has to be taken back before the operation ends.

    1. Nothing was done that could be, or it is ending at this moment, or its step is of another version: no.
    2. It is handed over after something final was done to a machine: no, a person is to find it as it is. But one that
       was to go only because its pool is to have fewer works, and stays when it can't be deleted: it gets tasks again.
    3. Otherwise: yes.
    """
    operation, course = hand.operation, PLANS[hand.operation.plan]
    if not course.early_end(operation) or ENDS in operation.notes or not course.knows(operation.step):
        return False
    if operation.plan is Plan.SHRINK and operation.step == DISMISS:
        return True
    return not isinstance(outcome, HandOver) or not course.has_place or course.is_untouched(operation)


async def _undo(hand: Hand, outcome: Withdraw | Failed | HandOver) -> bool:
    """Go on with taking back what was done; how the operation ends after that is noted."""
    first, now = PLANS[hand.operation.plan].early_end(hand.operation)[0], hand.now
    hand.tell(AuditKind.STEP, f"it ends here, what was done is put right: {outcome.text}")
    hand.note(ENDS, type(outcome).__name__)
    hand.note(BECAUSE, outcome.text)
    await hand.save(replace(hand.operation, step=first, step_since=now, attempt=0, token=None, wake_at=now))
    return True


async def _attempt(hand: Hand, step: Step) -> Outcome:
    """What comes before them, guards, then the step; errors become waits."""
    before = hand.operation
    try:
        if step.first is not None and hand.operation.token is None:
            ended = await step.first(hand)
            if ended is not None:
                return ended
        if step.guards and hand.operation.token is None:
            verdict = await ask_again(hand, step)
            if verdict is not None:
                return verdict
        return await step.do(hand)
    except Conflict:
        hand.forget_readings()
        return Wait("somebody else wrote first, read again", hand.later(), hand.operation.token)
    except Stale as error:
        hand.restore_notes(before)
        hand.forget_readings()
        return Wait(str(error), error.after)
    except Retry as error:
        return Wait(str(error), max(error.after, hand.later()), hand.operation.token, blind=True)
    except Unknown as error:
        hand.forget_readings()
        return Wait(str(error), max(AFTER_UNKNOWN, hand.later()))
    except Refused as error:
        note_refusal(hand, error.reason)
        hand.tell(AuditKind.REFUSED, str(error), reason=error.reason, numbers=error.numbers)
        return Wait(str(error), REFUSED_AGAIN)


def _without_patience(hand: Hand, step: Step, outcome: Outcome) -> Outcome:
    """A step that has waited for too long is handed over or has failed, with what it was waiting for. While nobody
    answers it may be over already, so that only a much longer silence needs a person."""
    patience = step.lasts(hand.operation, hand.pool)
    if isinstance(outcome, Wait) and outcome.blind:
        patience += SILENCE
    waits = isinstance(outcome, Wait) and not outcome.paused
    if waits and hand.now - hand.operation.step_since >= patience:
        return step.means(hand.operation)(
            f"{step.name} took longer than {patience.total_seconds():g} s: {outcome.text}"
        )
    return outcome


async def _next(hand: Hand, step: Step, outcome: Done) -> bool:
    operation, now = hand.operation, hand.now
    hand.tell(AuditKind.STEP, f"{step.name}: {outcome.text}")
    following, ends = PLANS[operation.plan].after(operation), operation.notes.get(ENDS)
    done = replace(
        operation,
        step=following or operation.step,
        step_since=now if following else operation.step_since,
        attempt=0,
        token=None,
        notes={**operation.notes, **outcome.notes},
        steps=_with_record(operation, StepRecord(step.name, operation.step_since, now, outcome.text)),
        wake_at=now,
    )
    hand.outside.telemetry.spans([step_span(operation, done.steps[-1])])
    hand.operation = (
        done  # kept with the next change of the world, wait or close; until then it can be done again
    )
    if ends is not None and following is None:
        await close(hand, ENDINGS[ends], operation.notes[BECAUSE])
    elif following is None:
        await close(hand, OperationState.DONE, outcome.text)
    return following is not None


def _with_record(operation: Operation, record: StepRecord) -> tuple[StepRecord, ...]:
    """A step that is repeated after a crash is recorded once."""
    return (*(one for one in operation.steps if one.step != record.step), record)


async def _wait(hand: Hand, outcome: Wait) -> None:
    operation = hand.operation
    if operation.notes.get(WAITING) != outcome.text:
        hand.tell(AuditKind.STEP, f"{operation.step} waits: {outcome.text}")
    notes = {**operation.notes, WAITING: outcome.text}
    if outcome.token is not None:
        notes.setdefault(taken_note(operation.step), hand.now.isoformat())
    waiting = replace(
        operation,
        step_since=hand.now if outcome.paused else operation.step_since,
        wake_at=hand.now + outcome.after,
        token=outcome.token,
        lease=None,
        attempt=operation.attempt + 1,
        notes=notes,
    )
    await hand.save(waiting)
    await send_wake(hand.outside, Wake(operation.cluster, operation.id), outcome.after)


async def send_wake(outside: Outside, wake: Wake, after: timedelta) -> None:
    """Have somebody look at the operation after a while."""
    await outside.queues.send(Queue.OPERATIONS, msgspec.json.encode(wake), after)
