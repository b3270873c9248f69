"""Grow the pool to the size that it is to have. By level, not by one: what is wanted is in the ledger, together with
the successors that are to come before their nodes go (`surge`).

1. An order of ours is under way (its token is kept): look at it. In progress: wait; but a growth of which more is
   wanted by now than it ordered does not wait for that: a newer write takes the place of one that Azure still works at,
   and what that has begun to make stays. Preempted by a newer write, or done: what is there is read, and when more is
   to be ordered the guards are asked once more before that. No room: rule 6. Failed otherwise: hand over with Azure's
   reason.
2. The wanted size is not known, or the set has it, up to the policy's maximum, and as many machines are there: done.
   Another operation's order, or somebody's decision to live with fewer, covers this one.
3. Machines are missing because somebody's order is under way: wait for it.
4. A machine that Azure listed and had no room to start is there: destroy it, by its id. It would keep its place.
5. Azure said that it has no room, and the back-off is not over: wait.
6. Order the size, and on top of it what bodies hold, on the etag that was read, so that nobody else's write is undone.
   When Azure has no room, or forbids it (a lock, a policy, a role that is missing), that is written into the ledger,
   and what follows depends on who asks: `grow` waits and tries again, because the machine is lost already; `surge`
   withdraws, because the node still works; `surge_ahead` goes on without.

Ordering the same size again orders what is missing of it, and after a crash nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.lessons import says_no_room, with_room, without_room
from shared.errors import Refused, Retry, Unknown
from shared.model.azure import Power, ProgressState, Provisioning, ScaleSet
from shared.model.ledger import Ledger, NoRoom
from shared.model.nodes import Condition, Finding
from shared.model.readings import Failure
from shared.model.remedies import Remedy
from shared.operate.bodies import held_by_bodies
from shared.operate.books import change_size
from shared.operate.hand import Hand
from shared.operate.homes import book_of
from shared.operate.outcomes import Done, HandOver, Outcome, Wait, Withdraw
from shared.operate.reopen import MAY_PASS, note_refusal

PREEMPTED = "OperationPreempted"
SURGED = "surged"
"""The note that says that the pool was grown before the node goes."""
IN_VAIN = "in vain"
"""What it says when Azure had no room."""
ROOM = "room"
"""The note that says whether Azure had room for what was ordered last: "yes", or in vain. That fewer are wanted by now
and are there says nothing about it."""
LEVEL = "level"
"""The note of a growth that says which size was wanted when it last ordered; empty while a machine is taken away."""
MORE = Wait("more is wanted by now than was ordered; the guards are asked before that is", timedelta(0))
ASKED_FIRST = Wait(
    "the last order is over and did not do; the guards are asked before the next", timedelta(0)
)


class Short(Struct, frozen=True):
    """Azure has no room now. `until` is when it may be asked again."""

    text: str
    until: datetime


async def grow(hand: Hand) -> Outcome:
    outcome = await _level(hand)
    return Wait(outcome.text, outcome.until - hand.now) if isinstance(outcome, Short) else outcome


async def surge(hand: Hand) -> Outcome:
    """Grow by one for a node that still works, before it goes. That the pool may have one more is written into the
    ledger first, so that no pass takes it for somebody's decision. A pool that has all that the policy allows gets its
    successor afterwards, as for a node that is dead."""
    if not await _plan_one_more(hand):
        return Done(
            f"the pool may have {hand.pool.capacity.max} at the most, its successor comes when it went"
        )
    outcome = await _level(hand)
    if isinstance(outcome, Short):
        hand.note(SURGED, IN_VAIN)
        return Withdraw(outcome.text)
    return outcome


async def surge_ahead(hand: Hand) -> Outcome:
    """The same for a node that has minutes or seconds left: order its successor, and wait for nothing. Whatever comes
    of it, its tasks are moved; `grow` comes back to it when the machine is gone. When that has gone already the pool is
    not to have one more: its successor is one of those that are wanted."""
    finding = (await hand.fresh())[0].findings.get(hand.operation.subject.node)
    if finding is None or finding.condition is Condition.GONE:
        return Done("it is gone already, its successor is ordered as for one that is dead")
    if not await _plan_one_more(hand):
        return Done(
            f"the pool may have {hand.pool.capacity.max} at the most, its successor comes when it went"
        )
    try:
        outcome = await _level(hand)
    except (Refused, Retry, Unknown) as error:
        return Done(f"its successor is left for later: {error}")
    return Done(f"its end does not wait: {outcome.text}")


async def _plan_one_more(hand: Hand) -> bool:
    """Whether the policy's maximum lets the pool have one more now; then it is written into the ledger."""
    mine, most = hand.operation.id, hand.pool.capacity.max
    await book_of(hand.outside, hand.cluster.name, hand.pool)

    def planned(book: Ledger) -> Ledger:
        entries = tuple(replace(one, surge=True) if one.operation == mine else one for one in book.active)
        larger = replace(book, active=entries)
        return book if larger.target is not None and larger.target > most else larger

    book = await change_size(hand.outside, hand.cluster.name, hand.pool, planned)
    if any(one.operation == mine and one.surge for one in book.active):
        hand.note(SURGED, "yes")
        return True
    return False


