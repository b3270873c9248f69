"""What the guard `stateful` is asked about: a pool of five, and on it what a test puts there.

ground = Ground()
ground.serve("cassandra", CASSANDRA, {"node-0": 1, "node-1": 2, "node-2": 3})      pods by the number of their node
ground.cluster.is_unreachable(1)
ground.answer(1).reason
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from shared.dcos.catalog.beside import MARATHON
from shared.dcos.catalog.stateful import STATEFUL
from shared.guards import Question, stateful
from shared.model.catalog import Package
from shared.model.decisions import Answer
from shared.model.mesos import Agent, Amounts, Framework, Reservation, SchedulerState, Volume
from shared.model.nodes import Holding
from shared.model.overrides import Override, OverrideKind
from shared.model.readings import Reading, Value
from shared.model.remedies import Remedy
from shared.model.snapshot import Snapshot
from shared.model.workloads import (
    COMPLETE,
    App,
    Deployment,
    Plan,
    PodTask,
    Service,
    ServicePod,
    Task,
    WorkloadState,
)
from tests.builders import NOW, Cluster, memory, name, read, unread

CATALOG: Mapping[str, Package] = {entry.package.name: entry.package for entry in STATEFUL}
CASSANDRA, KAFKA, RIAK = CATALOG["cassandra"], CATALOG["kafka"], CATALOG["riak"]
ELASTIC, EXHIBITOR = CATALOG["elastic"], CATALOG["exhibitor"]
INCIDENT = "i-1"
LOSING = [Remedy.REDEPLOY, Remedy.REIMAGE, Remedy.REPLACE]


class Ground:
    """`apps`, `services` and `deployments` may be changed before it is asked; `unread` names what fails: apps, services
    by name, or everything."""

    def __init__(self, nodes: int = 5) -> None:
        self.cluster = Cluster(nodes)
        self.apps: list[App] = []
        self.services: dict[str, Service] = {}
        self.deployments: list[Deployment] = []
        self.packages: dict[str, Package] = {"marathon": MARATHON.package}
        self.frameworks = {"marathon": Framework("marathon", "marathon", ("marathon",))}
        self.unread: set[str] = set()

    # What is there.

    def serve(self, service: str, package: Package, homes: Mapping[str, int]) -> None:
        """A service at rest, its pods on the agents of these nodes."""
        pods = tuple(self.pod(pod, number) for pod, number in sorted(homes.items()))
        plans = (Plan("deploy", COMPLETE), Plan("recovery", COMPLETE))
        self.services[service] = Service(service, plans, pods, package)
        self.frameworks[service] = Framework(service, service, (f"{service}-role",))
        self.packages[service] = package
        for number in homes.values():
            self.holds(number, f"{service}-role")

    def pod(self, pod: str, number: int | None, state: str = "RUNNING") -> ServicePod:
        agent = None if number is None else f"agent-S{number}"
        return ServicePod(pod, agent, (PodTask(f"{pod}-server", f"{pod}-server__1", state),))

    def change_pod(self, service: str, pod: ServicePod, step: str = "") -> None:
        """The pod is seen so; with a step, the plan `recovery` is at that."""
        old = self.services[service]
        pods = tuple(pod if one.name == pod.name else one for one in old.pods)
        recovery = Plan("recovery", "IN_PROGRESS", (), (step,)) if step else Plan("recovery", COMPLETE)
        plans = tuple(recovery if plan.name == "recovery" else plan for plan in old.plans)
        self.services[service] = replace(old, pods=pods, plans=plans)

    def run(self, app: App, *numbers: int) -> None:
        """The application has a task on each of these nodes; those run."""
        tasks = tuple(
            Task(f"{app.id.strip('/')}.{place}", f"agent-S{number}", "", "TASK_RUNNING")
            for place, number in enumerate(numbers)
        )
        self.apps.append(replace(app, tasks=tasks, running=len(tasks)))
        for task, number in zip(tasks, numbers, strict=True):
            self.changes(number, partial(_with_task, framework="marathon", id=task.id))
            if app.is_resident:
                self.holds(number, "marathon")

    def runs_framework(self, framework: str, number: int, package: Package) -> None:
        self.frameworks[framework] = Framework(framework, framework, (framework,))
        self.packages[framework] = package
        self.changes(number, partial(_with_task, framework=framework, id=f"{framework}.1"))

    def holds(self, number: int, role: str, source: str = "ROOT") -> None:
        """Its agent keeps a volume for this role, and that is remembered."""
        volume = Volume(f"{role}-{number}", role, "", "data", 1024.0, source)
        self.changes(
            number,
            lambda agent: replace(
                agent,
                volumes=(*agent.volumes, volume),
                reservations=(*agent.reservations, Reservation(role, "", Amounts(cpus=1))),
            ),
        )
        old = self.cluster.memory[name(number)]
        held = (*(old.held or ()), Holding(role, "", 1, source != "ROOT"))
        self.cluster.memory[name(number)] = memory(number, held=held)

    def changes(self, number: int, how: Callable[[Agent], Agent]) -> None:
        id = f"agent-S{number}"
        self.cluster.agents[id] = how(self.cluster.agents[id])

    def approve(self, remedy: Remedy = Remedy.REPLACE) -> None:
        self.cluster.overrides.append(
            Override(OverrideKind.APPROVE, INCIDENT, "ann", "I know", NOW, None, remedy.value)
        )

    # What is asked.

    def work(self) -> Reading[WorkloadState]:
        if "everything" in self.unread:
            return unread("workloads", "marathon hangs")
        services: dict[str, Reading[Service]] = {
            one: unread(one, "its scheduler starts") if one in self.unread else read(service)
            for one, service in self.services.items()
        }
        apps: Reading[tuple[App, ...]] = read(tuple(self.apps))
        if "apps" in self.unread:
            apps = unread("marathon apps", "marathon hangs")
        deployments: Reading[tuple[Deployment, ...]] = read(tuple(self.deployments))
        return read(WorkloadState(apps, read(()), deployments, services, self.packages))

    def snapshot(self) -> Snapshot:
        snapshot = self.cluster.snapshot()
        scheduler: Reading[SchedulerState] = snapshot.scheduler
        if isinstance(scheduler, Value):
            scheduler = replace(scheduler, value=replace(scheduler.value, frameworks=self.frameworks))
        return replace(snapshot, scheduler=scheduler, workloads=self.work())

    def question(self, number: int, remedy: Remedy = Remedy.REPLACE, **other: Any) -> Question:
        plain = self.cluster.question(number)
        asked = replace(plain, snapshot=self.snapshot(), remedy=remedy, incident=INCIDENT)
        return replace(asked, **other)

    def answer(self, number: int, remedy: Remedy = Remedy.REPLACE, **other: Any) -> Answer:
        return stateful.ask(self.question(number, remedy, **other))


def _with_task(agent: Agent, framework: str, id: str) -> Agent:
    return replace(agent, task_ids={**agent.task_ids, framework: (*agent.task_ids.get(framework, ()), id)})


def ring() -> Ground:
    ground = Ground()
    ground.serve("cassandra", CASSANDRA, {"node-0": 1, "node-1": 2, "node-2": 3})
    return ground


def refused(ground: Ground, number: int = 1, remedy: Remedy = Remedy.REPLACE) -> str:
    """The reason; empty when it goes on."""
    answer = ground.answer(number, remedy)
    return "" if answer.allowed else answer.reason
