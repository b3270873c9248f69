"""Send a machine away that works, because its pool is to have fewer. It is destroyed by its id; the size of the set is
never lowered for it, because Azure would choose who goes.

That it is one too many is asked anew, by readings of now, before it is emptied, while that goes on, and just before it
goes (`against`). As long as the pool is wanted with it, it can be given back, and what was moved stays where it is:

1. What the pool follows cannot be read: `prove_surplus` withdraws, as nothing was done; later steps wait.
2. Nothing says any more that the pool is to have another size: withdraw.
3. It is not one too many any more, or others need it because they are ill (`guards/spare.py`), or something has
   started there meanwhile of which nobody can say whether it may be moved (`decide/unasked.py`): withdraw.

That is asked before the guards (`give_way`): what they refuse, a pause or a storm, may hold for hours.

`dismiss` is what cannot be undone:

4. A deletion is under way (its token is kept): look at it. Failed: hand over with Azure's reason. The machine works
   on, and is tried again later, whatever the reason was.
5. It was not counted out yet, and is not well by now: withdraw, what is ill is repair's business. Has something started
   on it since it was emptied: it is emptied once more.
6. Azure does not know it, or is deleting it, or it is another machine by now: as in `destroy.py`.
7. Count it out: in one change of the ledger the pool is wanted one smaller, and its entry says that it leaves. A crash
   after that finds the entry as it is, and does not count it out again. Never below the hard minimum, nor below what is
   wanted at that moment: withdraw.
8. It was counted out at an earlier look, and Azure is not deleting it yet: rules 1 to 3 once more, for others may have
   fallen ill since. Who withdraws then is counted again.
9. Masters that cannot bar it otherwise take its agent down first (`take_down.py`), so that nothing runs on it.
10. Delete exactly this instance and keep the token.

Those of 7 whose deletion Azure refuses are still there when their operation ends: then Azure's size is above what is
wanted, and that is wanted again (`decide/wanted.py`).
"""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from shared.decide.unasked import unasked_on
from shared.guards import TO_SHRINK, refusals, spare
from shared.guards.place import MARATHON
from shared.model.azure import Provisioning
from shared.model.ledger import Disruption, Ledger
from shared.model.nodes import Condition
from shared.model.readings import Failure
from shared.operate.books import change_size
from shared.operate.hand import Hand
from shared.operate.homes import book_of
from shared.operate.outcomes import Done, HandOver, Outcome, Wait, Withdraw
from shared.operate.reopen import REFUSED
from shared.scale.rule import UNREAD

from .destroy import DESTROYING, deletion_ordered
from .move_tasks import AGAIN, move_tasks
from .take_down import take_down
from .verify import task_name

TO_LET_GO = tuple(guard for guard in TO_SHRINK if guard is not spare.ask)
"""What is asked before each step. That it is one too many the steps ask by themselves: when it is not any more it does
not wait, it is given back."""


async def prove_surplus(hand: Hand) -> Outcome:
    finding = await hand.finding()
    if finding is None or finding.condition is not Condition.SURPLUS:
        return Withdraw(
            f"it is {finding.condition.value} now: {finding.because}" if finding else "it is gone"
        )
    no = await against(hand)
    if isinstance(no, Wait):
        return Withdraw(no.text)
    return no or Done("it is one too many")


async def empty(hand: Hand) -> Outcome:
    return await against(hand) or await move_tasks(hand)


async def dismiss(hand: Hand) -> Outcome:
    subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
    compute = hand.outside.compute
    ordered = await deletion_ordered(hand)
    if isinstance(ordered, HandOver):
        hand.note(REFUSED, ordered.text)
    if ordered is not None:
        return ordered
    is_counted_out = await _is_counted_out(hand)
    if not is_counted_out:
        no = await _stays(hand) or await _not_empty(hand)
        if no is not None:
            return no
    instance = await compute.instance(address, subject.instance_id)
    if instance is not None and instance.vm_id != subject.vm_id:
        return HandOver(
            f"instance {subject.instance_id} is another machine now ({instance.vm_id}); it was not touched"
        )
    if not is_counted_out:
        hand.note(DESTROYING, hand.now.isoformat())
        await hand.about_to(f"giving up instance {subject.instance_id} of {address.scale_set}")
        if not await _count_out(hand):
            return Withdraw("the pool is wanted as small as it may be without it")
    if instance is None:
        return Done("there is nothing to destroy, Azure does not know it any more")
    if instance.provisioning is Provisioning.DELETING:
        return Wait("Azure is deleting it already", hand.again())
    if is_counted_out:
        no = await against(hand)
        if no is not None:
            return no
    down = await take_down(hand)
    if down is not None:
        return down
    left = await _left(hand)
    await hand.about_to(f"destroying instance {subject.instance_id} of {address.scale_set}: {left}")
    token = await compute.destroy(address, [subject.instance_id])
    return Wait("its deletion was ordered", hand.again(), token)


