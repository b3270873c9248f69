"""Have Azure do something to a master's machine: start it, restart it, redeploy it, or start one unit in it again.

1. An order of ours is under way (its token is kept): look at it. In progress: wait. Failed: it has failed, the next
   rung is tried. Succeeded: that Azure says so proves nothing yet, `verify_master` does.
2. Azure does not know the machine any more, or it is another one than was decided about (its vmId differs): hand over,
   touch nothing.
3. It was ordered before, and what became of that is not known: as in `order.py`, it is given time, and ordered three
   times at most.
4. Write down which masters serve now (`SERVED`), order it, keep the token, and note when (`order.ORDERED`).

There is no order here that takes a machine away or writes its disk anew. A crash between the order and the keeping of
its token orders it once more: the machine boots twice, at worst, three times when answers get lost, and no other one is
touched meanwhile, because the operation goes on running.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared.errors import Refused, Retry, Unknown
from shared.judge.masters import MESOS_UNIT
from shared.model.azure import MachineGroup, ProgressState
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Failed, HandOver, Outcome, Wait
from shared.operate.reopen import note_refusal
from shared.ports.machines import Machines

from .order import UNIT, given_time, note_order
from .verify_master import SERVED, master_hand

type Order = Callable[[Machines, MachineGroup, Hand], Awaitable[str]]


def ordered(what: str, order: Order) -> Callable[[Hand], Awaitable[Outcome]]:
    """The step that gives this order; `what` says it in the audit."""

    async def give(hand: Hand) -> Outcome:
        machines, group = hand.outside.machines, hand.cluster.machine_group
        if machines is None or group is None:
            raise Unknown("where the masters' machines are, because nobody reads them here")
        if hand.operation.token is not None:
            return await _look(hand, machines, group, what)
        subject = hand.operation.subject
        machine = await machines.machine(group, subject.instance_id)
        if machine is None:
            return HandOver(f"Azure does not know {subject.instance_id} any more")
        if machine.vm_id != subject.vm_id:
            return HandOver(
                f"{subject.instance_id} is another machine now ({machine.vm_id}); it was not touched"
            )
        under_way = given_time(hand, what, machine.provisioning)
        if under_way is not None:
            return under_way
        council = await master_hand(hand).council()
        before = hand.operation
        hand.note(SERVED, ",".join(seat.name for seat in council.seats if seat.serves))
        note_order(hand)
        await hand.about_to(f"{what} master {subject.node}, machine {subject.instance_id}")
        try:
            token = await order(machines, group, hand)
        except Refused as refused:
            note_refusal(hand, refused.reason)
            return Failed(f"{what} it was refused: {refused}")
        except Retry:  # nothing was done
            hand.restore_notes(before)
            raise
        return Wait(f"{what} it was ordered", hand.again(), token)

    return give


async def _look(hand: Hand, machines: Machines, group: MachineGroup, what: str) -> Outcome:
    """Rule 1."""
    token = hand.operation.token or ""
    progress = await machines.look(group, token)
    if progress.state is ProgressState.IN_PROGRESS:
        return Wait(f"Azure is {what} it", hand.again(), token)
    if progress.state is ProgressState.FAILED:
        return Failed(f"{what} it did not work: {progress.code}: {progress.message}")
    return Done(f"{what} it is over" + (f": {progress.output[-300:]}" if progress.output else ""))


async def _restart(machines: Machines, group: MachineGroup, hand: Hand) -> str:
    return await machines.restart(group, hand.operation.subject.instance_id)


async def _start(machines: Machines, group: MachineGroup, hand: Hand) -> str:
    return await machines.start(group, hand.operation.subject.instance_id)


async def _redeploy(machines: Machines, group: MachineGroup, hand: Hand) -> str:
    return await machines.redeploy(group, hand.operation.subject.instance_id)


async def _restart_unit(machines: Machines, group: MachineGroup, hand: Hand) -> str:
    """The unit by which it is ill; where nobody knows which, its Mesos master."""
    unit = hand.operation.notes.get(UNIT) or MESOS_UNIT
    script = [f"systemctl restart {unit}; echo {unit}: $(systemctl is-active {unit})"]
    return await machines.run_command(group, hand.operation.subject.instance_id, script)


restart_master = ordered("restarting", _restart)
start_master = ordered("starting", _start)
redeploy_master = ordered("redeploying", _redeploy)
restart_master_unit = ordered("restarting a unit of", _restart_unit)
