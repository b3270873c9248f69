"""Prove that the node is what it was decided for, by Azure and by Mesos, with readings of this minute.

1. It is healthy or joining again: withdraw, nothing was done.
2. A reading failed: withdraw. Nothing was done, and the pass decides again when everything can be read; a person could
   do no more. The readings contradict each other: wait and read again.
3. It is in a condition that the plan is for: proved.
4. It is something else now (stopped, for instance): withdraw, the pass decides about that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from shared.model.nodes import Condition
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait, Withdraw

AGAIN = timedelta(seconds=15)


def proof_of(conditions: frozenset[Condition]) -> Callable[[Hand], Awaitable[Outcome]]:
    """The step that proves one of these conditions."""

    async def prove(hand: Hand) -> Outcome:
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
        if finding.condition in conditions:
            return Done(f"{finding.condition.value}: {finding.because}")
        return Withdraw(f"it is {finding.condition.value} now: {finding.because}")

    return prove
