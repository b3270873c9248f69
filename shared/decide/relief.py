"""How load is evened out over the agents of a pool: new agents are empty and old ones are full, so one task after the
other moves from the fullest. Pure: which task would move, with its measure before and after.

Marathon, and not we, chooses where a task starts that was ended elsewhere. So the worst that may happen counts, and the
measure is the fuller of two agents, by the resource of which most is in use: before, the agent that the task is on;
after, that agent without it, or the fullest of those to which it may come, with it. Asked about one pool:

1. Anything else is going on there (`balance.py`, rule 1), or what runs could not be read: nothing.
2. A task was moved here less than ten minutes ago: nothing. It starts, is checked, and gets its share of the work. Nor
   within a day after one that came to nothing (`shared/model/last_move.py`).
3. The fullest agent is not above `hot` of the policy (`rebalance`), or less than `apart` above the mean of the pool:
   nothing. Full is not yet hot.
4. A task may move when its application is whole, has others that work, is not being deployed, keeps nothing, and says
   what it needs; and when, by simulated placement, it fits elsewhere. No pods: they are several tasks each.
5. It pays when the measure is smaller afterwards by `pays` at least. Of those that pay the one that pays most moves,
   the smaller one at a tie, then by name. One alone: the next is chosen by what is there then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.guards.stakes import keeps_something
from shared.model.decisions import Number
from shared.model.last_move import LastMove
from shared.model.mesos import Agent, Amounts
from shared.model.nodes import Finding
from shared.model.readings import Failure, Value
from shared.model.workloads import App, AppKind, Task
from shared.policy.rebalance import Rebalance
from shared.policy.schema import PoolPolicy
from shared.scale.offers import fullness
from shared.scale.placement import place
from shared.scale.queue import work_of
from shared.scale.work import Host, Work

from .balance import goes_on
from .leavers import Ground
from .sizes import Sized

SETTLES = timedelta(minutes=10)


class Relocation(Struct, frozen=True, kw_only=True):
    """`task` of `app` is ended on `agent` of `node`, and the application is whole again before the next. `before` and
    `after` are the measure, from 0 to 1. `may_come_to` are the agents with room for it, by name."""

    pool: str
    node: str
    app: str
    task: str
    agent: str
    before: float
    after: float
    may_come_to: tuple[str, ...]


class Heat(Struct, frozen=True):
    """How full the fullest agent of a pool is, and all of them on average (0 to 1; None: nobody knows), what moves, and
    why, or why nothing."""

    pool: str
    fullest: float | None
    mean: float | None
    because: str
    move: Relocation | None = None

    @property
    def numbers(self) -> Mapping[str, Number]:
        """For the audit."""
        numbers: dict[str, Number] = {"fullest": self.fullest, "mean": self.mean}
        if self.move is not None:
            move = self.move
            numbers |= {"task": move.task, "app": move.app, "before": move.before, "after": move.after}
            numbers["may_come_to"] = len(move.may_come_to)
        return numbers


def relieve(ground: Ground, pool: PoolPolicy, sized: Sized | None, last: LastMove | None = None) -> Heat:
    """Rules 1 to 5. `last` is what moved there last."""
    shares = shares_of(ground.findings[pool.name])
    if not shares:
        return Heat(pool.name, None, None, "no agent is there")
    hot, mean = hottest(shares), sum(shares.values()) / len(shares)
    against = not_now(ground, pool, sized, last) or _unread(ground) or is_cool(shares, pool.rebalance)
    if against:
        return Heat(pool.name, shares[hot], mean, against)
    by_id = {agent.agent_id: agent for agent in _everywhere(ground)}
    moves = sorted(
        _moves(ground, pool, by_id, hot),
        key=lambda one: (round(one[1].after, 3), one[0], one[1].app, one[1].task),
    )
    if not moves or gained(moves[0][1].before, moves[0][1].after) < pool.rebalance.pays:
        return Heat(pool.name, shares[hot], mean, "no task there may move, or none whose moving pays")
    best = moves[0][1]
    because = (
        f"its agent is {best.before:.0%} full, the mean of the pool is {mean:.0%}: with {best.task} of {best.app} "
        f"elsewhere it is {best.after:.0%} at most"
    )
    return Heat(pool.name, shares[hot], mean, because, best)


def shares_of(findings: Iterable[Finding]) -> dict[str, float]:
    """How full each connected agent is, by its id."""
    agents = [one.node.agent for one in findings if one.node.agent is not None]
    return {agent.agent_id: fullness(agent.used, agent.total) for agent in agents if agent.active}


def hottest(shares: Mapping[str, float]) -> str:
    """The fullest agent, the first by name of those that are equally full."""
    return max(sorted(shares), key=lambda agent: shares[agent])


def is_cool(shares: Mapping[str, float], limits: Rebalance) -> str:
    """Rule 3: why nothing moves; empty where one is hot."""
    if not shares:
        return "no agent is there"
    fullest, mean = shares[hottest(shares)], sum(shares.values()) / len(shares)
    if fullest > limits.hot and fullest - mean >= limits.apart:
        return ""
    return f"the fullest agent is {fullest:.0%} full, the mean is {mean:.0%}"


def gained(before: float, after: float) -> float:
    """In thousandths, so that a tenth less is a tenth less."""
    return round(before - after, 3)


def not_now(ground: Ground, pool: PoolPolicy, sized: Sized | None, last: LastMove | None) -> str:
    """Rules 1 and 2, as far as nobody has to know what runs there; empty: nothing speaks against it."""
    now = ground.situation.now
    busy = goes_on(ground, pool, ground.situation.ledgers[pool.name], sized)
    if busy:
        return busy
    if last is not None and last.rests_until is not None and now < last.rests_until:
        return f"nothing moves there until {last.rests_until:%d %H:%M}: {last.because}"
    if last is not None and now - last.at < SETTLES:
        return f"a task was moved at {last.at:%H:%M:%S} and settles"
    return ""


def _unread(ground: Ground) -> str:
    """Rule 1: what of the work could not be read."""
    work = ground.situation.snapshot.workloads
    parts = (
        [work] if isinstance(work, Failure) else [work.value.apps, work.value.pods, work.value.deployments]
    )
    return next((f"{part.source}: {part.why}" for part in parts if isinstance(part, Failure)), "")


def _everywhere(ground: Ground) -> Sequence[Agent]:
    scheduler = ground.situation.snapshot.scheduler
    return () if isinstance(scheduler, Failure) else scheduler.value.agents


def _moves(
    ground: Ground, pool: PoolPolicy, agents: Mapping[str, Agent], hot: str
) -> Iterator[tuple[float, Relocation]]:
    """Each that may move and is large enough to pay, with its own share of the agent."""
    agent = agents[hot]
    node = next(one.node.name for one in ground.findings[pool.name] if one.node.agent is agent)
    closed = [replace(one, is_open=False) if one.name == hot else one for one in ground.hosts]
    before = fullness(agent.used, agent.total)
    for app, task, work in _movable(ground, hot):
        without = fullness(_plus(agent.used, work.needs, -1), agent.total)
        if gained(before, without) < pool.rebalance.pays:
            continue  # and with the agent to which it comes it is no better
        if place([work], closed).refused:
            continue
        fits = [
            agents[host.name]
            for host in closed
            if _takes(host, work) and host.name in agents and _has_room(agents[host.name], work.needs)
        ]
        worst = max((fullness(_plus(one.used, work.needs, 1), one.total) for one in fits), default=before)
        yield (
            before - without,
            Relocation(
                pool=pool.name,
                node=node,
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
        if not here or not others or moving is None or app.kind is not AppKind.APP:
            continue
        if app.is_whole and app.id not in deploying and app.service is None and not keeps_something(app):
            yield app, here[0], moving


def _takes(host: Host, work: Work) -> bool:
    """Whether it gets new tasks and has anything for the roles of this one: others never get it."""
    return host.is_open and not host.free.keys().isdisjoint(work.roles)


def _has_room(agent: Agent, needs: Amounts) -> bool:
    """Whatever constraints say: more agents than in truth, and so no better than in truth."""
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
