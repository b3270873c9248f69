"""Grow a pool that is to have more: write down the size that is wanted, order it, wait until all have joined.

`enlarge` writes the size into the ledger, by readings of now:

1. It is wanted already, because a crash came between, or somebody else was faster: go on. What is wanted is ordered.
2. It was decided minutes ago, nothing says any more which size the pool is to have, what it follows cannot be read, or
   it is to have no more by now: withdraw. The next look decides anew.
3. A guard refuses: withdraw.
4. Otherwise what was decided is wanted from now on, within the bounds of now. From here on all who look at the pool see
   what is missing, and `grow.py` orders it as for a lost node, by level.

`trim` takes back what Azure had no room for, when fewer are wanted by now (`unorder.py`). No machine goes by that.

`await_members` is over when as many are there as are wanted and each of them has joined once:

5. More is wanted by now than is there: it is ordered, and the time in which they have to join begins anew.
6. The pool or the masters cannot be read: wait.
7. A machine has not joined yet: wait. Those that have joined and were lost since are incidents of their own.

8. Azure could not carry the order out, and a person is called (`give_up`): what is not there is not wanted any more,
   and its order is taken back, so that the pool's numbers agree again and what fails in it is repaired meanwhile.

One that was begun for the sake of the spread (`decide/even.py`) has rules of its own in the place of 2 to 4:

9. Anything else goes on in the pool by now, or a guard refuses that would not have one go: withdraw. Otherwise the pool
   is wanted with one more, and in the same write of the ledger stands that one is to go again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from shared.decide.even import against_one_more
from shared.decide.sizes import Sized
from shared.guards import TO_ENLARGE, TO_SPREAD, ask, refusals
from shared.model.azure import ProgressState, Provisioning
from shared.model.ledger import Ledger
from shared.model.nodes import Finding
from shared.model.readings import Failure
from shared.operate.books import change_size
from shared.operate.growth import AIM, MISPLACED, add_one_more, raise_to
from shared.operate.hand import Hand
from shared.operate.homes import book_of
from shared.operate.outcomes import Done, Outcome, Wait, Withdraw
from shared.operate.recall import Recalled
from shared.scale.rule import UNREAD

from .grow import grow, never_started
from .unorder import unorder

STANDS = timedelta(minutes=10)
RAISED = "raised"
"""The note that says that a larger size was about to be written: from then on it has to be ordered or given up."""


async def enlarge(hand: Hand) -> Outcome:
    operation, aim = hand.operation, int(hand.operation.notes[AIM])
    book = await book_of(hand.outside, hand.cluster.name, hand.pool)
    if book.wanted is None or aim <= book.wanted:
        return Done(f"{book.wanted} nodes are wanted already")
    if hand.now - operation.created_at > STANDS:
        return Withdraw("it was decided too long ago, and is decided anew")
    sized = await hand.sized()
    if sized is None:
        return Withdraw("nothing says any more which size the pool is to have")
    if sized.wanted.reason in UNREAD:
        return Withdraw(sized.wanted.because)
    if MISPLACED in operation.notes:
        return await _add_one_more(hand, sized, aim)
    aim = min(aim, sized.bounds.ceiling.nodes)
    if aim <= book.wanted:
        return Withdraw(f"{aim} nodes may be there at the most by now")
    for no in refusals(ask(await hand.question(), TO_ENLARGE)):
        return Withdraw(f"refused by {no.guard} ({no.reason})")
    hand.note(RAISED, str(aim))
    await hand.about_to(f"{aim} nodes and not {book.wanted} are wanted from now on")
    await raise_to(hand.outside, hand.cluster.name, hand.pool, aim)
    return Done(f"{aim} nodes are wanted")


async def _add_one_more(hand: Hand, sized: Sized, aim: int) -> Outcome:
    """Rule 9."""
    picture, _ = await hand.fresh()
    against = against_one_more(picture.situation, sized)
    if against:
        return Withdraw(f"it is not evened out now: {against}")
    for no in refusals(ask(await hand.question(), TO_SPREAD)):
        return Withdraw(f"refused by {no.guard} ({no.reason})")
    hand.note(RAISED, str(aim))
    await hand.about_to(f"{aim} nodes are wanted for the sake of the spread, until one goes again")
    misplaced = int(hand.operation.notes[MISPLACED])
    book = await add_one_more(hand.outside, hand.cluster.name, hand.pool, aim, misplaced, hand.now)
    if book.wanted is None or book.wanted < aim:
        return Withdraw(f"{book.wanted} nodes are wanted by now")
    return Done(f"{aim} nodes are wanted, one of them for the sake of the spread")


async def trim(hand: Hand) -> Outcome:
    if hand.operation.token is not None:
        address = hand.cluster.address_of(hand.pool)
        progress = await hand.outside.compute.look(address, hand.operation.token)
        if progress.state is ProgressState.IN_PROGRESS:
            return Wait("an order is being taken back", hand.again(), hand.operation.token)
        hand.forget_readings()
    outcome = await unorder(hand)
    return Done("no order is left that nobody wants") if isinstance(outcome, Done) else outcome


async def give_up(hand: Hand) -> Outcome:
    """Rule 8."""
    picture, recalled = await hand.fresh()
    pool = picture.situation.snapshot.pools[hand.pool.name].instances
    if isinstance(pool, Failure):
        return Wait(f"the machines cannot be read: {pool.why}", hand.again(), blind=True)
    machines = [one for one in picture.situation.findings if one.node.pool == hand.pool.name]
    unstarted = len(never_started(hand.pool.name, machines))
    there = _there(machines) + _missing(machines) - unstarted

    def lowered(book: Ledger) -> Ledger:
        size = max(there - _successors(book, recalled), hand.pool.capacity.min)
        return replace(book, wanted=size) if book.wanted is not None and book.wanted > size else book

    await change_size(hand.outside, hand.cluster.name, hand.pool, lowered)
    return await trim(hand)


async def await_members(hand: Hand) -> Outcome:
    book = await book_of(hand.outside, hand.cluster.name, hand.pool)
    picture, _ = await hand.fresh()
    snapshot = picture.situation.snapshot
    pool = snapshot.pools[hand.pool.name]
    for reading in (pool.instances, pool.addresses, snapshot.scheduler):
        if isinstance(reading, Failure):
            return Wait(f"the pool cannot be read: {reading.why}", hand.again(), blind=True)
    machines = [one for one in picture.situation.findings if one.node.pool == hand.pool.name]
    there = [one for one in machines if _is_there(one)]
    if book.target is not None and len(there) + _missing(machines) < min(book.target, hand.pool.capacity.max):
        ordered = await grow(hand)
        if not isinstance(ordered, Done):
            return _anew(ordered)
    young = [one.node.name for one in there if not _has_joined(one)]
    if young:
        return Wait(f"{len(young)} of {len(there)} machines have not joined yet", hand.again())
    return Done(f"all {len(there)} machines have joined")


def _successors(book: Ledger, recalled: Recalled) -> int:
    """How many machines have come for nodes that are there still: they are in no size that is wanted."""
    ahead = {entry.operation for entry in book.active if entry.surge and not entry.leaving}
    of_surges = (kept.value for id, kept in recalled.operations.items() if id in ahead)
    claimed = {kept.value.replaces for kept in recalled.inventory.values()}
    return sum(one.id in claimed or any(record.step == "surge" for record in one.steps) for one in of_surges)


def _anew(ordered: Outcome) -> Outcome:
    """Rule 5: while it is ordered the patience does not run."""
    return replace(ordered, paused=True) if isinstance(ordered, Wait) else ordered


def _has_joined(finding: Finding) -> bool:
    memory = finding.node.memory
    return finding.is_connected or (memory is not None and memory.joined_at is not None)


def _is_there(finding: Finding) -> bool:
    instance = finding.node.instance
    return instance is not None and instance.provisioning is not Provisioning.DELETING


def _there(machines: Sequence[Finding]) -> int:
    return sum(_is_there(one) for one in machines)


def _missing(machines: Sequence[Finding]) -> int:
    """Of those repair takes care."""
    return sum(one.node.instance is None for one in machines)
