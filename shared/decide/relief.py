"""How load is evened out over the agents of a pool: new agents are empty and old ones are full, so one task after the
other moves from the fullest. Pure: which task would move, with its measure before and after.

Marathon, and not we, chooses where a task starts that was ended elsewhere. So the worst that may happen counts, and the
measure is the fuller of two agents, by the resource of which most is in use: before, the agent that the task is on;
after, that agent without it, or the fullest of those to which it may come, with it. Asked about one pool:

1. Anything else is going on there (`balance.py`, rule 1), or what runs could not be read: nothing.
2. A task was moved here less than ten minutes ago: nothing. It starts, is checked, and gets its share of the work.
3. The fullest agent is not above `HOT`, or less than `APART` above the mean of the pool: nothing. Full is not yet hot.
4. A task may move when its application is whole, has others that work, is not being deployed, keeps nothing, and says
   what it needs; and when, by simulated placement, it fits elsewhere.
5. It pays when the measure is smaller afterwards by `PAYS` at least. Of those that pay the one that pays most moves,
   the smaller one at a tie, then by name. One alone: the next is chosen by what is there then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.guards.stakes import keeps_something
from shared.model.mesos import Agent, Amounts
from shared.model.readings import Failure, Value
from shared.model.workloads import App, Task
from shared.policy.schema import PoolPolicy
from shared.scale.placement import place
from shared.scale.queue import work_of
from shared.scale.work import Work

from .balance import goes_on
from .leavers import Ground
from .sizes import Sized

HOT = 0.8
APART = 0.2
PAYS = 0.1
"""Parts of an agent. What moves for less than a tenth of one is ended for nothing."""

SETTLES = timedelta(minutes=10)


class Relocation(Struct, frozen=True, kw_only=True):
    """`task` of `app` is ended on `agent`, whose health is restored before the next. `before` and `after` are the
    measure, from 0 to 1. `may_come_to` are the agents with room for it, by name."""

    pool: str
    app: str
    task: str
    agent: str
    before: float
    after: float
    may_come_to: tuple[str, ...]


class Heat(Struct, frozen=True):
    """How full the fullest agent of a pool is (0 to 1; None: nobody knows), what moves, and why, or why nothing."""

    pool: str
    fullest: float | None
    because: str
    move: Relocation | None = None


def relieve(ground: Ground, pool: PoolPolicy, sized: Sized | None, moved_at: datetime | None = None) -> Heat:
    """Rules 1 to 5. `moved_at` is when a task was last moved for this."""
    agents = [one.node.agent for one in ground.findings[pool.name] if one.node.agent is not None]
    shares = {agent.agent_id: fullness(agent.used, agent.total) for agent in agents if agent.active}
    if not shares:
        return Heat(pool.name, None, "no agent is there")
    hot = max(sorted(shares), key=lambda agent: shares[agent])
    against = _against(ground, pool, sized, moved_at) or _is_cool(shares, hot)
    if against:
        return Heat(pool.name, shares[hot], against)
    by_id = {agent.agent_id: agent for agent in _everywhere(ground)}
    moves = sorted(
        _moves(ground, pool.name, by_id, hot),
        key=lambda one: (round(one[1].after, 3), one[0], one[1].app, one[1].task),
    )
    if not moves or moves[0][1].before - moves[0][1].after < PAYS:
        return Heat(pool.name, shares[hot], "no task there may move, or none whose moving pays")
    best = moves[0][1]
    because = (
        f"{best.task} moves from an agent that is {best.before:.0%} full; {best.after:.0%} afterwards at most"
    )
    return Heat(pool.name, shares[hot], because, best)


def fullness(used: Amounts, total: Amounts) -> float:
    """Of the resource of which most is in use, from 0 to 1."""
    pairs = ((used.cpus, total.cpus), (used.mem_mb, total.mem_mb), (used.disk_mb, total.disk_mb))
    return max((part / whole for part, whole in pairs if whole > 0), default=0.0)


def _against(ground: Ground, pool: PoolPolicy, sized: Sized | None, moved_at: datetime | None) -> str:
    """Rules 1 and 2."""
    situation = ground.situation
    busy = goes_on(ground, pool, situation.ledgers[pool.name], sized)
    if busy:
        return busy
    work = situation.snapshot.workloads
    parts = (
        [work] if isinstance(work, Failure) else [work.value.apps, work.value.pods, work.value.deployments]
    )
    for part in parts:
        if isinstance(part, Failure):
            return f"{part.source}: {part.why}"
    if moved_at is not None and situation.now - moved_at < SETTLES:
        return f"a task was moved at {moved_at:%H:%M:%S} and settles"
    return ""


def _is_cool(shares: Mapping[str, float], hot: str) -> str:
    """Rule 3."""
    mean = sum(shares.values()) / len(shares)
    if shares[hot] > HOT and shares[hot] - mean >= APART:
        return ""
    return f"the fullest agent is {shares[hot]:.0%} full, the mean is {mean:.0%}"


def _everywhere(ground: Ground) -> Sequence[Agent]:
    scheduler = ground.situation.snapshot.scheduler
    return () if isinstance(scheduler, Failure) else scheduler.value.agents


def _moves(
    ground: Ground, pool: str, agents: Mapping[str, Agent], hot: str
) -> Iterator[tuple[float, Relocation]]:
    """Each that may move, with its own share of the agent."""
    closed = [replace(one, is_open=False) if one.name == hot else one for one in ground.hosts]
    for app, task, work in _movable(ground, hot):
        agent = agents[hot]
        if place([work], closed).refused:
            continue
        fits = [
            agents[host.name]
            for host in closed
            if host.is_open and host.name in agents and _has_room(agents[host.name], work.needs)
        ]
        before = fullness(agent.used, agent.total)
        without = fullness(_plus(agent.used, work.needs, -1), agent.total)
        worst = max((fullness(_plus(one.used, work.needs, 1), one.total) for one in fits), default=before)
        yield (
            before - without,
            Relocation(
                pool=pool,
                app=app.id,
                task=task.id,
                agent=hot,
                before=before,
                after=max(without, worst),
                may_come_to=tuple(sorted(one.agent_id for one in fits)),
            ),
        )


def _movable(ground: Ground, hot: str) -> Iterator[tuple[App, Task, Work]]:
    """Rule 4, without the placement. One task of each application: they are alike."""
    work = ground.situation.snapshot.workloads
    deploying: set[str] = set()
    if isinstance(work, Value) and isinstance(work.value.deployments, Value):
        deploying = {app for one in work.value.deployments.value for app in one.affects}
    for app, _ in ground.running.get(hot, ()):
        here = [task for task in app.on(hot) if task.is_up]
        others = [task for task in app.tasks if task not in here[:1] and task.is_up]
        elsewhere: dict[str, int] = {}
        for task in others:
            elsewhere[task.agent_id] = elsewhere.get(task.agent_id, 0) + 1
        moving = work_of(app, 1, elsewhere)
        if not here or not others or moving is None:
            continue
        if app.is_whole and app.id not in deploying and app.service is None and not keeps_something(app):
            yield app, here[0], moving


def _has_room(agent: Agent, needs: Amounts) -> bool:
    """Whatever its roles and constraints say: more agents than in truth, and so no better than in truth."""
    left = _plus(_plus(agent.total, agent.used, -1), needs, -1)
    return min(left.cpus, left.mem_mb, left.disk_mb, left.gpus) >= 0


def _plus(one: Amounts, other: Amounts, times: int) -> Amounts:
    """In thousandths, as Mesos counts."""
    return Amounts(
        round(one.cpus + times * other.cpus, 3),
        round(one.mem_mb + times * other.mem_mb, 3),
        round(one.disk_mb + times * other.disk_mb, 3),
        round(one.gpus + times * other.gpus, 3),
    )