async def _level(hand: Hand) -> Outcome | Short:
    address, compute = hand.cluster.address_of(hand.pool), hand.outside.compute
    if hand.operation.token is not None:
        progress = await compute.look(address, hand.operation.token)
        if progress.state is ProgressState.IN_PROGRESS:
            return await _in_progress(hand)
        if progress.state is ProgressState.FAILED and progress.code != PREEMPTED:
            if says_no_room(progress.code, progress.message):
                return await no_room(hand, progress.code, progress.message)
            return HandOver(f"Azure could not grow the pool: {progress.code}: {progress.message}")
        if progress.state is ProgressState.SUCCEEDED:
            hand.note(ROOM, "yes")
        hand.forget_readings()
    book = await book_of(hand.outside, hand.cluster.name, hand.pool)
    there = await compute.scale_set(address)
    target = await _target(hand, book)
    size = target + (await held_by_bodies(hand.outside, hand.cluster, hand.pool) if book.bodies else 0)
    if there.capacity < size:
        return await _order(hand, book, there, size)
    picture, _ = await hand.fresh()
    reading = picture.situation.snapshot.pools[hand.pool.name].instances
    if isinstance(reading, Failure):
        return Wait(f"the machines cannot be read: {reading.why}", hand.again(), blind=True)
    unstarted = never_started(hand.pool.name, picture.situation.findings)
    staying = [one.provisioning for one in reading.value if one.provisioning is not Provisioning.DELETING]
    if len(staying) - len(unstarted) >= target:
        has_room = hand.operation.notes.get(ROOM) == "yes"
        if book.no_room is not None and has_room and Provisioning.CREATING not in staying:
            await change_size(hand.outside, hand.cluster.name, hand.pool, with_room)
        return Done(f"the set has its {target}")
    if there.provisioning is Provisioning.UPDATING:
        hand.forget_readings()
        return Wait(f"an order for {there.capacity} is under way", hand.again())
    if hand.operation.token is not None:
        return ASKED_FIRST
    if unstarted:
        await hand.about_to(
            f"destroying {', '.join(unstarted)} of {address.scale_set}, which Azure could not start"
        )
        hand.note(LEVEL, "")
        token = await compute.destroy(address, unstarted)
        return Wait("what Azure could not start is being taken away", hand.again(), token)
    return await _order(hand, book, there, size)


async def _in_progress(hand: Hand) -> Wait:
    """Rule 1. The note is of a growth alone: what a repair orders is one of many orders, each of which is placed by
    whoever needs it."""
    level = hand.operation.notes.get(LEVEL)
    if level:
        book = await book_of(hand.outside, hand.cluster.name, hand.pool)
        most = min(book.wanted or 0, hand.pool.capacity.max)
        if most > int(level) and (book.no_room is None or hand.now >= book.no_room.until):
            hand.forget_readings()
            return MORE
    return Wait("Azure is growing the pool", hand.again(), hand.operation.token)


async def _target(hand: Hand, book: Ledger) -> int:
    """The size that the pool is to have now, up to the policy's maximum. A successor is ordered ahead only of a node
    that is still there, seen after the set's size was read: of one that Azure has taken meanwhile it is among those
    that are wanted."""
    if book.target is None:
        return 0
    ahead = [one.node for one in book.active if one.surge and not one.leaving]
    gone = 0
    if ahead:
        hand.forget_readings()
        findings = (await hand.fresh())[0].findings
        gone = sum(_is_gone(findings.get(node)) for node in ahead)
    return min(book.target - gone, hand.pool.capacity.max)


def _is_gone(finding: Finding | None) -> bool:
    return finding is None or (finding.condition is Condition.GONE and finding.node.instance is None)


async def _order(hand: Hand, book: Ledger, there: ScaleSet, target: int) -> Outcome | Short:
    """Rules 5 and 6."""
    short = book.no_room
    if hand.operation.token is not None:
        return ASKED_FIRST
    if short is not None and hand.now < short.until:
        return Short(f"Azure has no room ({short.code}), it is asked again at {_time(short)}", short.until)
    address, compute = hand.cluster.address_of(hand.pool), hand.outside.compute
    if hand.operation.remedy is Remedy.GROW:
        hand.note(LEVEL, str(min(book.wanted or 0, hand.pool.capacity.max)))
    await hand.about_to(f"growing {address.scale_set} from {there.capacity} to {target}")
    try:
        token = await compute.set_capacity(address, target, there.etag)
    except Refused as refused:
        if not says_no_room(refused.reason) and refused.reason not in MAY_PASS:
            raise
        note_refusal(hand, refused.reason)
        return await no_room(hand, refused.reason, str(refused))
    return Wait(f"growth from {there.capacity} to {target} was ordered", hand.again(), token)


async def no_room(hand: Hand, code: str, message: str) -> Short:
    """Azure has just said so: it is written into the ledger, for all who need room. When nobody knows whether that was
    written, Azure's answer is asked for again (`Retry` keeps its token): nothing is ordered a second time for it."""
    where = hand.cluster.name, hand.pool
    hand.note(ROOM, IN_VAIN)
    try:
        book = await change_size(hand.outside, *where, lambda old: without_room(old, code, hand.now))
    except Unknown as error:
        raise Retry(str(error), timedelta(seconds=1)) from error
    short = book.no_room
    if short is None:
        raise Unknown(f"whether Azure has room in pool {hand.pool.name}")
    hand.forget_readings()
    return Short(f"Azure has no room: {code}: {message}; it is asked again at {_time(short)}", short.until)


def never_started(pool: str, findings: Iterable[Finding]) -> list[str]:
    """The ids of the machines of the pool that Azure lists and had no room to start: they do not run and never had an
    agent, so that there is nothing in them."""
    return [
        finding.node.instance.instance_id
        for finding in findings
        if finding.node.pool == pool
        and finding.node.instance is not None
        and finding.node.instance.provisioning is Provisioning.FAILED
        and finding.node.instance.power is not Power.RUNNING
        and says_no_room(finding.node.instance.failure)
        and finding.node.agent is None
        and (finding.node.memory is None or finding.node.memory.joined_at is None)
    ]


def _time(short: NoRoom) -> str:
    return f"{short.until:%H:%M:%S} UTC"
