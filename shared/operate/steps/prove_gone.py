"""Prove that the machine is gone: Azure, asked for this very instance, must not know it.

1. Azure knows the instance, with the same vmId: wait.
2. Azure knows it as another machine, or not at all: the machine is gone.
"""

from __future__ import annotations

from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait


async def prove_gone(hand: Hand) -> Outcome:
    subject = hand.operation.subject
    instance = await hand.outside.compute.instance(hand.cluster.address_of(hand.pool), subject.instance_id)
    if instance is not None and instance.vm_id == subject.vm_id:
        return Wait(
            f"Azure still knows it: {instance.provisioning.value}, {instance.power.value}", hand.again()
        )
    return Done("Azure does not know it any more")
