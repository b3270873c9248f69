"""What runs on the agents of a `World`: Marathon with one application of two tasks a machine, and what a test adds.

    works = scene.works
    works.add(App(id="/store", wanted=2, ..., is_resident=True, package=UNKNOWN_RESIDENT))
    works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    works.hold(agent, "minio")                   a framework in no catalog keeps a volume there
    works.is_full                                agents without room for another pod

The masters (`MemoryScheduler`) are the truth about agents and about `/web`; the twin of workloads is the truth about
the rest, and `follow` brings each of the two up to date by the other: tasks, volumes and reservations of services are
seen in Mesos, and who is lost, gone, barred or drained is felt by services.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shared.dcos.catalog.beside import MARATHON
from shared.memory.workloads import MemoryService, MemoryWorkloads
from shared.model.catalog import UNKNOWN_FRAMEWORK, UNKNOWN_SDK, Package
from shared.model.mesos import Agent, Amounts, Drain, Framework, Generation, Reservation, Volume, workload_key
from shared.model.readings import Value
from shared.model.workloads import RUNNING, App, Task, WorkloadState

if TYPE_CHECKING:
    from shared.model.mesos import SchedulerState
    from tests.world import World

WEB_APP = "web"
WEB = workload_key("marathon", WEB_APP)


class Works(MemoryWorkloads):
    def __init__(self, world: World) -> None:
        super().__init__(world.clock, ())
        self.packages["marathon"] = MARATHON.package
        self.minimum_health = 0.0
        self.is_full: set[str] = set()
        self._world = world
        self._held: dict[str, list[str]] = {}

    # What a test adds.

    def serve(
        self, name: str, pods: Sequence[str], package: Package = UNKNOWN_SDK, scheduler: str | None = None
    ) -> None:
        """A service of the SDK that has run for long, its pods on the first agents, its scheduler run by Marathon, on
        the agent of that id where one is given."""
        self._follow()
        self.install(name, pods, package)
        on = (Task(f"{name}.0", scheduler, scheduler, RUNNING),) if scheduler else ()
        self.add(App(id=f"/{name}", wanted=1, running=0, healthy=0, service=name, tasks=on))
        self.packages[name] = package
        aware = self._world.scheduler.generation is not Generation.MAINTENANCE
        self._world.scheduler.frameworks[f"{name}-id"] = Framework(
            f"{name}-id", name, (f"{name}-role",), f"{name}-principal", partition_aware=aware
        )
        self.follow()

    def hold(self, agent_id: str, framework: str, package: Package = UNKNOWN_FRAMEWORK) -> None:
        """A framework without an interface has a task and a volume on the agent."""
        self.packages[framework] = package
        self._world.scheduler.frameworks[framework] = Framework(framework, framework, (framework,))
        self._held.setdefault(agent_id, []).append(framework)
        self.follow()

    def keep(self, app: App) -> None:
        """An application of Marathon, with its tasks on the agents."""
        self._follow()
        self.add(app)
        self.follow()

    def homes(self, service: str) -> dict[str, str]:
        """Where the volume of each pod is."""
        self.follow()
        return {pod.name: pod.agent_id for pod in self.services[service].pods.values()}

    def is_up(self, service: str, pod: str) -> bool:
        """In truth: it runs, and the agent under it is connected."""
        found = self.services[service].pods[pod]
        agent = self._world.scheduler.agents.get(found.agent_id)
        return self._is_up(found) and agent is not None and agent.active

    # The port.

    async def read(self, mesos: SchedulerState | None = None) -> WorkloadState:
        self.follow()
        state = await super().read(mesos)
        if not isinstance(state.apps, Value):
            return state
        apps = (*state.apps.value, self._web())
        return replace(state, apps=replace(state.apps, value=tuple(sorted(apps, key=lambda app: app.id))))

    async def kill(self, task_ids: Collection[str], *, wipe: bool) -> None:
        self.follow()
        webs = {task.id: task.agent_id for task in self._web().tasks if task.id in set(task_ids)}
        await super().kill(task_ids, wipe=wipe)
        for agent_id in webs.values():
            agent = self._world.scheduler.agents[agent_id]
            self._world.scheduler.run(agent_id, WEB, agent.tasks.get(WEB, 0) - 1)
        self.follow()

    async def replace_pod(self, service: str, pod: str, on_agent: str) -> None:
        self.follow()
        await super().replace_pod(service, pod, on_agent)
        self.follow()

    # How the two agree.

    def follow(self) -> None:
        """Bring workloads and masters up to date by each other; nothing to do where `/web` is all there is."""
        if self.apps or self.services or self._held:
            self._follow()

    def _follow(self) -> None:
        scheduler = self._world.scheduler
        for agent_id in sorted(scheduler.agents.keys() - self._agents):
            self.join(agent_id)
        for agent_id in sorted(self._agents - scheduler.agents.keys()):
            (self.gone if agent_id in scheduler.gone else self.lose)(agent_id)
        self._barred = {one for one in scheduler.agents if not scheduler.takes_tasks(one)}
        drained = {one.agent_id for one in scheduler.agents.values() if one.drain is not Drain.NONE}
        for app in list(self.apps.values()):
            gone = [task for task in app.tasks if task.agent_id in drained]
            self.apps[app.id] = replace(app, tasks=tuple(task for task in app.tasks if task not in gone))
        for service in self.services.values():
            for pod in service.pods.values():
                if pod.agent_id in drained:
                    pod.since = None
                elif (
                    pod.since is None and pod.agent_id in self._agents - self._barred and not pod.is_given_up
                ):
                    pod.since = self._clock.now()
        self._everything()
        for agent in list(scheduler.agents.values()):
            scheduler.agents[agent.agent_id] = self._seen_by_mesos(agent)

    def _settle(self, service: MemoryService) -> None:
        """Schedulers of the SDK take no notice of maintenance windows, as Marathon does."""
        barred, agents = self._barred, self._world.scheduler.agents
        closed = {one for one in agents if agents[one].deactivated or not agents[one].active}
        self._barred = closed | self.is_full
        super()._settle(service)
        self._barred = barred

    def _web(self) -> App:
        world = self._world
        tasks = [
            Task(id, agent.agent_id, agent.address, RUNNING)
            for agent in world.scheduler.agents.values()
            for id in agent.task_ids.get("marathon", ())
            if id.startswith(f"{WEB_APP}.{agent.agent_id}.")
        ]
        up, wanted = len(tasks), world.tasks
        return App(
            id=f"/{WEB_APP}",
            wanted=wanted,
            running=up,
            healthy=0,
            tasks=tuple(tasks),
            minimum_health=self.minimum_health,
        )

    def _seen_by_mesos(self, agent: Agent) -> Agent:
        """With the tasks, volumes and reservations of all services."""
        here = agent.agent_id
        ids: dict[str, list[str]] = {
            "marathon": [
                id for id in agent.task_ids.get("marathon", ()) if id.startswith(f"{WEB_APP}.{here}.")
            ]
        }
        tasks = {WEB: agent.tasks[WEB]} if WEB in agent.tasks else {}
        roles: list[str] = []
        for app in self.apps.values():
            own = app.on(here)
            running = [task for task in own if task.state == RUNNING]
            if running:
                ids["marathon"] += [task.id for task in running]
                tasks[workload_key("marathon", app.id.strip("/"))] = len(running)
            roles += ["marathon"] * (len(own) if app.is_resident else 0)
        for service in self.services.values():
            roles += self._pods_of(service, here, ids, tasks)
        for framework in self._held.get(here, ()):
            ids[framework], tasks[workload_key(framework, "one")] = [f"{framework}.one"], 1
            roles.append(framework)
        return replace(
            agent,
            tasks=tasks if agent.drain is not Drain.DRAINED else {},
            task_ids={of: tuple(some) for of, some in ids.items() if some}
            if agent.drain is not Drain.DRAINED
            else {},
            volumes=tuple(
                Volume(f"{role}-{number}", role, _principal(role), "data", 1024.0)
                for number, role in enumerate(roles)
            ),
            reservations=tuple(
                Reservation(role, _principal(role), Amounts(cpus=0.5)) for role in sorted({*roles})
            ),
        )

    def _pods_of(
        self, service: MemoryService, agent_id: str, ids: dict[str, list[str]], tasks: dict[str, int]
    ) -> list[str]:
        """The roles for which the service holds volumes on the agent."""
        roles: list[str] = []
        for pod in service.pods.values():
            if pod.agent_id != agent_id or pod.is_given_up:
                continue
            roles.append(f"{service.name}-role")
            if pod.since is not None:
                ids.setdefault(f"{service.name}-id", []).append(f"{pod.name}-server__1")
                tasks[workload_key(f"{service.name}-id", f"{pod.name}-server")] = 1
        return roles


def _principal(role: str) -> str:
    return role.replace("-role", "-principal") if role.endswith("-role") else ""
