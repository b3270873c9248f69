"""Move the tasks away from a node that still works, before it goes. Irreversible: tasks are killed here to start
elsewhere.

1. Its agent is not connected, or nothing runs on it: nothing to move.
2. The masters, or what runs for whom, cannot be read: wait.
3. The node's end is near, and Mesos knows DRAIN_AGENT: it is drained at once, no task longer than until then. On older
   masters, and where members of services are to be left alone (`guards/stateful.py`), everything else that can be ended
   is ended, and when the time has come what is left goes with the machine.
4. An application can spare tasks, or a service a pod (`shared/decide/moves.py`): they are ended, or the pod is
   replaced, and the rest waits until they are up elsewhere.
5. Only what goes with the machine is left, or what only its own framework moves: masters and agents that know
   DRAIN_AGENT (Mesos 1.9 and later) drain it of that, each task with its own grace within the policy's `drain_grace`.
   A drain that goes on cannot be called off. Older ones wait for the latter; then it is done.

What starts there again and again and cannot be spared ends the shrinking of a pool, for a while (`falls`). A pod that
comes back to the agent is replaced twice and then left to a person. What was ended and what was ordered is noted before
it is done. From the first of it on the operation goes on also when a guard refuses: it waits, and a person finds it as
it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from shared.decide.moves import Emptying, Ended, Moves, next_moves
from shared.errors import Retry
from shared.guards import Question
from shared.guards.stakes import Lost
from shared.guards.stateful import is_approved, left_alone
from shared.model.mesos import Agent, Drain, Generation, SchedulerState
from shared.model.readings import Failure
from shared.model.remedies import LOSES_LOCAL_VOLUMES, Remedy
from shared.model.workloads import WorkloadState
from shared.operate.hand import MOVING, Hand
from shared.operate.outcomes import Done, Failed, HandOver, Outcome, Wait
from shared.operate.reopen import REFUSED

AGAIN = timedelta(seconds=15)
ENDED, REPLACED = "ended", "replaced"
"""Notes: how many tasks of each application were ended; when replacements of each pod (`service/pod`) were ordered."""
ORDER_STANDS = timedelta(minutes=5)  # a scheduler begins with a replacement at the next offer
decode_ended = msgspec.json.Decoder(dict[str, Ended]).decode
MOST_ORDERS = (
    2  # a pod that came back to the agent twice would come back again, each time with an empty volume
)
decode_replaced = msgspec.json.Decoder(dict[str, tuple[datetime, ...]]).decode


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
    return await _empty(hand, agent, scheduler.value)


async def _empty(hand: Hand, agent: Agent, state: SchedulerState) -> Outcome:
    """Rules 2 to 5, for an agent on which something runs."""
    left = sum(len(ids) for ids in agent.task_ids.values())
    drains = state.generation_for(agent) is Generation.DRAIN
    question = await hand.question()
    hurry, deadline = question.is_urgent, question.finding.deadline
    alone = left_alone(question, together=drains) if hurry else frozenset[str]()
    if drains and hurry and not alone:
        return await _drain(hand, agent, left, deadline)
    work = await hand.work()
    unread = work if isinstance(work, Failure) else work.value.apps
    if isinstance(work, Failure) or isinstance(unread, Failure):
        why = unread.why if isinstance(unread, Failure) else ""
        return Wait(f"what runs there cannot be read: {why}", AGAIN, blind=True)
    emptying = replace(_emptying(hand, question, agent, state), alone=alone)
    moves = next_moves(work.value, emptying)
    if moves.replace is not None:
        return await _replace(hand, *moves.replace)
    if moves.end:
        return await _end(hand, work.value, emptying, moves)
    if moves.stuck and emptying.falls:
        hand.note(REFUSED, "comes_back")
        return Failed(
            f"{', '.join(moves.stuck)[:400]} start on this machine again each time they are ended, and cannot be "
            "spared all at once; it works on, and is tried again later"
        )
    if hurry and deadline is not None and hand.now >= deadline:
        return Done(f"its time has come, {left} tasks go with the machine")
    if moves.waits:
        return Wait(f"{left} tasks are left, waiting for {'; '.join(moves.waits)[:400]}", hand.again())
    if drains and not hurry:
        return await _drain(hand, agent, left, None)
    if moves.others:
        return Wait(
            f"{left} tasks are left, {moves.others} of which only their framework moves", hand.again()
        )
    return Done(f"{left} tasks go with the machine")


def _emptying(hand: Hand, question: Question, agent: Agent, state: SchedulerState) -> Emptying:
    notes = hand.operation.notes
    ordered = decode_replaced(notes.get(REPLACED, "{}"))
    return Emptying(
        agent=agent,
        lost=Lost.of(state),
        keeps_disk=hand.operation.remedy not in LOSES_LOCAL_VOLUMES,
        barred=state.generation_for(agent) is Generation.DRAIN,
        falls=hand.operation.remedy is Remedy.SHRINK and state.generation is Generation.MAINTENANCE,
        hurry=question.is_urgent,
        approved=is_approved(question),
        ended=decode_ended(notes.get(ENDED, "{}")),
        replaced=frozenset(pod for pod, at in ordered.items() if at[-1] > hand.now - ORDER_STANDS),
    )


async def _drain(hand: Hand, agent: Agent, left: int, until: datetime | None) -> Outcome:
    grace = hand.pool.repair.drain_grace
    if until is not None:
        grace = max(timedelta(0), min(grace, until - hand.now))
    hand.note(MOVING, "yes")
    await hand.about_to(f"draining agent {agent.agent_id} of {left} tasks")
    await hand.outside.scheduler_of(hand.cluster).drain(agent.agent_id, grace)
    return Wait(f"it is being drained, {left} tasks are left", hand.again())


async def _replace(hand: Hand, service: str, pod: str) -> Outcome:
    """Rule 3 for a pod; its volume is given up with this."""
    agent_id, workloads = hand.operation.subject.agent_id, hand.outside.workloads_of(hand.cluster)
    if workloads is None or agent_id is None:
        return Wait("nobody can be asked to replace a pod", AGAIN, blind=True)
    before = hand.operation.notes.get(REPLACED, "{}")
    ordered = decode_replaced(before).get(f"{service}/{pod}", ())
    if len(ordered) >= MOST_ORDERS:
        return HandOver(
            f"pod {pod} of {service} was replaced {len(ordered)} times and came back to this agent"
        )
    hand.note(MOVING, "yes")
    note_pod(hand, service, pod)
    await hand.about_to(f"having pod {pod} of {service} replaced")
    try:
        await workloads.replace_pod(service, pod, agent_id)
    except Retry:  # nothing was done, so nothing was ordered
        hand.note(REPLACED, before)
        raise
    return Wait(f"the replacement of pod {pod} of {service} was ordered", hand.again())


def note_pod(hand: Hand, service: str, pod: str) -> None:
    """That its replacement is ordered now."""
    ordered, key = decode_replaced(hand.operation.notes.get(REPLACED, "{}")), f"{service}/{pod}"
    ordered[key] = (*ordered.get(key, ()), hand.now)
    hand.note(REPLACED, msgspec.json.encode(ordered).decode())


async def _end(hand: Hand, work: WorkloadState, emptying: Emptying, moves: Moves) -> Outcome:
    """Rule 3 for tasks of Marathon: they are ended, and as many are started elsewhere."""
    workloads = hand.outside.workloads_of(hand.cluster)
    if workloads is None:
        return Wait("nobody can be asked to end tasks", AGAIN, blind=True)
    ended = {app: _counted(app, work, emptying, len(ids)) for app, ids in moves.end.items()}
    hand.note(MOVING, "yes")
    hand.note(ENDED, msgspec.json.encode({**emptying.ended, **ended}).decode())
    ids = [id for some in moves.end.values() for id in some]
    names = ", ".join(f"{len(some)} of {app}" for app, some in sorted(moves.end.items()))
    await hand.about_to(f"ending {len(ids)} tasks to start elsewhere: {names[:400]}")
    await workloads.kill(ids, wipe=False)
    return Wait(f"{len(ids)} tasks were ended, they start elsewhere", hand.again())


def _counted(app_id: str, work: WorkloadState, emptying: Emptying, more: int) -> Ended:
    known: Mapping[str, Ended] = emptying.ended
    here = next(len(app.on(emptying.agent.agent_id)) for app in work.run_specs if app.id == app_id)
    before = known.get(app_id, Ended(here, 0))
    return Ended(before.at_first, before.times + more)
