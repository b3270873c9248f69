"""Verify that a master is back, and its quorum whole, before anything else is done to any master.

`await_master`, by what we read ourselves:

1. It is not known how it is: wait, blindly.
2. It is healthy, which says that its Mesos answers and follows the leader, that its registry is recovered and that its
   ZooKeeper serves; and after a restart or a redeployment its Mesos was started since the order: it is back.
3. A unit was started again that only the diagnostics tell of: also they must have been read since.
4. Otherwise: wait. When the rung's time is over, it has failed, and the next one is tried.

`verify_quorum`, by Exhibitor:

1. The ensemble cannot be read: wait, blindly.
2. Every master of the policy is in it, exactly one leads, and everyone serves that served when the order was given, and
   the one that was helped: verified.
3. Otherwise: wait, and in the end a person is called.

The order of DC/OS's own procedure for replacing a master: Exhibitor serves, the Mesos master is up, its registry is
recovered, only then the next (mesosphere/dcos-docs-site 2.2, administering-clusters/replacing-a-master-node).
Published: a third member that never joined was taken for one that had (kubernetes-sigs/cluster-api#4472).
"""

from __future__ import annotations

from datetime import datetime

from shared.judge.masters import EXHIBITOR_UNIT, MESOS_UNIT
from shared.model.nodes import Condition
from shared.model.readings import Failure, Value
from shared.model.remedies import Remedy
from shared.operate.hand import Hand
from shared.operate.master_hand import MasterHand
from shared.operate.outcomes import Done, Outcome, Wait

from .order import ORDERED, UNIT

SERVED = "served"
"""The note that names the masters that served when the order was given, separated by commas."""


def master_hand(hand: Hand) -> MasterHand:
    """The hand of a plan for masters."""
    if not isinstance(hand, MasterHand):
        raise TypeError(f"operation {hand.operation.id} is about no master; nothing was done")
    return hand


async def await_master(hand: Hand) -> Outcome:
    seat = await master_hand(hand).seat()
    finding = seat.finding
    if finding.blind:
        return Wait(f"not proved: {finding.because}", hand.again(), blind=True)
    if finding.condition is not Condition.HEALTHY:
        return Wait(f"it is {finding.condition.value}: {finding.because}", hand.again())
    ordered_at = datetime.fromisoformat(hand.operation.notes[ORDERED])
    if hand.operation.remedy is Remedy.RESTART_UNIT:
        if hand.operation.notes.get(UNIT, MESOS_UNIT) in {MESOS_UNIT, EXHIBITOR_UNIT}:
            return Done(f"it is back: {finding.because}")
        return await _by_diagnostics(hand, ordered_at)
    if seat.started_at is None or seat.started_at <= ordered_at:
        return Wait("its Mesos has not been started since", hand.again())
    return Done(f"it is back: {finding.because}")


async def _by_diagnostics(hand: Hand, ordered_at: datetime) -> Outcome:
    """Rule 3 of the first."""
    picture, _ = await hand.fresh()
    health = picture.situation.snapshot.health
    diagnostics = health.value.diagnostics if isinstance(health, Value) else health
    if isinstance(diagnostics, Failure) or diagnostics.taken_at <= ordered_at:
        return Wait("DC/OS's diagnostics have not been read since", hand.again())
    return Done("it is back: DC/OS's diagnostics say so")


async def verify_quorum(hand: Hand) -> Outcome:
    council = await master_hand(hand).council()
    if isinstance(council.ensemble, Failure):
        why = council.ensemble.why
        return Wait(f"the ensemble of ZooKeeper cannot be read: {why}", hand.again(), blind=True)
    ensemble = council.ensemble.value
    members = {member.address for member in ensemble.members}
    absent = [seat.name for seat in council.seats if seat.name not in members]
    if absent:
        return Wait(f"not in the ensemble: {', '.join(absent)}", hand.again())
    if ensemble.leaders != 1:
        return Wait(f"{ensemble.leaders} of the ensemble lead", hand.again())
    served = {hand.operation.subject.node, *hand.operation.notes.get(SERVED, "").split(",")} - {""}
    silent = [seat.name for seat in council.seats if seat.name in served and not seat.serves]
    if silent:
        return Wait(f"not serving as before: {', '.join(silent)}", hand.again())
    return Done(f"{len(served)} of {len(council.seats)} masters serve, one leads")
