"""What is at stake on a node: the services that have a member or data there, and how those are elsewhere.

A stake is one service: a service of the SDK with pods, an application of Marathon whose tasks keep something, or a
framework that nobody can ask and that holds volumes or reservations. What keeps nothing has no stake; it starts
elsewhere. Every fact is of one snapshot; only what a lost agent held is remembered (`NodeMemory.held`), because Mesos
forgets it, and what is remembered and nobody can explain is a stake of an unknown framework.

The guard `stateful` judges by it, the ledger writes down which services are disrupted, and the steps that move members
ask the same questions. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from shared.model.catalog import PLAIN, UNKNOWN_FRAMEWORK, UNKNOWN_SDK, Kind, Move, Package, Person
from shared.model.mesos import Framework, SchedulerState
from shared.model.nodes import Holding, Node
from shared.model.readings import Failure, Value
from shared.model.snapshot import Snapshot
from shared.model.workloads import App, Service, WorkloadState

STANDS_FOR_ITSELF = frozenset({None, Move.RESCHEDULE, Move.NOTHING, Move.PER_APP})
"""How a framework's tasks move that keep nothing on agents, or whose applications say it each for itself."""


NOBODY_KNOWS = "?"
"""The service of a node of which nobody has seen what its agent held."""


class Stake(Struct, frozen=True, kw_only=True):
    """`service` names it in the ledger, `move` is how its members leave the node. `members` are the pods or tasks here,
    `up` those of them that work, by sort; `total` and `down` count all members of the service by sort and those
    elsewhere that do not work. `busy` is what is going on elsewhere in the service, empty when it is at rest. `unread`
    says why nothing is known of it."""

    service: str
    package: Package
    move: Move | None = None
    members: tuple[str, ...] = ()
    up: Mapping[str, int] = field(default_factory=dict[str, int])
    here: Mapping[str, int] = field(default_factory=dict[str, int])
    total: Mapping[str, int] = field(default_factory=dict[str, int])
    down: Mapping[str, int] = field(default_factory=dict[str, int])
    busy: str = ""
    unread: str = ""

    @property
    def moves_one_by_one(self) -> bool:
        """While the node works: a member leaves when the one before it is up elsewhere. Others go with the node."""
        return self.move in {Move.REPLACE_POD, Move.RESCHEDULE}


def at_stake(node: Node, snapshot: Snapshot) -> tuple[Stake, ...]:
    """In the order of their names. What could not be read is a stake where the node holds something that may belong to
    it; what holds nothing has none."""
    agent_id, held = agent_of(node), holdings_of(node)
    mesos = snapshot.scheduler.value if isinstance(snapshot.scheduler, Value) else None
    if isinstance(snapshot.workloads, Failure):
        return _of_unread(held, snapshot.workloads.why, mesos)
    work, lost = snapshot.workloads.value, Lost.of(mesos)
    found = [*_apps(work, agent_id, lost), *_services(work, agent_id, lost)]
    if mesos is not None:
        found += _frameworks(node, work, mesos)
    unexplained = {stake.service: stake for stake in _unexplained(held, work, mesos)}
    return _in_order(unexplained | {stake.service: stake for stake in found})


def holdings_of(node: Node) -> tuple[Holding, ...] | None:
    """What its agent keeps for frameworks, or kept when it was last connected; None: nobody has looked."""
    if node.agent is not None and node.agent.active:
        return Holding.of(node.agent)
    if node.memory is None or node.memory.joined_at is None:
        return ()
    return node.memory.held


def agent_of(node: Node) -> str | None:
    if node.agent is not None:
        return node.agent.agent_id
    return node.memory.agent_id if node.memory else None


class Lost(Struct, frozen=True):
    """Agents that are not connected: what is bound to one of them waits and is not being recovered. None: the masters
    could not be read, and nothing is known to be lost."""

    connected: frozenset[str] | None

    @classmethod
    def of(cls, mesos: SchedulerState | None) -> Lost:
        if mesos is None:
            return cls(None)
        return cls(frozenset(agent.agent_id for agent in mesos.agents if agent.active))

    def has(self, agent_id: str | None) -> bool:
        return agent_id is not None and self.connected is not None and agent_id not in self.connected


