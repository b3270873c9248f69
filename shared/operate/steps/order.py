"""Have Azure do something to the machine that is not its end: restart it, redeploy it, reimage it, or run a command
that restarts one unit.

1. An order of ours is under way (its token is kept): look at it. In progress: wait. Failed: it has failed, the next
   rung is tried. Succeeded: that Azure says so proves nothing yet, `await_recovery` does. But when systemd says that no
   unit runs after it was started again, that is believed: it has failed.
2. The node is healthy now: withdraw, there is nothing left to help. When it was ordered before, and what became of that
   is not known, that is it: it may have helped, which `await_recovery` proves.
3. Azure does not know the instance any more: withdraw, the pass decides about a machine that is gone.
4. The instance is another machine than the one that was decided about (its vmId differs): hand over, touch nothing.
5. It was ordered before, and no answer came, or a crash took it (`given_time`): while Azure is at work on the machine,
   and for half a minute at least, wait. After the third order, and when half of the time for it is over, none follows:
   `await_recovery` sees whether one helped, and its place is kept meanwhile. The next rung must not meet it at work.
6. Order it, keep the token, and note when (`ORDERED`), so that recovery is proved by what came after.

A crash between the order and the keeping of its token orders it once more, unless it has helped meanwhile: the machine
boots twice, at worst, and three times when answers get lost.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared.decide.lessons import says_no_room
from shared.errors import Refused, Retry
from shared.model.azure import PoolAddress, ProgressState, Provisioning
from shared.model.nodes import Condition
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Failed, HandOver, Outcome, Wait, Withdraw
from shared.operate.reopen import note_refusal
from shared.policy.schema import PoolPolicy
from shared.ports.compute import Compute

from .grow import no_room

ORDERED = "ordered"
"""The note that says when the order was given, as ISO 8601."""
ORDERS = "orders"
"""The note that counts the orders of which it is not known what became of them, the last one included."""
MOST_ORDERS = 3
QUIET = timedelta(seconds=30)
"""Between two of them: a machine that is restarted is seen to be so by then."""
UNIT = "unit"
"""The note that names the unit to restart."""
AGENT_UNITS = ("dcos-mesos-slave", "dcos-mesos-slave-public")

_STATE = re.compile(r"(?m)(?:^|: )(active|reloading|activating|deactivating|inactive|failed|unknown)$")
"""What `systemctl is-active` says of a unit (systemd man pages, systemctl(1))."""
RUNS = frozenset({"active", "reloading", "activating"})

type Order = Callable[[Compute, PoolAddress, Hand], Awaitable[str]]
type Patience = Callable[[PoolPolicy], timedelta]


def ordered(what: str, order: Order, limit: Patience) -> Callable[[Hand], Awaitable[Outcome]]:
    """The step that gives this order; `what` says it in the audit. `limit` is the time that it has."""

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
        under_way = given_time(hand, what, instance.provisioning)
        if under_way is not None:
            return under_way
        if ORDERED in hand.operation.notes and hand.now - hand.operation.step_since >= limit(hand.pool) / 2:
            return Done(f"{what} it was ordered, what became of that is not known")
        before = hand.operation
        note_order(hand)
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


def given_time(hand: Hand, what: str, provisioning: Provisioning) -> Outcome | None:
    """Rule 5; None when it may be ordered now."""
    notes = hand.operation.notes
    if ORDERED not in notes:
        return None
    quiet_until = datetime.fromisoformat(notes[ORDERED]) + QUIET
    if hand.now < quiet_until or provisioning is Provisioning.UPDATING:
        return Wait(f"{what} it was ordered, what became of that is not known", hand.again())
    if int(notes.get(ORDERS, "1")) >= MOST_ORDERS:
        return Done(f"{what} it was ordered {MOST_ORDERS} times, what became of that is not known")
    return None


def note_order(hand: Hand) -> None:
    """That it is ordered now."""
    hand.note(ORDERED, hand.now.isoformat())
    hand.note(ORDERS, str(int(hand.operation.notes.get(ORDERS, "0")) + 1))


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


def restart_timeout(pool: PoolPolicy) -> timedelta:
    return pool.repair.restart_timeout


def redeploy_timeout(pool: PoolPolicy) -> timedelta:
    return pool.repair.redeploy_timeout


def unit_timeout(pool: PoolPolicy) -> timedelta:
    return timedelta(minutes=10)


restart = ordered("restarting", _restart, restart_timeout)
redeploy = ordered("redeploying", _redeploy, redeploy_timeout)
reimage = ordered("reimaging", _reimage, redeploy_timeout)
restart_unit = ordered("restarting a unit of", _restart_unit, unit_timeout)
