"""Move one task away from an agent that is much fuller than the others of its pool, and measure whether that paid.

`prove_hot` and `relocate` ask anew, by readings of now, which task moves (`shared/decide/relief.py`):

1. None does by now, or one of another agent: withdraw. Nothing was done.
2. `relocate` notes the task and writes that the pool rests for a day: both stand before the task is ended, so that a
   crash ends no second one and leaves no pool in which one task after the other moves in vain.
3. It asks Marathon to end the task without wanting fewer (`POST /v2/tasks/delete`, `scale=false`, mesosphere/marathon:
   docs/docs/rest-api/public/api/v2); Marathon starts another where it chooses, which may be the same agent.
4. The task was noted before and is there still: nobody knows whether it was ended. It is ended once more by its id,
   which no other task gets, when its application is whole. Is it gone: go on.

`await_whole`:

5. The agent is not well by now, or another node of the cluster has failed since: withdraw, repair comes first, and this
   would take its place in the ledger. What runs cannot be read: wait.
6. As many tasks of the application are up and pass their checks as it wants: go on. Else wait, and in the end a person
   is called.

`weigh` reads once more how full the two agents are:

7. The successor is not on the same agent, and the fuller of the two is less full than the agent was by what the policy
   asks for (`pays`): done, and the next one may move after a while.
8. Otherwise it has failed: nothing moves in the pool for a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.moves import KILLING
from shared.decide.relief import Relocation, gained, relieve
from shared.decide.repair import Situation
from shared.decide.sizes import is_sized
from shared.judge.correlation import FAILED
from shared.model.audit import AuditKind
from shared.model.incidents import IncidentState
from shared.model.last_move import LastMove
from shared.model.nodes import Condition
from shared.model.readings import Failure
from shared.model.workloads import App, Task
from shared.operate.hand import MOVING, Hand
from shared.operate.outcomes import Done, Failed, Outcome, Wait, Withdraw
from shared.scale.offers import fullness

CHOSEN = "chosen"
"""The note of which task moves, as JSON."""

RESTS = timedelta(days=1)
ENDS_WITHIN = timedelta(seconds=30)
"""A task that was ended is listed until its agent says that it is over; Marathon is not asked again before."""
AGAIN = timedelta(seconds=15)
UNKNOWN = "what came of the last one is not known"


class Chosen(Struct, frozen=True):
    """`before` is how full its agent was, `at_most` how full the fuller of two agents is afterwards at worst.
    `newest` is when the last of the application's tasks was started, by Marathon's clock: later ones are
    successors."""

    task: str
    app: str
    before: float
    at_most: float
    newest: datetime | None


decode_chosen = msgspec.json.Decoder(Chosen).decode


async def prove_hot(hand: Hand) -> Outcome:
    found = await _choose(hand)
    if isinstance(found, Withdraw):
        return found
    return Done(f"{found.task} of {found.app} is to start elsewhere")


async def relocate(hand: Hand) -> Outcome:
    if MOVING in hand.operation.notes:
        return await _end_for_sure(hand)
    found = await _choose(hand)
    if isinstance(found, Withdraw):
        return found
    chosen = Chosen(found.task, found.app, found.before, found.after, await _newest(hand, found.app))
    hand.note(CHOSEN, msgspec.json.encode(chosen).decode())
    hand.note(MOVING, hand.now.isoformat())
    return await _end(hand, chosen)


async def await_whole(hand: Hand) -> Outcome:
    chosen, unwell = _chosen(hand), await _unwell(hand)
    if unwell:
        return Withdraw(f"{unwell}, and repair comes first")
    app = await _app(hand, chosen)
    if isinstance(app, Wait):
        return app
    if app is None:
        return Done(f"{chosen.app} is not there any more")
    up = sum(task.is_up for task in app.tasks)
    if not app.is_whole or up < app.wanted:
        return Wait(f"{up} of {app.wanted} tasks of {app.id} are up", hand.again())
    return Done(f"{app.id} is whole: {up} tasks are up")


async def weigh(hand: Hand) -> Outcome:
    chosen, agent = _chosen(hand), hand.operation.subject.agent_id or ""
    hand.forget_readings()  # those that showed that it is up may be from before
    picture, _ = await hand.fresh()
    app, scheduler = await _app(hand, chosen), picture.situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    if isinstance(app, Wait):
        return app
    homes = {task.agent_id for task in _successors(app, chosen)} if app is not None else set[str]()
    both = [one for one in scheduler.value.agents if one.active and one.agent_id in {agent, *homes}]
    after = max((fullness(one.used, one.total) for one in both), default=0.0)
    paid = agent not in homes and gained(chosen.before, after) >= hand.pool.rebalance.pays
    where = (
        "it came back to the same agent" if agent in homes else f"it is on {', '.join(sorted(homes)) or '?'}"
    )
    text = f"{chosen.before:.0%} before, {after:.0%} after: {where}"
    rests = None if paid else hand.now + RESTS
    hand.tell(AuditKind.STEP, f"measured: {text}", load=chosen, after=after, paid=paid)
    await _keep(hand, chosen, because=text, after=after, rests_until=rests)
    if rests is None:
        return Done(text)
    return Failed(
        f"{text}; that did not pay, and nothing moves in pool {hand.pool.name} until {rests:%d %H:%M} UTC"
    )


async def _choose(hand: Hand) -> Relocation | Withdraw:
    """Rule 1."""
    if not hand.pool.rebalance.load:
        return Withdraw("the policy does not have the pool's load evened out any more")
    picture, _ = await hand.fresh()
    situation = picture.situation
    sized = await hand.sized() if is_sized(situation, hand.pool) else None
    found = await hand.outside.records.last_moves(hand.cluster.name)
    if hand.pool.name in found.unread:
        return Withdraw("when a task last moved there cannot be read")
    snapshot = replace(situation.snapshot, workloads=await hand.work())
    last = found.kept.get(hand.pool.name)
    ground = Ground.of(_without_us(hand, replace(situation, snapshot=snapshot)))
    heat = relieve(ground, hand.pool, sized, last.value if last else None)
    if heat.move is None or heat.move.agent != hand.operation.subject.agent_id:
        return Withdraw(heat.because if heat.move is None else "another agent is fuller by now")
    return heat.move


def _without_us(hand: Hand, situation: Situation) -> Situation:
    """As if this operation were not at work."""
    book = situation.ledgers[hand.pool.name]
    others = tuple(entry for entry in book.active if entry.operation != hand.operation.id)
    ledgers = {**situation.ledgers, hand.pool.name: replace(book, active=others)}
    return replace(situation, ledgers=ledgers, busy=situation.busy - {hand.operation.subject.node})


async def _end_for_sure(hand: Hand) -> Outcome:
    """Rule 4."""
    chosen, unwell = _chosen(hand), await _unwell(hand)
    if unwell:
        return Withdraw(f"{unwell}, and repair comes first")
    app = await _app(hand, chosen)
    if isinstance(app, Wait):
        return app
    task = next((one for one in app.tasks if one.id == chosen.task), None) if app is not None else None
    if app is None or task is None:
        return Done(f"{chosen.task} was ended")
    is_ending = hand.now - datetime.fromisoformat(hand.operation.notes[MOVING]) < ENDS_WITHIN
    if is_ending or task.state == KILLING or not app.is_whole:
        return Wait(f"{chosen.task} is there still", hand.again())
    hand.note(MOVING, hand.now.isoformat())
    return await _end(hand, chosen)


async def _unwell(hand: Hand) -> str:
    """Rule 5: who has to be repaired; empty: nobody."""
    finding, (picture, _) = await hand.finding(), await hand.fresh()
    if finding is None:
        return "it is gone"
    if finding.condition is not Condition.HOT and not finding.blind:
        return f"it is {finding.condition.value} now"
    failed = FAILED | {Condition.DOOMED}
    for incident in picture.situation.incidents.values():
        is_new = incident.state is IncidentState.OPEN and incident.opened_at > hand.operation.created_at
        if is_new and incident.condition in failed:
            return f"{incident.node} is {incident.condition.value} since"
    return ""


async def _end(hand: Hand, chosen: Chosen) -> Outcome:
    """Rules 2 and 3."""
    workloads = hand.outside.workloads_of(hand.cluster)
    if workloads is None:
        return Withdraw("nobody can be asked to end tasks")
    agent = hand.operation.subject.agent_id
    await hand.about_to(
        f"ending {chosen.task} of {chosen.app} to start elsewhere: agent {agent} is {chosen.before:.0%} full"
    )
    await _keep(hand, chosen, because=UNKNOWN, rests_until=hand.now + RESTS)
    await workloads.kill([chosen.task], wipe=False)
    return Wait(f"{chosen.task} was ended", hand.again())


async def _keep(
    hand: Hand, chosen: Chosen, *, because: str, rests_until: datetime | None, after: float | None = None
) -> None:
    move = LastMove(
        at=hand.now,
        task=chosen.task,
        app=chosen.app,
        agent=hand.operation.subject.agent_id or "",
        because=because,
        before=chosen.before,
        after=after,
        rests_until=rests_until,
    )
    await hand.outside.records.keep_last_move(hand.cluster.name, hand.pool.name, move)


def _chosen(hand: Hand) -> Chosen:
    return decode_chosen(hand.operation.notes[CHOSEN])


async def _app(hand: Hand, chosen: Chosen) -> App | Wait | None:
    """The application as it is now; None: Marathon does not know it any more."""
    work = await hand.work()
    unread = work if isinstance(work, Failure) else work.value.apps
    if isinstance(work, Failure) or isinstance(unread, Failure):
        why = unread.why if isinstance(unread, Failure) else ""
        return Wait(f"what runs there cannot be read: {why}", AGAIN, blind=True)
    return next((app for app in work.value.run_specs if app.id == chosen.app), None)


async def _newest(hand: Hand, app_id: str) -> datetime | None:
    work = await hand.work()
    apps = () if isinstance(work, Failure) else work.value.run_specs
    starts = [task.started_at for app in apps if app.id == app_id for task in app.tasks if task.started_at]
    return max(starts, default=None)


def _successors(app: App, chosen: Chosen) -> list[Task]:
    return [
        task
        for task in app.tasks
        if task.started_at is not None and (chosen.newest is None or task.started_at > chosen.newest)
    ]
