"""Send a machine away again that came for a node which stays: it is empty, and the pool has its size without it.

1. Azure does not know it any more, or as another machine: the masters are told, and it is forgotten.
2. Azure is deleting it: wait.
3. Its agent is not connected, tasks or reservations are on it, fewer others are connected than are wanted, or than the
   load needs whether somebody has agreed to that size yet or not, a guard refuses, or Azure could not delete it: it
   stays, and the pool has one more than wanted (`extra`). No task is killed for tidiness, and no machine is sent away
   while others are missing. New tasks may come again.
4. New tasks may still come: stop them first, as `stop_new_tasks` does, and look again in a moment. What was placed on
   it meanwhile is seen then. When that answer got lost, they are stopped once more.
5. It is still empty: destroy it.

It is ours from the moment in which new tasks are kept away, so that no pass makes an incident of it. Schedulers that
take no notice of windows (Mesos before 1.5) may place a task in the seconds between the last look and the order.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.errors import Refused
from shared.guards import TO_SEND_AWAY, ask, refusals
from shared.model.azure import Provisioning
from shared.model.mesos import Agent, Generation, SchedulerState
from shared.model.nodes import NodeMemory
from shared.model.operations import SURPLUS
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait
from shared.records import Change, Kept

from .stop_new_tasks import WINDOW

BARRED = "surplus_barred"
"""The note that says how new tasks are kept away from it: `agent` or `window`."""
UNSURE = "surplus_barred_unsure"
"""The note that says that nobody knows whether the order to keep them away was heard: it is given again."""
DELETED = "surplus_deleted"
"""The note that says that its deletion was ordered."""
SETTLES = timedelta(seconds=10)
"""Offers that were made before are taken or declined within seconds."""
TAKEN_BACK = "what was done was taken back"


async def send_away(hand: Hand, name: str, state: SchedulerState) -> Outcome:
    kept = await hand.outside.records.inventory.get(hand.cluster.name, name)
    if kept is None:
        return Done(TAKEN_BACK)
    address, instance_id = hand.cluster.address_of(hand.pool), kept.value.instance_id
    instance = await hand.outside.compute.instance(address, instance_id)
    if instance is None or instance.vm_id != kept.value.vm_id:
        mine = hand.operation.id
        await hand.books(lambda entry: replace(entry, surge=False) if entry.operation == mine else entry)
        return await _forget(hand, kept, state)
    if instance.provisioning is Provisioning.DELETING:
        return Wait(f"Azure is deleting {name}, which came for it", hand.again())
    agent = state.agent(kept.value.agent_id)
    why = await _stays(hand, name, agent)
    if agent is None or why:
        if hand.operation.notes.get(BARRED):
            await _let_tasks_in(hand, kept.value)
        return Done(f"{name}, which came for it, stays: {why}")
    if BARRED not in hand.operation.notes or hand.operation.notes.get(UNSURE):
        return await _bar(hand, name, agent, state)
    hand.note(DELETED, "yes")
    await hand.about_to(
        f"destroying instance {instance_id} of {address.scale_set}, which came for it and is empty"
    )
    token = await hand.outside.compute.destroy(address, [instance_id])
    return Wait(f"the deletion of {name}, which came for it and is empty, was ordered", hand.again(), token)


async def _stays(hand: Hand, name: str, agent: Agent | None) -> str:
    """Rule 3; empty when nothing speaks against sending it away."""
    if DELETED in hand.operation.notes and hand.operation.token is not None:
        return "Azure could not delete it"
    if agent is None or not agent.active:
        return "its agent is not connected"
    if agent.task_ids or agent.tasks or agent.reservations:
        return "it has work already"
    if agent.deactivated and hand.operation.notes.get(BARRED) != "agent":
        return "somebody has deactivated its agent"
    situation, pool = (await hand.fresh())[0].situation, hand.pool.name
    there = [one.node for one in situation.findings if one.node.pool == pool and one.is_connected]
    sized = await hand.sized()
    wanted = max(situation.ledgers[pool].wanted or 0, sized.nodes if sized is not None else 0)
    others = sum(node.name != name for node in there)
    if others < wanted:
        return f"{others} others are connected, {wanted} are wanted"
    against = refusals(ask(await hand.question(), TO_SEND_AWAY))
    return f"refused by {against[0].guard} ({against[0].reason})" if against else ""


async def _bar(hand: Hand, name: str, agent: Agent, state: SchedulerState) -> Outcome:
    """Rule 4."""
    masters, before = hand.outside.scheduler_of(hand.cluster), hand.operation
    by_agent = state.generation_for(agent) is Generation.DRAIN
    hand.note(SURPLUS, name)
    hand.note(BARRED, "agent" if by_agent else "window")
    hand.note(UNSURE, "yes")
    await hand.about_to(f"stopping new tasks on {name}, which came for it and is empty")
    try:
        if by_agent:
            await masters.deactivate(agent.agent_id)
        else:
            since = hand.operation.step_since
            await masters.schedule_maintenance(agent.hostname, agent.address, since, WINDOW)
    except Refused as refused:
        hand.restore_notes(before)
        return Done(f"{name}, which came for it, stays: {refused}")
    hand.note(UNSURE, "")
    return Wait(f"new tasks are stopped on {name}, which came for it and is empty", SETTLES)


async def _let_tasks_in(hand: Hand, memory: NodeMemory) -> None:
    """Take back what keeps new tasks away. Who takes over from here may not rely on it any more (`UNSURE`)."""
    hand.note(UNSURE, "yes")
    await hand.about_to(f"letting new tasks come to {memory.name} again")
    how, masters = hand.operation.notes.get(BARRED), hand.outside.scheduler_of(hand.cluster)
    try:
        if how == "agent" and memory.agent_id is not None:
            await masters.reactivate(memory.agent_id)
        elif how == "window" and memory.address is not None:
            await masters.unschedule_maintenance(memory.hostname or memory.address, memory.address)
    except Refused:
        return  # the masters do not know it any more


async def _forget(hand: Hand, kept: Kept[NodeMemory], state: SchedulerState) -> Outcome:
    """Rule 1. What we sent away ourselves is missed by nobody; the window is of an address that the next machine may
    have, and its agent is counted on until the masters have missed it."""
    memory, masters = kept.value, hand.outside.scheduler_of(hand.cluster)
    if SURPLUS not in hand.operation.notes:
        return Done(TAKEN_BACK)
    if memory.agent_id is not None and state.generation is not Generation.MAINTENANCE:
        await hand.about_to(f"marking agent {memory.agent_id} of {memory.name} gone, which came for it")
        await masters.mark_gone(memory.agent_id)
    if hand.operation.notes.get(BARRED) == "window" and memory.address is not None:
        await masters.unschedule_maintenance(memory.hostname or memory.address, memory.address)
    change = Change[NodeMemory](memory.name, None, kept.etag)
    await hand.outside.records.inventory.put_all(hand.cluster.name, [change])
    return Done(TAKEN_BACK)
