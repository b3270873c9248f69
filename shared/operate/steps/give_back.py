"""Take back what can be taken back, when an operation ends before its end: the node gets tasks again, and the machine
that came for it goes again.

1. The empty machine's deletion, or the taking back of its order, is under way: look at it until it is over.
2. New tasks were stopped by us: reactivate the agent, or take its machine out of the maintenance window, or bring it up
   when it was taken down. Masters that do not know the agent any more have nothing to take back; while a new leader
   waits for it, it is not known to it and barred all the same: wait too. What was about to be destroyed, and Azure is
   deleting or does not know any more, gets none.
3. The pool was grown for it and nothing has joined yet: wait for it. Shrinking the set would let Azure choose a victim.
   But when Azure had no room for it, take its order back (`unorder.py`); and when the set is no larger after some
   minutes, the order was never taken, and nothing comes.
4. A machine has joined in the node's place: send it away again (`send_away.py`), if nothing runs on it.

Nothing here touches the node itself.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.errors import Refused
from shared.model.azure import ProgressState, Provisioning
from shared.model.mesos import SchedulerState
from shared.model.operations import SURPLUS
from shared.model.readings import Failure
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait

from .await_join import REPLACEMENT, await_join
from .destroy import DESTROYING
from .grow import IN_VAIN, SURGED
from .send_away import TAKEN_BACK, send_away
from .stop_new_tasks import STOPPED
from .take_down import TAKEN_DOWN
from .unorder import set_may_be_larger, unorder

AGAIN = timedelta(seconds=15)
SHOWS = timedelta(minutes=5)
"""An order whose answer was lost is seen in the set's size by then."""
ACTIVE_AGAIN = "active_again"


async def give_back(hand: Hand) -> Outcome:
    if hand.operation.token is not None:
        progress = await hand.outside.compute.look(hand.cluster.address_of(hand.pool), hand.operation.token)
        if progress.state is ProgressState.IN_PROGRESS:
            return Wait("Azure is taking back what came for it", hand.again(), hand.operation.token)
        if SURPLUS not in hand.operation.notes:
            return Done(TAKEN_BACK)
    picture, _ = await hand.fresh()
    scheduler = picture.situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    if (
        STOPPED in hand.operation.notes
        and ACTIVE_AGAIN not in hand.operation.notes
        and not await _is_going(hand)
    ):
        is_barred = hand.operation.notes[STOPPED] == "agent"
        if is_barred and hand.operation.subject.agent_id in scheduler.value.recovered:
            return Wait("its agent has not come back to the new leader yet", AGAIN, blind=True)
        await _let_tasks_in(hand, scheduler.value)
        await _count_it_again(hand)
    notes = hand.operation.notes
    if notes.get(SURGED) == IN_VAIN:
        return await unorder(hand)
    if SURGED in notes and REPLACEMENT not in notes:
        joined = await await_join(hand)
        if not isinstance(joined, Done) and await _was_not_taken(hand):
            return Done(TAKEN_BACK)
        if not isinstance(joined, Done) or REPLACEMENT not in joined.notes:
            return joined
        hand.note(REPLACEMENT, joined.notes[REPLACEMENT])
    return await _without_surplus(hand, scheduler.value)


async def _count_it_again(hand: Hand) -> None:
    """In the ledger it may be on its way out already. It stays, and what came for it is one more than is wanted."""
    mine = hand.operation.id
    await hand.books(
        lambda entry: replace(entry, leaving=False) if entry.operation == mine and entry.surge else entry
    )


async def _was_not_taken(hand: Hand) -> bool:
    """Whether the order surely was not taken; then the pool is not to have one more any longer."""
    shows = min(SHOWS, hand.pool.repair.join_timeout / 2)
    if hand.now - hand.operation.step_since < shows or await set_may_be_larger(hand):
        return False
    mine = hand.operation.id
    await hand.books(lambda entry: replace(entry, surge=False) if entry.operation == mine else entry)
    return True


async def _is_going(hand: Hand) -> bool:
    subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
    if DESTROYING not in hand.operation.notes:
        return False
    instance = await hand.outside.compute.instance(address, subject.instance_id)
    is_there = instance is not None and instance.vm_id == subject.vm_id
    return not is_there or (instance is not None and instance.provisioning is Provisioning.DELETING)


async def _let_tasks_in(hand: Hand, state: SchedulerState) -> None:
    """Rule 2. Doing it again does no harm."""
    subject = hand.operation.subject
    masters = hand.outside.scheduler_of(hand.cluster)
    name, address = subject.hostname or subject.address or "", subject.address or ""
    try:
        if hand.operation.notes[STOPPED] == "agent" and subject.agent_id is not None:
            await hand.about_to(f"reactivating agent {subject.agent_id}")
            await masters.reactivate(subject.agent_id)
        elif TAKEN_DOWN in hand.operation.notes:
            await hand.about_to(f"bringing machine {name} ({address}) up in Mesos")
            await masters.machine_up(name, address)
        else:
            await hand.about_to(f"taking {name} ({address}) out of its maintenance window")
            await masters.unschedule_maintenance(name, address)
    except Refused:
        if state.agent(subject.agent_id) is not None:
            raise
    hand.note(ACTIVE_AGAIN, "yes")


async def _without_surplus(hand: Hand, state: SchedulerState) -> Outcome:
    """Rule 4."""
    name = hand.operation.notes.get(REPLACEMENT)
    if name is None or SURGED not in hand.operation.notes:
        return Done(TAKEN_BACK)
    return await send_away(hand, name, state)
