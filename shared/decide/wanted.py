"""How large a pool is to be, remembered across losses.

Azure's capacity is not what is wanted: it falls by one with every instance that somebody deletes. So the ledger
remembers the wanted size, and a loss is repaired up to it. What changes it:

1. Nothing is remembered yet: what Azure says, unless that is zero or could not be read.
2. Azure's capacity is above it, by more than successors of ours that come before their nodes go: somebody grew the
   pool; that is wanted now.
3. Azure's capacity is below it, somebody else was heard to write the set's capacity, nothing of ours is in flight, and
   no instance was heard to be deleted, now or of those that are still missing: somebody shrank the pool; that is
   wanted now, down to the policy's minimum.
4. Otherwise it stays.

The third rule is the only one that gives up capacity, and needs both a signal and a reading.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.model.ledger import Ledger
from shared.model.readings import Failure
from shared.model.signals import LOSSES, Signal, SignalKind
from shared.model.snapshot import PoolReadings


def wanted_size(readings: PoolReadings, ledger: Ledger, signals: Sequence[Signal], floor: int) -> int | None:
    """The size that the pool is to have. `signals` are those heard of this pool since the last pass, and the
    losses heard earlier of nodes that are still missing; `floor` is the policy's minimum."""
    if isinstance(readings.scale_set, Failure):
        return ledger.wanted
    capacity = readings.scale_set.value.capacity
    if ledger.wanted is None:
        return capacity if capacity > 0 else None
    if capacity > ledger.wanted + ledger.surging:
        return capacity - ledger.surging
    kinds = {signal.kind for signal in signals}
    shrunk = SignalKind.POOL_RESIZED in kinds and not kinds & LOSSES and not ledger.active
    return min(ledger.wanted, max(capacity, floor)) if shrunk and capacity > 0 else ledger.wanted
