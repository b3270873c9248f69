"""Wait until Azure has taken the machine away whose end was announced, and then remove what it left of it.

`await_end`, and once more just before something is destroyed:

1. The pool cannot be read: wait, blindly.
2. It is gone: done.
3. It is still announced to end, is being stopped, or lost its agent not long ago: wait.
4. It is something else: withdraw. It did not come to that, and the node is given its work back.

`bury` destroys the machine by its id, if Azure still lists it: an evicted one may stay listed, deallocated. Until it is
gone the machine is Azure's to take.
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.nodes import Condition
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait, Withdraw

from .destroy import destroy

GOING = frozenset({Condition.DOOMED, Condition.STOPPED})
LOST = frozenset({Condition.UNREACHABLE, Condition.UNKNOWN})
LONGEST_LOST = timedelta(minutes=30)
"""An agent is lost a moment before Azure says why. When it says nothing for so long, the node has failed otherwise."""


async def await_end(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    finding = picture.findings.get(hand.operation.subject.node)
    if finding is None or finding.condition is Condition.GONE:
        return Done("Azure has taken it away")
    if finding.blind:
        return Wait(f"not known: {finding.because}", hand.again(), blind=True)
    is_recent = hand.now - hand.operation.step_since < LONGEST_LOST
    if finding.condition in GOING or (finding.condition in LOST and is_recent):
        return Wait(f"it is {finding.condition.value}: {finding.because}", hand.again())
    return Withdraw(f"it is {finding.condition.value}, it was not taken away: {finding.because}")


async def bury(hand: Hand) -> Outcome:
    if hand.operation.token is None:
        gone = await await_end(hand)
        if not isinstance(gone, Done):
            return gone
    return await destroy(hand)
