"""How large a pool is to be, remembered across losses.

Azure's capacity is not what is wanted: it falls by one with every instance that somebody deletes. So the ledger
remembers the wanted size, and a loss is repaired up to it. What changes it:

1. Nothing is remembered yet: what Azure says, unless that could not be read or is zero. Zero counts for a pool that may
   be empty by the policy, when no machine is listed either; should both be wrong, it is wanted larger by rule 2.
2. Azure's capacity is above it, by more than successors of ours that come before their nodes go, and those that came
   for nodes which stayed (`extra`): somebody grew the pool; that is wanted now. In both cases only when so many
   machines are listed too: one wrong number would be wanted for ever, with nothing that takes it back.
3. Azure's capacity is below it, somebody else was heard to write the set's capacity, nothing of ours is in flight, and
   no instance was heard to be deleted, now or of those that are still missing: somebody shrank the pool; that is
   wanted now, down to the policy's minimum.
4. The policy says that Azure's own autoscale moves the pool; its capacity is below the wanted size and within those
   bounds; exactly so many machines stay as the capacity says, so that as many went as it fell by; nothing of ours is
   in flight, and no instance was heard to be lost, now or of those that are still missing: Azure scaled in, and that
   is wanted now. A machine that failed is listed still, and one that somebody deleted or that was evicted is heard of.
5. Otherwise it stays.

The third and the fourth rule alone give up capacity. The third needs both a signal and a reading; the fourth two
readings that agree, and a policy that says who moves the size.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.model.azure import Provisioning
from shared.model.ledger import Ledger
from shared.model.readings import Failure
from shared.model.signals import LOSSES, Signal, SignalKind
from shared.model.snapshot import PoolReadings
from shared.policy.autoscale import AzureAutoscale


def wanted_size(
    readings: PoolReadings,
    ledger: Ledger,
    signals: Sequence[Signal],
    floor: int,
    autoscale: AzureAutoscale | None = None,
) -> int | None:
    """The size that the pool is to have. `signals` are those heard of this pool since the last pass, and the
    losses heard earlier of nodes that are still missing; `floor` is the policy's minimum."""
    if isinstance(readings.scale_set, Failure):
        return ledger.wanted
    capacity = readings.scale_set.value.capacity
    agreed = capacity <= _staying(readings)
    if ledger.wanted is None:
        return capacity if (agreed and capacity > 0) or (floor == 0 and is_empty(readings)) else None
    if capacity > ledger.wanted + ledger.surging + ledger.extra:
        return capacity - ledger.surging if agreed else ledger.wanted
    kinds = {signal.kind for signal in signals}
    if kinds & LOSSES or ledger.active:
        return ledger.wanted
    by_azure = autoscale is not None and autoscale.min <= capacity < min(ledger.wanted, autoscale.max + 1)
    if by_azure and 0 < capacity == _staying(readings):
        return capacity
    shrunk = SignalKind.POOL_RESIZED in kinds
    return min(ledger.wanted, max(capacity, floor)) if shrunk and capacity > 0 else ledger.wanted


def extra_machines(readings: PoolReadings, ledger: Ledger) -> int:
    """How many machines are there that came for nodes which stayed: no more than the pool has beyond what is wanted and
    what is under way, by Azure's size or by its list, whichever is larger."""
    if ledger.wanted is None or isinstance(readings.scale_set, Failure):
        return ledger.extra
    if isinstance(readings.instances, Failure):
        return ledger.extra
    there = max(readings.scale_set.value.capacity, _staying(readings))
    return min(ledger.extra, max(0, there - ledger.wanted - ledger.ahead))


def is_empty(readings: PoolReadings) -> bool:
    """Whether Azure says both that no machine is wanted of it and that it has none."""
    if isinstance(readings.scale_set, Failure) or isinstance(readings.instances, Failure):
        return False
    return readings.scale_set.value.capacity == 0 and not readings.instances.value


def _staying(readings: PoolReadings) -> int:
    """How many machines are listed and not about to go; none when they could not be read."""
    if isinstance(readings.instances, Failure):
        return 0
    return sum(one.provisioning is not Provisioning.DELETING for one in readings.instances.value)
