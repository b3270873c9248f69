"""Grow the pool to the size that it is to have. By level, not by one: what is wanted is in the ledger, together with
the successors that are to come before their nodes go (`surge`).

1. An order of ours is under way (its token is kept): look at it. In progress: wait. Preempted by a newer write: what
   is there is read again. Failed otherwise: hand over with Azure's reason.
2. The wanted size is not known, or the set has it already: nothing to order. Another operation's order, or somebody's
   decision to live with fewer, covers this one.
3. The wanted size is above the policy's maximum: up to the maximum.
4. Order it on the etag that was read, so that nobody else's write is undone.

Ordering the same size again after a crash orders nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.azure import ProgressState
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, HandOver, Outcome, Wait

PREEMPTED = "OperationPreempted"
SURGED = "surged"
"""The note that says that the pool was grown before the node goes."""


async def surge(hand: Hand) -> Outcome:
    """Grow by one for a node that still works, before it goes. That the pool may have one more is written into the
    ledger first, so that no pass takes it for somebody's decision."""
    mine = hand.operation.id
    hand.note(SURGED, "yes")
    await hand.books(lambda entry: replace(entry, surge=True) if entry.operation == mine else entry)
    return await grow(hand)


async def grow(hand: Hand) -> Outcome:
    address, compute = hand.cluster.address_of(hand.pool), hand.outside.compute
    if hand.operation.token is not None:
        progress = await compute.look(address, hand.operation.token)
        if progress.state is ProgressState.IN_PROGRESS:
            return Wait("Azure is growing the pool", hand.again(), hand.operation.token)
        if progress.state is ProgressState.SUCCEEDED:
            return Done("Azure has grown the pool")
        if progress.code != PREEMPTED:
            return HandOver(f"Azure could not grow the pool: {progress.code}: {progress.message}")
    kept = await hand.outside.records.ledgers.get(hand.cluster.name, hand.pool.name)
    level = kept.value.target if kept else None
    there = await compute.scale_set(address)
    target = min(level, hand.pool.capacity.max) if level is not None else there.capacity
    if there.capacity >= target:
        return Done(f"the set has its {target} already")
    await hand.about_to(f"growing {address.scale_set} from {there.capacity} to {target}")
    token = await compute.set_capacity(address, target, there.etag)
    return Wait(f"growth from {there.capacity} to {target} was ordered", hand.again(), token)
