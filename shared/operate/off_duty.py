"""Readings without bodies: failed machines that are kept for somebody to look at are as if they were gone. No I/O.

1. No instance of a body is listed, and no address of one.
2. The size of the set is smaller by the number of bodies, because Azure counts them.
3. But not smaller than the number of other machines that are listed, up to Azure's own number: a body that is being
   deleted is not counted by Azure any more, and must not make it look as if another machine were missing.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from shared.model.bodies import Body
from shared.model.ledger import Ledger
from shared.model.readings import Value
from shared.model.snapshot import PoolReadings, Snapshot


def on_duty(snapshot: Snapshot, ledgers: Mapping[str, Ledger]) -> Snapshot:
    """The snapshot without what is off duty by these ledgers."""
    pools = dict(snapshot.pools)
    for name, book in ledgers.items():
        bodies = [body for body in book.bodies if body.is_off_duty]
        if bodies and name in pools:
            pools[name] = _without(pools[name], bodies)
    return replace(snapshot, pools=pools)


def _without(readings: PoolReadings, bodies: list[Body]) -> PoolReadings:
    vms = {body.vm_id for body in bodies}
    scale_set, instances, addresses = readings.scale_set, readings.instances, readings.addresses
    if not isinstance(instances, Value):
        return readings
    hidden = {one.instance_id for one in instances.value if one.vm_id in vms}
    others = tuple(one for one in instances.value if one.instance_id not in hidden)
    if isinstance(addresses, Value):
        kept = {id: address for id, address in addresses.value.items() if id not in hidden}
        addresses = replace(addresses, value=kept)
    if isinstance(scale_set, Value):
        capacity = scale_set.value.capacity
        visible = max(capacity - len(bodies), min(capacity, len(others)))
        scale_set = replace(scale_set, value=replace(scale_set.value, capacity=visible))
    return PoolReadings(scale_set, replace(instances, value=others), addresses)
