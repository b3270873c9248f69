"""A service built on dcos-commons: a scheduler of its own, started by Marathon, with pods that keep data.

Each pod is one app with a volume here, and one task. A pod that ends is started again where its volume is. While that
agent is away the pod waits, until `replace` gives the volume up or, with Mesos and a service that are new enough, until
the masters say that the agent is gone. The plan `recovery` shows what is not up again yet; a pod counts as up some time
after its task runs, when its readiness check is passed.
Sources: mesosphere/dcos-commons docs (operations guide, recovery plan), sdk/scheduler TaskUtils.getTasksForReplacement.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from simulator.world.agent import Agent
from simulator.world.scheduler import Scheduler
from simulator.world.tasks import App, Pace, Task, TaskState

READY_S = 15.0
"""From TASK_RUNNING to a readiness check that is passed."""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """`pods` maps the sort of a pod to how many there are. `package` is its name in the catalog of packages."""

    name: str
    package: str = ""
    pods: Mapping[str, int] = field(default_factory=lambda: {"node": 3})
    task: str = "server"
    pool: str = "private"
    cpus: float = 0.5
    mem: float = 1024.0
    volume_mb: float = 10240.0
    moves_when_gone: bool = True
    """It replaces by itself the pods of an agent that the masters call gone."""

    @property
    def scheduler_app(self) -> App:
        """The app of Marathon that runs its scheduler."""
        labels = {
            "DCOS_COMMONS_API_VERSION": "v1",
            "DCOS_COMMONS_UNINSTALL": "true",
            "DCOS_PACKAGE_FRAMEWORK_NAME": self.name,
            "DCOS_SERVICE_NAME": self.name,
            "MARATHON_SINGLE_INSTANCE_APP": "true",
        } | ({"DCOS_PACKAGE_NAME": self.package} if self.package else {})
        return App(self.name, 1, pool=self.pool, labels=tuple(labels.items()))

    @property
    def pod_names(self) -> list[str]:
        return [f"{sort}-{number}" for sort, count in self.pods.items() for number in range(count)]


class SdkScheduler(Scheduler):
    """Starts and ends the pods of one service."""

    spec: ServiceSpec

    def install(self, spec: ServiceSpec) -> None:
        """Put the service into the state of having run for long."""
        self.spec = spec
        self._last: dict[str, Task] = {}
        self.pace = Pace(relaunch_s=5.0, start_s=20.0)
        for pod in spec.pod_names:
            self.settle(self._app(pod))

    def app_of(self, pod: str) -> App | None:
        return self.framework.apps.get(f"{pod}-{self.spec.task}")

    def task_of(self, pod: str) -> Task | None:
        """The task that runs, or the last one."""
        app = self.app_of(pod)
        return self._last.get(app.name) if app is not None else None

    def is_given_up(self, pod: str) -> bool:
        """Its volume was given up, and it has found no other place yet."""
        app = self.app_of(pod)
        return app is not None and not self.places.get(app.name) and not self.live[app.name]

    def replace(self, pod: str) -> None:
        """The volume is given up, the pod starts anew where there is room."""
        self.wipe([self._task(pod)])

    def restart(self, pod: str) -> None:
        task = self._task(pod)
        agent = self.offers.get(task.agent_id)
        if agent is not None and task.id in agent.tasks:
            self.kill(agent, [task])

    def agent_gone(self, agent: Agent) -> None:
        super().agent_gone(agent)
        if self.spec.moves_when_gone and self.framework.partition_aware:
            self.wipe(
                [
                    place.task
                    for places in self.places.values()
                    for place in places
                    if place.process is agent.process
                ]
            )

    def step(self, pod: str) -> str:
        """How far the pod's recovery is, in the words of plans."""
        app = self.app_of(pod)
        tasks = list(self.live[app.name]) if app is not None else []
        if not tasks:
            return "PREPARED"
        (task,) = tasks
        if task.state is not TaskState.RUNNING:
            return "STARTING" if task.state in {TaskState.STAGING, TaskState.STARTING} else "PENDING"
        since = self._timeline.now - task.statuses[-1].time
        return "COMPLETE" if since >= timedelta(seconds=READY_S) else "STARTED"

    def task_id(self, app: App) -> str:
        return f"{app.name}__{uuid.UUID(int=self._chance.getrandbits(128), version=4)}"

    def _new_task(self, agent: Agent, app: App) -> Task:
        self._last[app.name] = task = super()._new_task(agent, app)
        return task

    def _app(self, pod: str) -> App:
        spec = self.spec
        return App(f"{pod}-{spec.task}", 1, spec.cpus, spec.mem, spec.pool, spec.volume_mb)

    def _task(self, pod: str) -> Task:
        """Raises KeyError for a pod that there is not."""
        task = self.task_of(pod)
        if task is None:
            raise KeyError(pod)
        return task

    def _offers(self, agent: Agent, app: App, beside: Collection[Agent] = ()) -> bool:
        """No two pods of one sort on one agent, whether they run there or have their volume there."""
        sort = app.name.partition("-")[0]
        others = [
            place
            for name, places in self.places.items()
            if name != app.name and name.partition("-")[0] == sort
            for place in places
        ]
        shared = any(place.home(self.offers) is agent for place in others)
        return not shared and super()._offers(agent, app, beside)

    def _settling_on(self, app: App) -> list[Agent]:
        return [agent for agent in super()._settling_on(app) if self._offers(agent, app)]
