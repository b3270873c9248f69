"""Tell Mesos that the agent id which the machine had before will not come back, if it has another one now.

A machine that lost its temporary disk comes back as another agent at the same address. Its old id would be waited for
for as long as a dead machine is, and tasks that were lost with it with it.

1. It never had an agent, or has the same one again: nothing to tell.
2. Otherwise as for a machine that is gone (`tell_scheduler`).
"""

from __future__ import annotations

from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome

from .tell_scheduler import tell_scheduler


async def retire_agent(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    subject = hand.operation.subject
    finding = picture.findings.get(subject.node)
    agent = finding.node.agent if finding else None
    if subject.agent_id is None or agent is None or agent.agent_id == subject.agent_id:
        return Done("it has the agent that it had")
    return await tell_scheduler(hand)