def going_on(service: Service, agent_id: str | None, lost: Lost) -> str:
    """What goes on in a service besides the pods on this agent and those that wait for agents that are lost; empty when
    it is at rest, so that one more member may be touched.

    1. A plan has errors, or none is called `deploy` or `recovery`.
    2. It is being deployed.
    3. Another pod starts, or is being replaced.
    4. A step of `recovery` is not complete that is about none of the pods that have a reason not to be up.
    5. Another plan is in progress.
    """
    plans = {plan.name: plan for plan in service.plans}
    broken = [name for name in ("deploy", "recovery") if name not in plans]
    broken += [plan.name for plan in service.plans if plan.errors]
    if broken:
        return f"plan {broken[0]} has errors"
    if not plans["deploy"].is_complete:
        return f"plan deploy is {plans['deploy'].status}"
    excused: list[str] = []
    for pod in service.pods:
        if pod.agent_id == agent_id or lost.has(pod.agent_id):
            excused += [] if pod.is_up and not lost.has(pod.agent_id) else [pod.name]
        elif not pod.is_up:
            return f"pod {pod.name} is starting"
    unfinished = plans["recovery"].unfinished
    strange = [step for step in unfinished if not any(_is_about(step, pod) for pod in excused)]
    if strange or (not plans["recovery"].is_complete and not excused):
        return f"plan recovery is {plans['recovery'].status}: {', '.join(strange)[:200]}"
    others = [plan for plan in service.plans if plan.name != "recovery" and not plan.is_at_rest]
    return f"plan {others[0].name} is {others[0].status}" if others else ""


def _is_about(step: str, pod: str) -> bool:
    """`phase/node-1:[server]: PENDING` is about node-1 and not about node-10."""
    return re.search(rf"(?<![\w-]){re.escape(pod)}(?![\w-])", step) is not None


def _services(work: WorkloadState, agent_id: str | None, lost: Lost) -> Iterator[Stake]:
    for name, reading in work.services.items():
        if isinstance(reading, Failure):
            continue
        service = reading.value
        here = service.on(agent_id) if agent_id is not None else ()
        if not here:
            continue
        elsewhere = [pod for pod in service.pods if pod not in here]
        down = [pod for pod in elsewhere if not pod.is_up or lost.has(pod.agent_id)]
        up = [] if lost.has(agent_id) else [pod for pod in here if pod.is_up]
        yield Stake(
            service=name,
            package=service.package,
            move=service.package.framework,
            members=tuple(pod.name for pod in here),
            up=Counter(pod.sort for pod in up),
            here=Counter(pod.sort for pod in here),
            total=Counter(pod.sort for pod in service.pods),
            down=Counter(pod.sort for pod in down),
            busy=going_on(service, agent_id, lost),
        )


def keeps_something(app: App) -> bool:
    """Whether the application's own tasks keep what is lost, or left behind, when they move."""
    package = app.package
    if app.is_resident or package.app in {Move.WIPE_WHEN_LOST, Move.NEVER}:
        return True
    does_it_itself = package.kind in {Kind.APP, Kind.APP_AND_FRAMEWORK}
    return does_it_itself and package.keeps.dies_with_agent and package.person is not Person.NEVER


def _apps(work: WorkloadState, agent_id: str | None, lost: Lost) -> Iterator[Stake]:
    for app in work.run_specs:
        here = app.on(agent_id) if agent_id is not None else ()
        if not here or not keeps_something(app):
            continue
        elsewhere = [task for task in app.tasks if task not in here]
        fine = [task for task in elsewhere if task.is_up and not lost.has(task.agent_id)]
        starting = [task for task in elsewhere if task not in fine and not lost.has(task.agent_id)]
        total = max(app.wanted, len(app.tasks))
        yield Stake(
            service=app.id,
            package=app.package,
            move=app.package.app,
            members=tuple(task.id for task in here),
            up={"": 0 if lost.has(agent_id) else sum(task.is_up for task in here)},
            here={"": len(here)},
            total={"": total},
            down={"": total - len(here) - len(fine)},
            busy=f"{len(starting)} other tasks are not up" if starting else "",
        )


