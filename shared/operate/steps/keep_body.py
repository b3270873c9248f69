"""Take the machine away: destroy it, or where the policy says so, keep its body for somebody to look at.

It is kept when the policy wants that (`repair.keep_body`), fewer than `repair.keep_most` of the pool are kept already,
Azure has room for another machine, and there is something to be looked at: a machine that is neither deallocated nor
being deleted, and whose host is not the one that fails. Otherwise it is destroyed (`destroy`).

1. Take one of the places for bodies in the ledger, and have the machine powered off. From here on the operation goes on
   and is not withdrawn, because the machine is not as it was.
2. It could not be powered off: give the place back and destroy it after all.
3. Have it protected from scaling in and from actions on the whole set. What Azure says to that is told, and does not
   stop it.
4. Write down that it is off duty (`shared/operate/bodies.py`): for all that follows it is gone.

A crash anywhere leads back to a look at the machine: what is done already is not done again.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.errors import Refused
from shared.model.audit import AuditKind
from shared.model.azure import Instance, Power, ProgressState, Provisioning
from shared.model.bodies import Body
from shared.model.ledger import Ledger
from shared.model.nodes import Condition
from shared.operate.bodies import STOPPED, let_body_go
from shared.operate.books import change
from shared.operate.hand import MOVING, Hand
from shared.operate.outcomes import Done, HandOver, Outcome, Wait

from .destroy import destroy

BODY = "body"
"""The note that says how far it is: `off`, `protect`, `kept`, or `no` when it is destroyed after all."""
GOING = frozenset({Power.DEALLOCATED, Power.DEALLOCATING})


async def take_away(hand: Hand) -> Outcome:
    how = hand.operation.notes.get(BODY)
    if how == "no" or (how is None and hand.operation.token is not None):
        return await destroy(hand)
    subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
    if how is not None and hand.operation.token is not None:
        return await _look(hand, how)
    instance = await hand.outside.compute.instance(address, subject.instance_id)
    if instance is None or instance.vm_id != subject.vm_id:
        return await destroy(hand)
    if how == "protect":
        return await _off_duty(hand)
    if how == "off" and instance.power in STOPPED:
        return await _protect(hand)
    if how is None and not await _is_to_be_kept(hand, instance):
        return await destroy(hand)
    return await _power_off(hand)


async def _is_to_be_kept(hand: Hand, instance: Instance) -> bool:
    """Whether it is to be kept, with its place taken in the ledger."""
    span, picture = hand.pool.repair.keep_body, (await hand.fresh())[0]
    finding = picture.findings.get(hand.operation.subject.node)
    if span is None or instance.power in GOING or instance.provisioning is Provisioning.DELETING:
        return False
    if finding is not None and finding.condition is Condition.DOOMED:
        return False
    operation, subject = hand.operation, hand.operation.subject
    body = Body(
        node=subject.node,
        instance_id=subject.instance_id,
        vm_id=subject.vm_id,
        address=subject.address,
        operation=operation.id,
        incident=operation.incident,
        begun_at=operation.created_at,
        until=hand.now + span,
        because=finding.because if finding else "",
    )
    most = hand.pool.repair.keep_most

    def with_body(book: Ledger) -> Ledger:
        mine = any(one.operation == operation.id for one in book.bodies)
        if mine or len(book.bodies) >= most or book.no_room is not None:
            return book
        return replace(book, bodies=(*book.bodies, body))

    book = await change(hand.outside, hand.cluster.name, hand.pool.name, with_body)
    return any(one.operation == operation.id for one in book.bodies)


async def _power_off(hand: Hand) -> Outcome:
    subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
    mine = hand.operation.id
    await hand.books(lambda entry: replace(entry, leaving=True) if entry.operation == mine else entry)
    hand.note(BODY, "off")
    hand.note(MOVING, "yes")
    await hand.about_to(f"powering off instance {subject.instance_id} of {address.scale_set}, to keep it")
    try:
        token = await hand.outside.compute.power_off(address, subject.instance_id)
    except Refused as refused:
        return await _destroy_after_all(hand, str(refused))
    return Wait("it is being powered off, to be kept", hand.again(), token)


async def _look(hand: Hand, how: str) -> Outcome:
    """An order of ours is under way."""
    address, token = hand.cluster.address_of(hand.pool), hand.operation.token or ""
    progress = await hand.outside.compute.look(address, token)
    if progress.state is ProgressState.IN_PROGRESS:
        return Wait("it is being powered off, to be kept", hand.again(), token)
    failed = progress.state is ProgressState.FAILED
    if how == "off":
        why = f"{progress.code}: {progress.message}"
        return await _destroy_after_all(hand, why) if failed else await _protect(hand)
    if failed:
        hand.tell(AuditKind.REFUSED, f"it could not be protected: {progress.code}: {progress.message}")
    return await _off_duty(hand)


async def _destroy_after_all(hand: Hand, why: str) -> Outcome:
    """Rule 2. The guards are asked once more before that."""
    body = await _own(hand)
    if body is not None:
        await let_body_go(hand.outside, hand.cluster.name, hand.pool.name, body)
    hand.note(BODY, "no")
    return Wait(f"it could not be powered off ({why}), it is destroyed", hand.again())


async def _protect(hand: Hand) -> Outcome:
    subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
    hand.note(BODY, "protect")
    await hand.about_to(f"protecting instance {subject.instance_id} of {address.scale_set}, which is kept")
    try:
        token = await hand.outside.compute.protect(address, subject.instance_id, True)
    except Refused as refused:
        hand.tell(AuditKind.REFUSED, f"it could not be protected: {refused}")
        return await _off_duty(hand)
    return Wait("it is being protected, to be kept", hand.again(), token)


async def _off_duty(hand: Hand) -> Outcome:
    """Rule 4."""
    body = await _own(hand)
    if body is None:
        return HandOver("its place among the bodies was given back; it is powered off and was not destroyed")
    now, mine = hand.now, hand.operation.id
    kept = body if body.is_off_duty else replace(body, kept_at=now)

    def off_duty(book: Ledger) -> Ledger:
        return replace(book, bodies=tuple(kept if one.operation == mine else one for one in book.bodies))

    await change(hand.outside, hand.cluster.name, hand.pool.name, off_duty)
    hand.forget_readings()
    return Done(f"it is powered off and kept until {kept.until:%Y-%m-%d %H:%M:%S} UTC", {BODY: "kept"})


async def _own(hand: Hand) -> Body | None:
    kept = await hand.outside.records.ledgers.get(hand.cluster.name, hand.pool.name)
    bodies = kept.value.bodies if kept else ()
    return next((one for one in bodies if one.operation == hand.operation.id), None)
