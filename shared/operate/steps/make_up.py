"""Make up for what an order in vain has cut off, before it is called a failure.

A machine that was started again may have its agent back under another id. What was bound to the old one waits for
nobody then: the next rung's operation knows the new id, which holds nothing, and another member of the same service
could be taken away beside the one that is missing.

1. The masters cannot be read: wait.
2. The node was not seen with another agent since: nothing is known to be cut off. Its disk may still bring it back.
3. Mesos 1.5 and later: the old id is marked gone. Older masters removed it when the new one registered.
4. Its services get back what they lost, and are waited for, as after any loss (`restore_services.py`).
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.mesos import Generation
from shared.model.readings import Failure
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait

from .restore_services import await_services
from .tell_scheduler import tell_scheduler

AGAIN = timedelta(seconds=15)
RETIRED = "retired"
"""The note that says that the masters were told of the agent which the node had before."""


async def make_up(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    scheduler, subject = picture.situation.snapshot.scheduler, hand.operation.subject
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    finding = picture.findings.get(subject.node)
    agent, memory = (finding.node.agent, finding.node.memory) if finding else (None, None)
    now = agent.agent_id if agent and agent.active else memory.agent_id if memory else None
    if now is None or now == subject.agent_id:
        return Done("it was not seen with another agent")
    if RETIRED not in hand.operation.notes and scheduler.value.generation is not Generation.MAINTENANCE:
        told = await tell_scheduler(hand)
        if not isinstance(told, Done):
            return told
        hand.note(RETIRED, "yes")
    return await await_services(hand)
