"""Prove that the machine is gone: Azure, asked for this very instance, must not know it.

1. Azure knows the instance, with the same vmId: wait. When it is kept as a body it has to be powered off.
2. Azure knows it as another machine, or not at all: the machine is gone.
"""

from __future__ import annotations

from shared.operate.bodies import STOPPED
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait

from .keep_body import BODY


async def prove_gone(hand: Hand) -> Outcome:
    subject = hand.operation.subject
    instance = await hand.outside.compute.instance(hand.cluster.address_of(hand.pool), subject.instance_id)
    kept = hand.operation.notes.get(BODY) == "kept"
    if kept and instance is not None and instance.power in STOPPED:
        return Done("it is kept, powered off and off duty")
    if instance is not None and instance.vm_id == subject.vm_id:
        return Wait(
            f"Azure still knows it: {instance.provisioning.value}, {instance.power.value}", hand.again()
        )
    return Done("Azure does not know it any more")
