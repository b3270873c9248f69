"""Have Azure do something to the machine that is not its end: restart it, redeploy it, reimage it, or run a command
that restarts one unit.

1. An order of ours is under way (its token is kept): look at it. In progress: wait. Failed: it has failed, the next
   rung is tried. Succeeded: that Azure says so proves nothing yet, `await_recovery` does. But when systemd says that no
   unit runs after it was started again, that is believed: it has failed.
2. The node is healthy now: withdraw, there is nothing left to help. When it was ordered before, and what became of that
   is not known, that is it: it may have helped, which `await_recovery` proves.
3. Azure does not know the instance any more: withdraw, the pass decides about a machine that is gone.
4. The instance is another machine than the one that was decided about (its vmId differs): hand over, touch nothing.
5. Order it, keep the token, and note when (`ORDERED`), so that recovery is proved by what came after.

A crash between the order and the keeping of its token orders it once more, unless it has helped meanwhile: the machine
boots twice, at worst.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from shared.decide.lessons import says_no_room
from shared.errors import Refused, Retry
from shared.model.azure import PoolAddress, ProgressState
from shared.model.nodes import Condition
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Failed, HandOver, Outcome, Wait, Withdraw
from shared.operate.reopen import note_refusal
from shared.ports.compute import Compute

from .grow import no_room

ORDERED = "ordered"
"""The note that says when the order was given, as ISO 8601."""
UNIT = "unit"
"""The note that names the unit to restart."""
AGENT_UNITS = ("dcos-mesos-slave", "dcos-mesos-slave-public")

_STATE = re.compile(r"(?m)(?:^|: )(active|reloading|activating|deactivating|inactive|failed|unknown)$")
"""What `systemctl is-active` says of a unit (systemd man pages, systemctl(1))."""
RUNS = frozenset({"active", "reloading", "activating"})

type Order = Callable[[Compute, PoolAddress, Hand], Awaitable[str]]


def ordered(what: str, order: Order) -> Callable[[Hand], Awaitable[Outcome]]:
    """The step that gives this order; `what` says it in the audit."""

    async def give(hand: Hand) -> Outcome:
        subject, address = hand.operation.subject, hand.cluster.address_of(hand.pool)
        compute = hand.outside.compute
        if hand.operation.token is not None:
            progress = await compute.look(address, hand.operation.token)
            if progress.state is ProgressState.IN_PROGRESS:
                return Wait(f"Azure is {what} it", hand.again(), hand.operation.token)
            if progress.state is ProgressState.FAILED:
                if says_no_room(progress.code, progress.message):
                    await no_room(hand, progress.code, progress.message)
                return Failed(f"{what} it did not work: {progress.code}: {progress.message}")
            if not _runs(progress.output):
                return Failed(f"{what} it did not help: {progress.output[-300:]}")
            return Done(f"{what} it is over" + (f": {progress.output[-300:]}" if progress.output else ""))
        healthy = await _is_healthy(hand)
        if healthy is not None:
            return healthy
        instance = await compute.instance(address, subject.instance_id)
        if instance is None:
            return Withdraw("Azure does not know it any more")
        if instance.vm_id != subject.vm_id:
            return HandOver(
                f"instance {subject.instance_id} is another machine now ({instance.vm_id}); it was not touched"
            )
        before = hand.operation
        hand.note(ORDERED, hand.now.isoformat())
        await hand.about_to(f"{what} instance {subject.instance_id} of {address.scale_set}")
        try:
            token = await order(compute, address, hand)
        except Refused as refused:
            note_refusal(hand, refused.reason)
            return Failed(f"{what} it was refused: {refused}")
        except Retry:  # nothing was done
            hand.restore_notes(before)
            raise
        return Wait(f"{what} it was ordered", hand.again(), token)

    return give


def _runs(output: str) -> bool:
    """Whether a unit runs by what a script has said, or it says nothing of units."""
    states = _STATE.findall(output)
    return not states or not RUNS.isdisjoint(states)


async def _is_healthy(hand: Hand) -> Outcome | None:
    """Rule 2."""
    picture, _ = await hand.fresh()
    finding = picture.findings.get(hand.operation.subject.node)
    if finding is None or finding.condition is not Condition.HEALTHY:
        return None
    if ORDERED in hand.operation.notes:
        return Done(f"it was ordered before: {finding.because}")
    return Withdraw(f"it is healthy again: {finding.because}")


async def _restart(compute: Compute, pool: PoolAddress, hand: Hand) -> str:
    return await compute.restart(pool, hand.operation.subject.instance_id)


async def _redeploy(compute: Compute, pool: PoolAddress, hand: Hand) -> str:
    return await compute.redeploy(pool, hand.operation.subject.instance_id)


async def _reimage(compute: Compute, pool: PoolAddress, hand: Hand) -> str:
    return await compute.reimage(pool, hand.operation.subject.instance_id)


async def _restart_unit(compute: Compute, pool: PoolAddress, hand: Hand) -> str:
    """The unit that failed; where nobody knows which, that of the Mesos agent, whichever of the two this node has."""
    unit = hand.operation.notes.get(UNIT, "")
    units = [unit] if unit else list(AGENT_UNITS)
    script = [
        f"systemctl cat {name} >/dev/null 2>&1 && systemctl restart {name}; "
        f"echo {name}: $(systemctl is-active {name})"
        for name in units
    ]
    return await compute.run_command(pool, hand.operation.subject.instance_id, script)


restart = ordered("restarting", _restart)
redeploy = ordered("redeploying", _redeploy)
reimage = ordered("reimaging", _reimage)
restart_unit = ordered("restarting a unit of", _restart_unit)