async def verify_moved(hand: Hand) -> Outcome:
    """That every application of Marathon of which a task ran there has as many that are up as it had, or as many as it
    wants by now. What other frameworks ran there ends by itself, or they say that they are at rest."""
    subject = hand.operation.subject
    if not subject.tasks:
        return Done("nothing ran on it")
    work, scheduler = await hand.work(), (await hand.fresh())[0].situation.snapshot.scheduler
    if isinstance(work, Failure) or isinstance(work.value.apps, Failure) or isinstance(scheduler, Failure):
        return Wait("what runs there cannot be read", hand.again(), blind=True)
    frameworks = scheduler.value.frameworks
    had: Counter[str] = Counter()
    for key, count in subject.tasks.items():
        framework, _, name = key.partition(":")
        if framework in frameworks and frameworks[framework].name == MARATHON:
            had[name] += count + subject.elsewhere.get(key, 0)
    missing = [
        app.id
        for app in work.value.run_specs
        if sum(task.is_up for task in app.tasks) < min(app.wanted, had[task_name(app.id)])
    ]
    if missing:
        return Wait(f"not up again: {', '.join(missing)[:400]}", hand.again())
    return Done("what ran on it is up elsewhere")


async def against(hand: Hand) -> Outcome | None:
    """Rules 1 to 3; None when it may go."""
    sized = await hand.sized()
    if sized is None:
        return Withdraw("nothing says any more that its pool is to have fewer")
    if sized.wanted.reason in UNREAD:
        return Wait(sized.wanted.because, AGAIN, blind=True)
    strange = await _unasked(hand)
    if strange:
        return Withdraw(f"{strange} runs a task there, and is asked by nobody whether it may be moved")
    for no in refusals([spare.ask(await hand.question())]):
        return Withdraw(f"it is needed ({no.reason}): {sized.nodes} are to be there, {sized.wanted.because}")
    return None


async def _unasked(hand: Hand) -> str:
    finding, (picture, _) = await hand.finding(), await hand.fresh()
    agent = finding.node.agent if finding is not None else None
    return unasked_on(picture.situation, agent) if agent is not None else ""


async def give_way(hand: Hand) -> Outcome | None:
    """Rules 2 and 3 before the guards: while one of those refuses, for hours perhaps, a machine that is needed again
    does not wait for that to be given back."""
    if await _is_counted_out(hand):
        return None
    no = await against(hand)
    return no if isinstance(no, Withdraw) else None


async def _stays(hand: Hand) -> Outcome | None:
    """Rules 1 to 3 and 5."""
    finding = await hand.finding()
    if finding is not None and finding.blind:
        return Wait(f"whether it works is not known: {finding.because}", AGAIN, blind=True)
    if finding is None or finding.condition is not Condition.SURPLUS:
        return Withdraw(
            f"it is {finding.condition.value} now: {finding.because}" if finding else "it is gone"
        )
    return await against(hand)


async def _not_empty(hand: Hand) -> Outcome | None:
    """Rule 5, where nothing but us keeps tasks away from it."""
    moved = await move_tasks(hand)
    return None if isinstance(moved, Done) else moved


async def _left(hand: Hand) -> str:
    """What still runs on it: only what need not start elsewhere, like what runs once on every agent."""
    scheduler = (await hand.fresh())[0].situation.snapshot.scheduler
    agent = None if isinstance(scheduler, Failure) else scheduler.value.agent(hand.operation.subject.agent_id)
    tasks = sum(len(ids) for ids in agent.task_ids.values()) if agent is not None and agent.active else 0
    return f"{tasks} tasks that need not move go with it" if tasks else "it is empty"


async def _is_counted_out(hand: Hand) -> bool:
    book = await book_of(hand.outside, hand.cluster.name, hand.pool)
    return any(_is_leaving(entry, hand) for entry in book.active)


def _is_leaving(entry: Disruption, hand: Hand) -> bool:
    return entry.operation == hand.operation.id and entry.leaving


async def _count_out(hand: Hand) -> bool:
    """Rule 7. Whether it is counted out, by this call or by one before a crash."""
    sized = await hand.sized()
    least = max(hand.pool.capacity.min, sized.nodes if sized is not None else 0)

    def counted_out(book: Ledger) -> Ledger:
        mine = next((one for one in book.active if one.operation == hand.operation.id), None)
        if mine is None or mine.leaving or book.wanted is None or book.wanted - 1 < least:
            return book
        gone = replace(mine, surge=True, leaving=True)
        active = tuple(gone if one is mine else one for one in book.active)
        return replace(book, wanted=book.wanted - 1, active=active)

    book = await change_size(hand.outside, hand.cluster.name, hand.pool, counted_out)
    return any(_is_leaving(entry, hand) for entry in book.active)