def _frameworks(node: Node, work: WorkloadState, mesos: SchedulerState) -> Iterator[Stake]:
    """Frameworks that can't be asked for their members, by their tasks on the node."""
    running: Counter[str] = Counter()
    if node.agent is not None:
        running.update({id: len(tasks) for id, tasks in node.agent.task_ids.items()})
    if node.memory is not None and not running:
        for key, count in node.memory.tasks.items():
            running[key.partition(":")[0]] += count
    for id, count in running.items():
        framework = mesos.frameworks.get(id)
        if framework is None or not count:
            continue
        package = work.frameworks.get(id, PLAIN)
        if package.framework in STANDS_FOR_ITSELF:
            continue
        service = work.services.get(_name(framework))
        if isinstance(service, Value):
            continue  # its pods say more
        why = service.why if isinstance(service, Failure) else ""
        if service is None and package.framework is Move.REPLACE_POD:
            why = work.apps.why if isinstance(work.apps, Failure) else "nobody has named its scheduler"
        members = (f"{count} tasks",)
        name, move = _name(framework), package.framework
        yield Stake(service=name, package=package, move=move, members=members, unread=why)


def _unexplained(
    held: tuple[Holding, ...] | None, work: WorkloadState, mesos: SchedulerState | None
) -> Iterator[Stake]:
    """What is held for roles of services that could not be read, and for roles of which nobody knows whose they are."""
    if held is None:
        yield Stake(service=NOBODY_KNOWS, package=UNKNOWN_FRAMEWORK, members=("nobody has looked",))
        return
    for holding in held:
        framework = _owner(holding, mesos)
        name = _name(framework) if framework else _service_of_role(holding.role, work)
        package = work.frameworks.get(framework.id, UNKNOWN_FRAMEWORK) if framework else UNKNOWN_FRAMEWORK
        if package.framework is Move.PER_APP:
            if isinstance(work.apps, Failure):
                yield Stake(service=name, package=PLAIN, unread=work.apps.why)
            continue
        service = work.services.get(name)
        if isinstance(service, Value):
            continue  # a pod was here, and is elsewhere now
        if isinstance(service, Failure):
            yield Stake(service=name, package=UNKNOWN_SDK, unread=service.why)
        elif isinstance(work.apps, Failure):
            yield Stake(service=name, package=package, unread=work.apps.why)
        else:
            yield Stake(service=name, package=package, members=("volumes or reservations",))


def _of_unread(held: tuple[Holding, ...] | None, why: str, mesos: SchedulerState | None) -> tuple[Stake, ...]:
    if held is None:
        return (Stake(service=NOBODY_KNOWS, package=UNKNOWN_FRAMEWORK, unread=why),)
    owners = [(one, _owner(one, mesos)) for one in held]
    names = [_name(owner) if owner else one.role for one, owner in owners]
    return _in_order({name: Stake(service=name, package=UNKNOWN_FRAMEWORK, unread=why) for name in names})


def _in_order(stakes: Mapping[str, Stake]) -> tuple[Stake, ...]:
    return tuple(stake for _, stake in sorted(stakes.items()))


def _owner(holding: Holding, mesos: SchedulerState | None) -> Framework | None:
    """The one framework that has this role and, where several do, this principal; None where nobody could tell."""
    frameworks = list(mesos.frameworks.values()) if mesos is not None else []
    having = [one for one in frameworks if holding.role in one.roles]
    having = [one for one in having if one.principal == holding.principal] or having
    return having[0] if len(having) == 1 else None


def _service_of_role(role: str, work: WorkloadState) -> str:
    """`prod/kafka` of `prod__kafka-role`, as the SDK names roles, where there is such a service; else the role."""
    names = {f"{name.replace('/', '__')}-role": name for name in work.services}
    return names.get(role.rpartition("/")[2], role)


def _name(framework: Framework) -> str:
    return framework.name.strip("/") or framework.id
