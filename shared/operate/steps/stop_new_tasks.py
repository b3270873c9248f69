"""Stop new tasks from being placed on the node, so that what is moved away does not come back. It can be taken back.

1. Its agent is not connected: nothing is placed there anyway.
2. The masters cannot be read: wait.
3. Masters and agent know DEACTIVATE_AGENT (Mesos 1.9 and later): somebody else has deactivated it already: that is
   theirs to take back. Otherwise deactivate it.
4. Older masters: a maintenance window of our own, from when the operation began. Marathon 1.6 and later (DC/OS 1.11)
   places nothing in it; older ones take no notice, and `move_tasks` has to live with that.

That it is ours to take back is written down before it is done (`STOPPED`), so a crash leaves nothing behind.
"""

from __future__ import annotations

from datetime import timedelta

from shared.errors import Refused
from shared.model.mesos import Generation
from shared.model.readings import Failure
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait

STOPPED = "stopped"
"""The note that says how new tasks were stopped: `agent` or `window`."""
WINDOW = timedelta(days=1)
AGAIN = timedelta(seconds=15)


async def stop_new_tasks(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    scheduler, subject = picture.situation.snapshot.scheduler, hand.operation.subject
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    agent = scheduler.value.agent(subject.agent_id)
    if agent is None or not agent.active:
        return Done("its agent is not connected, nothing is placed there")
    masters = hand.outside.scheduler_of(hand.cluster)
    if scheduler.value.generation_for(agent) is Generation.DRAIN:
        if agent.deactivated and STOPPED not in hand.operation.notes:
            return Done("somebody has deactivated its agent already")
        hand.note(STOPPED, "agent")
        await hand.about_to(f"deactivating agent {agent.agent_id}")
        await masters.deactivate(agent.agent_id)
        return Done(f"agent {agent.agent_id} is deactivated, its tasks run on")
    before = hand.operation
    hand.note(STOPPED, "window")
    await hand.about_to(f"putting {agent.hostname} ({agent.address}) into a maintenance window")
    try:
        await masters.schedule_maintenance(agent.hostname, agent.address, hand.operation.created_at, WINDOW)
    except Refused:  # somebody else's window is not ours to take back
        hand.restore_notes(before)
        raise
    return Done(f"{agent.hostname} is in a maintenance window, its tasks run on")
