"""Take a machine that is given up out of Mesos before it is destroyed, where nothing else keeps tasks away from it.

Marathon before 1.6 takes no notice of maintenance windows: what was ended starts on the same machine again, and a
machine that was found empty gets tasks while Azure is being asked. Masters before Mesos 1.5 know one thing that bars an
agent for good: machine down. They tell the agent to shut down and take it for gone at once; what ran on it has its time
to end, and starts elsewhere, without the pings that a machine is missed by (apache/mesos:docs/maintenance.md).

1. Newer masters, or its agent is not connected: nothing to take down.
2. The masters cannot be read: wait.
3. That it is ours to bring up again is written down before it is taken down (`TAKEN_DOWN`). When its answer got lost it
   is taken down once more, which changes nothing.
4. What ran on it gets some time to end before the machine goes.

`tell_scheduler` brings it up for whoever gets the address next, `give_back` when the machine stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.mesos import Generation
from shared.model.readings import Failure
from shared.operate.hand import Hand
from shared.operate.outcomes import Outcome, Wait

TAKEN_DOWN = "taken_down"
"""The note that says since when its machine is down in Mesos."""
AGAIN = timedelta(seconds=15)
TO_END = timedelta(seconds=30)
"""Tasks get 5 s by the agent's `executor_shutdown_grace_period`, containers of Docker on DC/OS 20 s by
`docker_stop_timeout` (apache/mesos:docs/configuration/agent.md, dcos/dcos:gen/dcos-config.yaml)."""


async def take_down(hand: Hand) -> Outcome | None:
    """None: nothing on it is known to Mesos any more, it may go."""
    picture, _ = await hand.fresh()
    scheduler, subject = picture.situation.snapshot.scheduler, hand.operation.subject
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    if scheduler.value.generation is not Generation.MAINTENANCE:
        return None
    down_since = hand.operation.notes.get(TAKEN_DOWN)
    agent = scheduler.value.agent(subject.agent_id)
    if agent is None or not agent.active:
        left = timedelta(0) if down_since is None else datetime.fromisoformat(down_since) + TO_END - hand.now
        return Wait("what ran on it gets its time to end", left) if left > timedelta(0) else None
    tasks = sum(len(ids) for ids in agent.task_ids.values())
    if down_since is None:
        hand.note(TAKEN_DOWN, hand.now.isoformat())
    await hand.about_to(
        f"taking machine {agent.hostname} ({agent.address}) down in Mesos: {tasks} tasks of it start elsewhere"
    )
    await hand.outside.scheduler_of(hand.cluster).machine_down(agent.hostname, agent.address)
    return Wait(f"its agent was taken down, with {tasks} tasks that start elsewhere", TO_END)
