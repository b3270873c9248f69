"""Move the tasks away from a node that still works, before it goes. Irreversible: tasks are killed here to start
elsewhere.

1. Its agent is not connected, or nothing runs on it: nothing to move.
2. The masters cannot be read: wait.
3. Masters and agent know DRAIN_AGENT (Mesos 1.9 and later): drain it, each task with its own grace within the policy's
   `drain_grace`. A drain that goes on cannot be called off. Drained, or empty: done.
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.mesos import Drain, Generation
from shared.model.readings import Failure
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait

AGAIN = timedelta(seconds=15)


async def move_tasks(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    scheduler = picture.situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    agent = scheduler.value.agent(hand.operation.subject.agent_id)
    if agent is None or not agent.active:
        return Done("its agent is not connected, nothing can be moved")
    left = sum(len(ids) for ids in agent.task_ids.values())
    if agent.drain is Drain.DRAINED or left == 0:
        return Done("nothing runs on it any more")
    if agent.drain is Drain.DRAINING:
        return Wait(f"it is being drained, {left} tasks are left", hand.again())
    if scheduler.value.generation_for(agent) is Generation.DRAIN:
        await hand.about_to(f"draining agent {agent.agent_id} of {left} tasks")
        await hand.outside.scheduler_of(hand.cluster).drain(agent.agent_id, hand.pool.repair.drain_grace)
        return Wait(f"it is being drained, {left} tasks are left", hand.again())
    return Wait(f"{left} tasks are left", hand.again())
