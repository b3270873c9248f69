"""Marathon and SDK services in memory, on a few agents.

What ends starts again by itself: an application's task at once, on the agent with room that has the fewest of its
tasks; a pod of a service where its volume is, and it is up `recovery` after that. What has a volume waits while its
agent is away. As in Marathon a killed task may well come back on the same agent, unless that is barred.
Public to tests: `apps`, `services`, `packages` (of frameworks, by name), `deployments`, `faults`, `blind`: parts
and services that can't be read, and `largest`: what needs more than that fits on no agent. `queued` waits beside what
the applications lack, `unplaced` beside what services lack, and `queued_elsewhere` in further Marathons, by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from shared.errors import Refused
from shared.memory.faults import Faults
from shared.model.catalog import PLAIN, UNKNOWN_SDK, Package
from shared.model.load import Pending, Queue, Queued
from shared.model.mesos import Amounts, SchedulerState
from shared.model.readings import Failure, Reading, Value
from shared.model.workloads import (
    COMPLETE,
    RUNNING,
    App,
    AppKind,
    Deployment,
    Needs,
    Plan,
    PodTask,
    Service,
    ServicePod,
    Task,
    WorkloadState,
)
from shared.ports.clock import Clock
from shared.ports.workloads import Workloads

UNREACHABLE = "TASK_UNREACHABLE"
LITTLE = Needs(Amounts(cpus=0.1, mem_mb=128.0))
"""Of an application of which nothing is said."""


@dataclass
class MemoryPod:
    """A pod of a service: where its volume is, since when it runs there, and whether the volume was given up."""

    name: str
    agent_id: str
    since: datetime | None
    is_given_up: bool = False


@dataclass
class MemoryService:
    name: str
    package: Package
    pods: dict[str, MemoryPod]
    errors: tuple[str, ...] = field(default=())


class MemoryWorkloads(Workloads):
    """`agents` are ids of agents that are there and give room to everything."""

    def __init__(
        self, clock: Clock, agents: Iterable[str], recovery: timedelta = timedelta(minutes=1)
    ) -> None:
        self.faults = Faults()
        self.apps: dict[str, App] = {}
        self.services: dict[str, MemoryService] = {}
        self.packages: dict[str, Package] = {}
        self.deployments: dict[str, tuple[str, ...]] = {}
        self.blind: set[str] = set()
        self.moves_when_gone = True
        self.largest: Amounts | None = None
        self.queued: tuple[Queued, ...] = ()
        self.queued_elsewhere: dict[str, tuple[Queued, ...]] = {}
        self.unplaced: tuple[Pending, ...] = ()
        self._clock, self._recovery = clock, recovery
        self._agents, self._barred = set(agents), set[str]()
        self._numbers = count(1)

    async def read(self, mesos: SchedulerState | None = None) -> WorkloadState:
        apps = [self._seen(one) for _, one in sorted(self.apps.items())]
        frameworks = mesos.frameworks.values() if mesos is not None else ()
        named = {} if "apps" in self.blind else self.services
        return WorkloadState(
            self._say("apps", tuple(one for one in apps if one.kind is AppKind.APP)),
            self._say("pods", tuple(one for one in apps if one.kind is AppKind.POD)),
            self._say(
                "deployments", tuple(Deployment(id, apps) for id, apps in sorted(self.deployments.items()))
            ),
            {name: self._say(name, self._service(one)) for name, one in sorted(named.items())},
            {one.id: self.packages.get(one.name, PLAIN) for one in frameworks},
        )

    async def queue(self) -> Reading[Queue]:
        lacking = tuple(_queued(app, app.wanted - len(app.tasks)) for _, app in sorted(self.apps.items()))
        entries = tuple(one for one in (*lacking, *self.queued) if one.count > 0)
        return self._say("queue", Queue(entries))

    async def other_queues(self, names: Collection[str]) -> Mapping[str, Reading[Queue]]:
        return {name: self._say(name, Queue(self.queued_elsewhere.get(name, ()))) for name in sorted(names)}

    async def pending(self, mesos: SchedulerState) -> Mapping[str, Reading[tuple[Pending, ...]]]:
        lacking = [one for service in self.services.values() if (one := self._lacking(service)) is not None]
        waits = (*lacking, *self.unplaced)
        names = sorted({*self.services, *(one.service for one in self.unplaced)})
        return {name: self._say(name, tuple(one for one in waits if one.service == name)) for name in names}

    async def kill(self, task_ids: Collection[str], *, wipe: bool) -> None:
        if not task_ids:
            raise ValueError("no ids of tasks: an empty selection ends nothing")
        self.faults.before("kill")
        for app in list(self.apps.values()):
            kept = [task for task in app.tasks if task.id not in task_ids]
            ended = [task for task in app.tasks if task.id in task_ids]
            stays = app.is_resident and not wipe
            again = [self._restarted(app, task) for task in ended] if stays else []
            self._put(replace(app, tasks=tuple(kept + again)))
        self.faults.after("kill")

    async def replace_pod(self, service: str, pod: str, on_agent: str) -> None:
        self.faults.before("replace_pod")
        found = self._pod(service, pod)
        if found.agent_id == on_agent:
            found.is_given_up, found.since = True, None
            self._settle(self.services[service])
        self.faults.after("replace_pod")

    async def restart_pod(self, service: str, pod: str) -> None:
        self.faults.before("restart_pod")
        found = self._pod(service, pod)
        found.since = self._clock.now() if found.agent_id in self._agents else None
        self.faults.after("restart_pod")

    def add(self, app: App) -> None:
        """Start an application with as many tasks as it wants."""
        self._put(app)

    def install(self, name: str, pods: Sequence[str], package: Package = UNKNOWN_SDK) -> None:
        """A service that has run for long, its pods one after the other on the agents."""
        long_ago = self._clock.now() - timedelta(days=1)
        agents = sorted(self._agents)
        placed = [MemoryPod(pod, agents[i % len(agents)], long_ago) for i, pod in enumerate(pods)]
        self.services[name] = MemoryService(name, package, {pod.name: pod for pod in placed})

    def bar(self, agent_id: str) -> None:
        """Nothing new is started on the agent; what runs there runs on."""
        self._barred.add(agent_id)

    def join(self, agent_id: str) -> None:
        """The agent is there: new, or back with what it held."""
        self._agents.add(agent_id)
        self._barred.discard(agent_id)
        for service in self.services.values():
            for pod in service.pods.values():
                if pod.agent_id == agent_id and pod.since is None and not pod.is_given_up:
                    pod.since = self._clock.now()
        self._everything()

    def lose(self, agent_id: str) -> None:
        """The agent is away. What has a volume there waits for it, the rest starts elsewhere."""
        self._agents.discard(agent_id)
        for service in self.services.values():
            for pod in service.pods.values():
                pod.since = None if pod.agent_id == agent_id else pod.since
        self._everything()

    def gone(self, agent_id: str) -> None:
        """The masters say that the agent never returns; services that hear it replace their pods by themselves."""
        self.lose(agent_id)
        for service in self.services.values():
            for pod in service.pods.values():
                pod.is_given_up = pod.is_given_up or (self.moves_when_gone and pod.agent_id == agent_id)
        self._everything()

    def _everything(self) -> None:
        for app in list(self.apps.values()):
            self._put(app)
        for service in self.services.values():
            self._settle(service)

    def _put(self, app: App) -> None:
        """With the tasks that it has from now on: on agents that are away they wait or are over, missing ones start."""
        here = [task for task in app.tasks if task.agent_id in self._agents or app.is_resident]
        tasks = [self._restarted(app, task) if self._is_elsewhere(task) else task for task in here]
        while len(tasks) < app.wanted:
            agent = self._room([task.agent_id for task in tasks]) if self._fits(app) else None
            if agent is None:
                break
            tasks.append(self._started(app, agent))
        self.apps[app.id] = replace(app, tasks=tuple(tasks))

    def _fits(self, app: App) -> bool:
        """On an agent that is empty."""
        most, needs = self.largest, (app.needs or LITTLE).amounts
        return most is None or (needs.cpus <= most.cpus and needs.mem_mb <= most.mem_mb)

    def _is_elsewhere(self, task: Task) -> bool:
        """Its state and the presence of its agent do not agree."""
        return (task.state == RUNNING) != (task.agent_id in self._agents)

    def _restarted(self, app: App, task: Task) -> Task:
        """The successor on the same agent, or what is left of it while that is away."""
        if task.agent_id in self._agents:
            return self._started(app, task.agent_id)
        return replace(task, state=UNREACHABLE, started_at=None)

    def _started(self, app: App, agent_id: str) -> Task:
        name = app.id.strip("/").replace("/", "_")
        return Task(
            f"{name}.{next(self._numbers)}", agent_id, agent_id, RUNNING, started_at=self._clock.now()
        )

    def _room(self, taken: Sequence[str]) -> str | None:
        free = sorted(self._agents - self._barred)
        return min(free, key=taken.count, default=None)

    def _settle(self, service: MemoryService) -> None:
        """Pods that gave their volume up start where no pod of the service has one."""
        for pod in service.pods.values():
            others = [one.agent_id for one in service.pods.values() if one is not pod]
            free = sorted(self._agents - self._barred - set(others))
            if pod.is_given_up and free:
                pod.agent_id, pod.since, pod.is_given_up = free[0], self._clock.now(), False

    def _seen(self, app: App) -> App:
        running = sum(task.state == RUNNING for task in app.tasks)
        deploying = any(app.id in affected for affected in self.deployments.values())
        return replace(app, running=running, is_deploying=deploying)

    def _lacking(self, service: MemoryService) -> Pending | None:
        """Its pods that gave their volumes up and have found no room since. No two of them are on one agent."""
        self._settle(service)
        pods = service.pods.values()
        count = sum(pod.is_given_up for pod in pods)
        there = {pod.agent_id: 1 for pod in pods if not pod.is_given_up}
        sort = next((pod.name.rpartition("-")[0] for pod in pods if pod.is_given_up), "")
        return (
            Pending(
                service=service.name,
                sort=sort,
                count=count,
                needs=LITTLE,
                constraints=(("hostname", "MAX_PER", "1"),),
                runs_on=there,
            )
            if count
            else None
        )

    def _service(self, service: MemoryService) -> Service:
        self._settle(service)
        up = {pod.name: self._is_up(pod) for pod in service.pods.values()}
        unfinished = tuple(f"{name}: STARTING" for name in sorted(up) if not up[name])
        recovery = Plan("recovery", "IN_PROGRESS" if unfinished else COMPLETE, service.errors, unfinished)
        pods = tuple(self._seen_pod(pod) for _, pod in sorted(service.pods.items()))
        return Service(service.name, (Plan("deploy", COMPLETE), recovery), pods, service.package)

    def _is_up(self, pod: MemoryPod) -> bool:
        return pod.since is not None and self._clock.now() >= pod.since + self._recovery

    def _seen_pod(self, pod: MemoryPod) -> ServicePod:
        state = "RUNNING" if self._is_up(pod) else "LOST" if pod.since is None else "STARTING"
        return ServicePod(
            pod.name, pod.agent_id, (PodTask(f"{pod.name}-server", f"{pod.name}-server__1", state),)
        )

    def _pod(self, service: str, pod: str) -> MemoryPod:
        found = self.services[service].pods.get(pod) if service in self.services else None
        if found is None:
            raise Refused("sdk", "pod_not_known", {"service": service, "pod": pod})
        return found

    def _say[T](self, part: str, value: T) -> Reading[T]:
        if part in self.blind:
            return Failure("no answer", part, self._clock.now())
        return Value(value, part, self._clock.now())


def _queued(app: App, count: int) -> Queued:
    return Queued(
        app=app.id,
        count=count,
        needs=app.needs or LITTLE,
        kind=app.kind,
        constraints=app.constraints,
        is_resident=app.is_resident,
    )
