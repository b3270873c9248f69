"""Tell Mesos that the agent will never come back, so that its tasks move now and not after an hour. Irreversible.

Stock DC/OS 1.8 to 1.11 removes lost agents at a rate of one in 20 minutes; this is what the rate is bypassed with.

1. The node never had an agent: there is nothing to tell.
2. The masters cannot be read: wait.
3. Its agent is connected, although Azure has no such machine: wait. It came back while Azure was deleting it, and Mesos
   needs five pings of 15 s to notice that it went (apache/mesos:docs/configuration/master.md, agent_ping_timeout); or
   somebody else answers under its id, and patience ends. Unless it is judged gone all the same, because Azure has told
   that it took the machine away after its agent registered: then the masters are told before they miss it. The same for
   one that was emptied because its pool is to have fewer, and that we destroyed.
4. Mesos 1.5 and later: MARK_AGENT_GONE. The maintenance window that new tasks were stopped by goes with it: Azure gives
   the address to another machine, which would get no tasks before the window ends.
5. Older masters, and another agent is connected at its address: nothing may be told, machine down would take the new
   one down. The old one went when the new one registered.
6. Older masters: machine down, and up again at once, because a machine that is down bars every new one with the same
   address, and Azure uses addresses again.
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.mesos import Generation
from shared.model.nodes import Condition
from shared.model.readings import Failure
from shared.model.remedies import Remedy
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, HandOver, Outcome, Wait

from .stop_new_tasks import STOPPED

AGAIN = timedelta(seconds=15)


async def tell_scheduler(hand: Hand) -> Outcome:
    subject = hand.operation.subject
    if subject.agent_id is None:
        return Done("it never had an agent")
    picture, _ = await hand.fresh()
    reading = picture.situation.snapshot.scheduler
    if isinstance(reading, Failure):
        return Wait(f"the masters cannot be read: {reading.why}", AGAIN, blind=True)
    masters, agents = hand.outside.scheduler_of(hand.cluster), reading.value.agents
    finding = picture.findings.get(subject.node)
    is_gone = finding is not None and finding.condition is Condition.GONE
    is_gone |= hand.operation.remedy is Remedy.SHRINK
    if not is_gone and any(agent.agent_id == subject.agent_id and agent.active for agent in agents):
        hand.forget_readings()
        return Wait(f"agent {subject.agent_id} is connected, although Azure has no such machine", AGAIN)
    if reading.value.generation is not Generation.MAINTENANCE:
        await hand.about_to(f"marking agent {subject.agent_id} gone")
        await masters.mark_gone(subject.agent_id)
        await _take_window_away(hand)
        return Done(f"agent {subject.agent_id} is marked gone")
    if subject.address is None:
        return HandOver("its address is not known, so its machine cannot be taken down")
    others = [agent for agent in agents if agent.agent_id != subject.agent_id]
    if any(agent.active and agent.address == subject.address for agent in others):
        await _take_window_away(hand)
        return Done(f"a new agent is connected at {subject.address}, Mesos has removed the old one for it")
    hostname = subject.hostname or subject.address
    await hand.about_to(f"taking machine {hostname} ({subject.address}) down, and up again")
    await masters.machine_down(hostname, subject.address)
    await masters.machine_up(hostname, subject.address)
    return Done(f"machine {subject.address} was taken down, and up again for whoever gets the address next")


async def _take_window_away(hand: Hand) -> None:
    """Doing it again does no harm."""
    subject = hand.operation.subject
    if hand.operation.notes.get(STOPPED) != "window" or subject.address is None:
        return
    hostname = subject.hostname or subject.address
    await hand.about_to(f"taking {hostname} ({subject.address}) out of its maintenance window")
    await hand.outside.scheduler_of(hand.cluster).unschedule_maintenance(hostname, subject.address)
