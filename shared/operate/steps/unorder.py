"""Take back an order for one more machine that Azure had no room for. The set still says that it is to have it, and
would make it on the day on which there is room.

1. The set's size is not more than it is to be without this order: nothing to take back.
2. The machines cannot be read, or an order is under way: wait.
3. A machine that Azure listed and could not start is there: destroy it, by its id. The size falls with it.
4. More machines are there than the set is to have: nothing is taken back. A smaller size would let Azure choose which
   of them goes. Those that are being deleted are waited for: the order does not stay because of them.
5. Otherwise write the smaller size, on the etag that was read. No machine goes by that.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.azure import Provisioning
from shared.model.readings import Failure
from shared.operate.bodies import held_by_bodies
from shared.operate.hand import Hand
from shared.operate.homes import book_of
from shared.operate.outcomes import Done, Outcome, Wait

from .grow import never_started

DONE = "what was done was taken back"


async def set_may_be_larger(hand: Hand) -> bool:
    """Whether the set may have more than it is to have without this operation's order: by its size or by its list.
    Where the two do not agree, one of them is wrong."""
    mine, book = hand.operation.id, await book_of(hand.outside, hand.cluster.name, hand.pool)
    others = replace(book, active=tuple(entry for entry in book.active if entry.operation != mine))
    there = await hand.outside.compute.scale_set(hand.cluster.address_of(hand.pool))
    held = await held_by_bodies(hand.outside, hand.cluster, hand.pool)
    reading = (await hand.fresh())[0].situation.snapshot.pools[hand.pool.name].instances
    if others.target is None or isinstance(reading, Failure) or there.capacity <= 0:
        return True
    return max(there.capacity, len(reading.value)) > others.target + held


async def unorder(hand: Hand) -> Outcome:
    mine = hand.operation.id
    await hand.books(lambda entry: replace(entry, surge=False) if entry.operation == mine else entry)
    target = (await book_of(hand.outside, hand.cluster.name, hand.pool)).target
    address, compute = hand.cluster.address_of(hand.pool), hand.outside.compute
    there = await compute.scale_set(address)
    held = await held_by_bodies(hand.outside, hand.cluster, hand.pool)
    if target is None or there.capacity <= target + held:
        return Done(DONE)
    hand.forget_readings()
    picture, _ = await hand.fresh()
    reading = picture.situation.snapshot.pools[hand.pool.name].instances
    if isinstance(reading, Failure):
        return Wait(f"the machines cannot be read: {reading.why}", hand.again(), blind=True)
    if there.provisioning is Provisioning.UPDATING:
        return Wait(f"an order for {there.capacity} is under way", hand.again())
    unstarted = never_started(hand.pool.name, picture.situation.findings)
    if unstarted:
        await hand.about_to(
            f"destroying {', '.join(unstarted)} of {address.scale_set}, which Azure could not start"
        )
        token = await compute.destroy(address, unstarted)
        return Wait("what Azure could not start is being taken away", hand.again(), token)
    staying = sum(one.provisioning is not Provisioning.DELETING for one in reading.value)
    if staying > target:
        return Done(f"{staying} machines are there, nothing was taken back")
    if staying < len(reading.value):
        return Wait("machines are being deleted, and may count still", hand.again())
    size = target + held
    await hand.about_to(f"shrinking {address.scale_set} from {there.capacity} to the {size} that it has")
    token = await compute.set_capacity(address, size, there.etag)
    return Wait("the order that Azure had no room for is being taken back", hand.again(), token)
