"""Prove that the node is dead, by Azure and by Mesos, with readings of this minute.

1. It is healthy or joining again: withdraw, nothing was done.
2. A reading failed: withdraw. Nothing was done, and the pass decides again when everything can be read; a person could
   do no more. The readings contradict each other: wait and read again.
3. It is gone, or its machine is there and Mesos has lost its agent: proved.
4. It is something else now (stopped, stuck): withdraw, the pass decides about that.
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.nodes import Condition
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait, Withdraw

AGAIN = timedelta(seconds=15)


async def prove_dead(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    finding = picture.findings.get(hand.operation.subject.node)
    if finding is None:
        return Withdraw("the node is not missed any more")
    if finding.condition in {Condition.HEALTHY, Condition.JOINING}:
        return Withdraw(f"it is {finding.condition.value} again: {finding.because}")
    if finding.blind:
        return Withdraw(f"not proved: {finding.because}")
    if finding.condition is Condition.UNKNOWN:
        hand.forget_readings()
        return Wait(f"not proved: {finding.because}", AGAIN)
    if finding.condition in {Condition.GONE, Condition.UNREACHABLE}:
        return Done(f"{finding.condition.value}: {finding.because}")
    return Withdraw(f"it is {finding.condition.value} now: {finding.because}")
