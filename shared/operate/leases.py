"""Leases: one worker at a time is at work on an operation, and one that died is followed by another.

A lease is taken for a turn and given back with its end. It ends by itself for the sake of a worker that is gone. One
that is still there and failed in a way that nobody foresaw gives it back at once: else the message's next delivery
would find the operation held and count as done, so that work which always fails would never be called so.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from msgspec.structs import replace

from shared.errors import PoolkeeperError, Retry
from shared.model.audit import AuditKind
from shared.model.operations import Lease

from .hand import LEASE, Hand


async def take_lease(hand: Hand, now: datetime) -> None:
    """`Retry` when another worker holds it."""
    operation = hand.operation
    held, fence = operation.lease, operation.fence + 1
    if held is not None and held.expires_at > now:
        raise Retry(f"{held.owner} works on operation {operation.id}", held.expires_at - now)
    owner = f"{hand.outside.worker}/{next(hand.outside.turns)}"
    await hand.save(replace(operation, lease=Lease(owner, now + LEASE, fence), fence=fence))
    if held is not None:
        hand.tell(AuditKind.STEP, f"the lease of {held.owner} ran out and was taken over", fence=fence)


async def give_lease_back(hand: Hand) -> None:
    """After a failure that is none of ours: the row stays as it was last written, without the lease. Should that not
    succeed either, the lease ends by itself."""
    records, mine = hand.outside.records, hand.operation
    with suppress(PoolkeeperError):
        kept = await records.running_operation(mine.cluster, mine.id)
        if kept is not None and kept.value.lease is not None and kept.value.fence == mine.fence:
            await records.keep_operation(replace(kept.value, lease=None), kept.etag)
