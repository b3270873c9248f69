"""Destroy the machine, by instance id, if there is one left. Irreversible.

1. A deletion is under way (its token is kept): look at it. In progress: wait. Failed: hand over with Azure's reason.
2. Azure does not know the instance: there is nothing to destroy.
3. The instance is another machine than the one that was proved dead (its vmId differs): hand over, touch nothing.
4. Azure is deleting it already: wait.
5. Delete exactly this instance and keep the token.

In 2, 4 and 5 the ledger says first that it leaves: from then on its successor is among those that are wanted.

A crash between the request and the keeping of its token leads to 2, 4 or once more to 5; deleting an instance twice
deletes one instance.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.azure import ProgressState, Provisioning
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, HandOver, Outcome, Wait
from shared.operate.reopen import note_refusal

DESTROYING = "destroying"
"""The note that says that the order was about to be given, and when: from then on the machine may be going."""


async def destroy(hand: Hand) -> Outcome:
    subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
    compute = hand.outside.compute
    ordered = await deletion_ordered(hand)
    if ordered is not None:
        return ordered
    instance = await compute.instance(address, subject.instance_id)
    mine = hand.operation.id
    if instance is None or instance.vm_id == subject.vm_id:
        await hand.books(lambda entry: replace(entry, leaving=True) if entry.operation == mine else entry)
    if instance is None:
        return Done("there is nothing to destroy, Azure does not know it any more")
    if instance.vm_id != subject.vm_id:
        return HandOver(
            f"instance {subject.instance_id} is another machine now ({instance.vm_id}); it was not touched"
        )
    if instance.provisioning is Provisioning.DELETING:
        return Wait("Azure is deleting it already", hand.again())
    hand.note(DESTROYING, hand.now.isoformat())
    await hand.about_to(f"destroying instance {subject.instance_id} of {address.scale_set}")
    token = await compute.destroy(address, [subject.instance_id])
    return Wait("its deletion was ordered", hand.again(), token)


async def deletion_ordered(hand: Hand) -> Outcome | None:
    """Rule 1: what became of the deletion whose token is kept; None where none is."""
    token = hand.operation.token
    if token is None:
        return None
    progress = await hand.outside.compute.look(hand.cluster.address_of(hand.pool), token)
    if progress.state is ProgressState.IN_PROGRESS:
        return Wait("Azure is deleting it", hand.again(), token)
    if progress.state is ProgressState.FAILED:
        note_refusal(hand, progress.code)
        return HandOver(f"Azure could not delete it: {progress.code}: {progress.message}")
    return Done("Azure deleted it")
