"""Who goes from a pool that is to have fewer: what is known of its machines, in the words of `shared/scale/victims.py`.

A machine is kept, whatever its size says, when

1. a person holds it, or Azure protects it from scaling in or from actions on its set;
2. an operation is at work on it, or its going was handed over to a person;
3. its end is announced: it goes by itself, and what comes for it is decided by repair;
4. it is not well: repair comes first. But one whose agent never joined goes before all others.

Of the others, what it holds is

5. unread, where it runs anything and it could not be read what, or whose that is, or where a Marathon runs anything
   that nobody asks for its applications (`unasked.py`);
6. resident, where the catalog has a person decide before data is given up; stateful, where a service holds as many
   copies as it needs;
7. single, where it has the only running task of an application; movable, where it runs anything else;
8. nothing, where no task is there and nothing is kept for anybody.

What has to run elsewhere needs what its application says. What the tasks of others need is not told: they are taken to
need the same each, and all together the rest of what is in use. They may go to every agent of the cluster that takes
new tasks and stays.

Who was chosen at an earlier look goes before others of the same rank: somebody may have been asked about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.guards.stakes import Stake, at_stake
from shared.model.azure import Provisioning
from shared.model.catalog import Person
from shared.model.incidents import IncidentState
from shared.model.ledger import Ledger
from shared.model.mesos import ANYBODY, Agent, Amounts
from shared.model.nodes import Condition, Finding
from shared.model.overrides import OverrideKind, in_force
from shared.model.readings import Failure, Value
from shared.model.snapshot import Snapshot
from shared.model.workloads import App
from shared.policy.scaling import Scaling
from shared.policy.schema import PoolPolicy
from shared.scale.candidates import Asked, Candidate, Choice, Holds
from shared.scale.offers import host_of
from shared.scale.queue import work_of
from shared.scale.spread import Place
from shared.scale.victims import choose
from shared.scale.work import PUBLIC, Host, Work

from .repair import Situation
from .unasked import unasked_on

AT_REST = Scaling()
"""How a pool shrinks that follows no load."""

MOST = 20
"""So many are chosen at a look, each minute. To find room for the tasks of so many takes a second where a thousand are
full of tasks, and to empty one takes minutes."""

EITHER = (ANYBODY, PUBLIC)
"""What accepts both, where nobody says which."""

MAY_GO = frozenset({Condition.HEALTHY, Condition.JOINING, Condition.STUCK})


class Ground(Struct, frozen=True):
    """What is the same for all pools of a cluster. `findings` are by pool, `hosts` all of its agents, closed where they
    are no place to go to, and `running` by agent which applications have how many tasks there. `moving` are the tasks
    of machines that are being emptied: what room they need, nobody else has."""

    situation: Situation
    findings: Mapping[str, Sequence[Finding]]
    hosts: Sequence[Host]
    running: Mapping[str, Sequence[tuple[App, int]]]
    moving: Sequence[Work]

    @classmethod
    def of(cls, situation: Situation) -> Ground:
        findings: dict[str, list[Finding]] = {pool.name: [] for pool in situation.cluster.pools}
        for one in situation.findings:
            findings.setdefault(one.node.pool, []).append(one)
        running = _running(situation)
        return cls(situation, findings, hosts_of(situation), running, tuple(_moving(situation, running)))

    def without(self, nodes: Iterable[str]) -> Ground:
        """No task may go to these any more."""
        going = set(nodes)
        agents = {
            one.node.agent.agent_id
            for one in self.situation.findings
            if one.node.name in going and one.node.agent is not None
        }
        return replace(self, hosts=_closed(self.hosts, agents))


def choose_leavers(ground: Ground, pool: PoolPolicy, book: Ledger, surplus: int) -> Choice:
    """Who goes, of a pool with so many too many. Not more are chosen than may go at the same time: who comes after
    them is chosen when it is their turn, by what is there then. Who is being given back at this moment may be chosen
    again at the next look: nobody is chosen in its stead."""
    surplus = max(0, surplus - _being_given_back(ground.situation, book))
    count = min(surplus, MOST, max(1, pool.disruption.at_once.of(len(ground.findings[pool.name]))))
    return choose(asked_about(ground, pool, book, count))


def _being_given_back(situation: Situation, book: Ledger) -> int:
    """Their place in the ledger is free, and their operation is not closed yet."""
    placed = {entry.node for entry in book.active}
    of_pool = (
        one for one in situation.incidents.values() if one.pool == book.pool and one.node not in placed
    )
    return sum(one.condition is Condition.SURPLUS and one.node in situation.busy for one in of_pool)


def asked_about(ground: Ground, pool: PoolPolicy, book: Ledger, count: int) -> Asked:
    """What the choice is asked, when so many are to go."""
    situation, scaling = ground.situation, pool.scaling or AT_REST
    leaving = {entry.node for entry in book.active if entry.shrinks}
    listed = [one for one in ground.findings[pool.name] if is_there(one) and one.node.name not in leaving]
    zones = {one.node.instance.zone for one in listed if one.node.instance is not None}
    return Asked(
        count=count,
        candidates=[_candidate(ground, book, one) for one in listed],
        hosts=ground.hosts,
        now=situation.now,
        zones=tuple(sorted(zone for zone in zones if zone is not None)),
        age=scaling.age,
        protected=scaling.protect_new,
        serving=scaling.serving,
        moving=ground.moving,
    )


def is_there(finding: Finding) -> bool:
    """Whether Azure lists its machine, and is not deleting it."""
    instance = finding.node.instance
    return instance is not None and instance.provisioning is not Provisioning.DELETING


def held_by(ground: Ground, finding: Finding) -> Holds:
    """What the machine holds, by rules 5 to 8."""
    return _holds(ground, finding, at_stake(finding.node, _about(ground, finding.node.agent)))


def hosts_of(situation: Situation) -> tuple[Host, ...]:
    """All agents of the cluster. Closed are those that are not well or that an operation is at work on, also where no
    generation of Mesos says so."""
    scheduler = situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return ()
    closed = {
        one.node.agent.agent_id
        for one in situation.findings
        if one.node.agent is not None
        and (one.condition is not Condition.HEALTHY or one.node.name in situation.busy)
    }
    return _closed([host_of(agent) for agent in scheduler.value.agents], closed)


def _closed(hosts: Iterable[Host], agents: frozenset[str] | set[str]) -> tuple[Host, ...]:
    return tuple(replace(one, is_open=False) if one.name in agents else one for one in hosts)


def _running(situation: Situation) -> dict[str, list[tuple[App, int]]]:
    work = situation.snapshot.workloads
    running: dict[str, list[tuple[App, int]]] = {}
    for app in work.value.run_specs if isinstance(work, Value) else ():
        for agent, count in Counter(task.agent_id for task in app.tasks).items():
            running.setdefault(agent, []).append((app, count))
    return running


def _candidate(ground: Ground, book: Ledger, finding: Finding) -> Candidate:
    node, situation = finding.node, ground.situation
    memory, instance, agent = node.memory, node.instance, node.agent
    has_joined = agent is not None or (memory is not None and memory.joined_at is not None)
    came_at = situation.now
    if memory is not None:
        came_at = memory.joined_at or memory.first_seen_at
    stakes = at_stake(node, _about(ground, agent))
    incident = situation.incidents.get(node.name)
    return Candidate(
        node=node.name,
        came_at=came_at,
        holds=_holds(ground, finding, stakes) if has_joined else Holds.NOTHING,
        host=agent.agent_id if agent is not None else None,
        is_deactivated=agent is not None and agent.deactivated,
        tasks=_tasks(ground, agent) if agent is not None else (),
        services=frozenset(stake.service for stake in stakes),
        place=Place(instance.zone, instance.fault_domain) if instance is not None else Place(),
        kept=_kept(situation, book, finding),
        is_named=incident is not None and incident.condition is Condition.SURPLUS,
    )


def _about(ground: Ground, agent: Agent | None) -> Snapshot:
    """The snapshot without applications that have no task there, which are most of them."""
    snapshot = ground.situation.snapshot
    if agent is None or isinstance(snapshot.workloads, Failure):
        return snapshot
    work = snapshot.workloads.value
    here = tuple(app for app, _ in ground.running.get(agent.agent_id, ()))
    apps = work.apps if isinstance(work.apps, Failure) else replace(work.apps, value=here)
    pods = work.pods
    if isinstance(pods, Value):
        pods = replace(pods, value=() if isinstance(apps, Value) else here)
    return replace(snapshot, workloads=replace(snapshot.workloads, value=replace(work, apps=apps, pods=pods)))


def _kept(situation: Situation, book: Ledger, finding: Finding) -> str:
    """Rules 1 to 4: by whom or what; empty: by nobody."""
    node, instance = finding.node, finding.node.instance
    for held in in_force(situation.overrides, OverrideKind.PAUSE, [node.name], situation.now):
        return f"{held.who} holds it: {held.why}"
    if instance is not None and (
        instance.is_protected_from_scale_in or instance.is_protected_from_set_actions
    ):
        return "Azure protects it"
    if node.name in situation.busy or any(entry.node == node.name for entry in book.active):
        return "an operation is at work on it"
    incident = situation.incidents.get(node.name)
    about = (incident.condition, incident.state) if incident is not None else None
    if about == (Condition.SURPLUS, IncidentState.HANDED_OVER):
        return "its going was handed over to a person"
    if finding.condition is Condition.DOOMED:
        return "its end is announced, and it goes by itself"
    if finding.condition not in MAY_GO:
        return f"it is {finding.condition.value}, and repair comes first"
    return ""


def _holds(ground: Ground, finding: Finding, stakes: Sequence[Stake]) -> Holds:
    """Rules 5 to 8."""
    agent, work = finding.node.agent, ground.situation.snapshot.workloads
    is_idle = agent is not None and not any(agent.task_ids.values())
    is_read = (
        isinstance(work, Value) and isinstance(work.value.apps, Value) and isinstance(work.value.pods, Value)
    )
    if any(stake.unread for stake in stakes) or not (is_idle or is_read):
        return Holds.UNREAD
    if agent is not None and unasked_on(ground.situation, agent):
        return Holds.UNREAD
    if any(stake.package.person is not Person.NEVER for stake in stakes):
        return Holds.RESIDENT
    if stakes:
        return Holds.STATEFUL
    if is_idle or agent is None:
        return Holds.NOTHING
    here = ground.running.get(agent.agent_id, ())
    return Holds.SINGLE if any(len(app.tasks) == 1 for app, _ in here) else Holds.MOVABLE


def _tasks(ground: Ground, agent: Agent) -> tuple[Work, ...]:
    """What would have to run elsewhere."""
    return tuple(_works(ground.running.get(agent.agent_id, ()), agent))


def _moving(situation: Situation, running: Mapping[str, Sequence[tuple[App, int]]]) -> Iterator[Work]:
    """What still runs on machines that go already, or that are being repaired and get no new tasks."""
    going = {
        one.node for book in situation.ledgers.values() for one in book.active if one.shrinks or one.leaving
    }
    for one in situation.findings:
        agent = one.node.agent
        if agent is None or one.node.name not in situation.busy:
            continue
        if one.node.name in going or agent.deactivated:
            yield from _works(running.get(agent.agent_id, ()), agent)


def _works(here: Sequence[tuple[App, int]], agent: Agent) -> Iterator[Work]:
    known = [(app, count) for app, count in here if app.needs is not None]
    left, others = agent.used, sum(len(tasks) for tasks in agent.task_ids.values())
    for app, count in known:
        elsewhere = Counter(task.agent_id for task in app.tasks if task.agent_id != agent.agent_id)
        work = work_of(app, count, elsewhere)
        if work is not None:
            yield work
            left, others = _less(left, work.needs, count), others - count
    if left != Amounts():
        yield Work(app="", needs=_part(left, max(1, others)), count=max(1, others), roles=EITHER)


def _less(one: Amounts, other: Amounts, times: int) -> Amounts:
    """In thousandths, as Mesos counts, and never below zero."""
    return Amounts(
        max(0.0, round(one.cpus - times * other.cpus, 3)),
        max(0.0, round(one.mem_mb - times * other.mem_mb, 3)),
        max(0.0, round(one.disk_mb - times * other.disk_mb, 3)),
        max(0.0, round(one.gpus - times * other.gpus, 3)),
    )


def _part(amounts: Amounts, of: int) -> Amounts:
    return Amounts(amounts.cpus / of, amounts.mem_mb / of, amounts.disk_mb / of, amounts.gpus / of)
