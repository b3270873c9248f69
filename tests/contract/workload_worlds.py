"""Clusters with the same work on them: the twin in memory, and simulated ones of four releases.

Six agents. `/web` has three tasks without state, `/store` two with a volume each, `/cell` is a Marathon pod, and
`prod/kafka` is a service with three pods, whose scheduler Marathon runs under the same name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.dcos.mesos import MesosScheduler
from shared.dcos.workloads import DcosWorkloads
from shared.memory.clock import SteppedClock
from shared.memory.scheduler import MemoryScheduler
from shared.memory.workloads import MemoryWorkloads
from shared.model.catalog import UNKNOWN_RESIDENT, UNKNOWN_SDK
from shared.model.load import Pending, Queued
from shared.model.mesos import Amounts, SchedulerState
from shared.model.readings import Value
from shared.model.workloads import App, AppKind, Needs, Service, Task, WorkloadState
from shared.ports.http import HttpAnswer, HttpCall
from shared.ports.scheduler import Scheduler
from shared.ports.workloads import Workloads
from simulator.dcos.network import MARATHON, DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.wire import Silence
from simulator.world.agent import Agent
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.journal import OPERATOR
from simulator.world.sdk import ServiceSpec
from simulator.world.tasks import App as SimulatedApp
from tests.contract.schedulers import Steps

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
KAFKA = "prod/kafka"
ELSEWHERE = "marathon"
"""Simulated clusters have one Marathon, and Admin Router tells of it as of any other."""


class WorkloadWorld(Protocol):
    workloads: Workloads
    agents: list[str]

    async def pass_time(self) -> None: ...

    async def masters_say(self) -> SchedulerState: ...

    def bar(self, agent: str) -> None:
        """Nothing new is started on the agent."""
        ...

    def lose(self, agent: str) -> None:
        """The power of its machine is cut."""
        ...

    def gone(self, agent: str) -> None:
        """The power is cut, and the masters are told that it never returns."""
        ...

    def start(self, app: str, tasks: int) -> None:
        """A new application, larger than what there is room for."""
        ...

    def start_huge(self, app: str, tasks: int) -> None:
        """A new application that needs 64 cores and 1,000 MB for each task, which no agent has, one task an agent."""
        ...

    def start_huge_elsewhere(self, app: str, tasks: int) -> None:
        """The same in the Marathon `ELSEWHERE`, which is asked through Admin Router."""
        ...

    def blind(self, part: str) -> None:
        """`marathon`, or the name of a service: it answers nothing of use."""
        ...


class InMemory:
    def __init__(self) -> None:
        self._clock = SteppedClock(START)
        self.agents = [f"agent-{number}" for number in range(6)]
        self.twin = MemoryWorkloads(self._clock, self.agents)
        self.workloads: Workloads = self.twin
        self.twin.add(App(id="/web", wanted=3, running=0, healthy=0))
        store = App(id="/store", wanted=2, running=0, healthy=0, is_resident=True, package=UNKNOWN_RESIDENT)
        self.twin.add(store)
        self.twin.add(App(id="/cell", kind=AppKind.POD, wanted=1, running=0, healthy=0))
        self.twin.add(App(id=f"/{KAFKA}", wanted=1, running=0, healthy=0, package=UNKNOWN_SDK, service=KAFKA))
        self.twin.install(KAFKA, ["kafka-0", "kafka-1", "kafka-2"])

    async def masters_say(self) -> SchedulerState:
        return await MemoryScheduler(self._clock).state()

    async def pass_time(self) -> None:
        self._clock.advance(timedelta(seconds=30))

    def bar(self, agent: str) -> None:
        self.twin.bar(agent)

    def lose(self, agent: str) -> None:
        self.twin.lose(agent)

    def gone(self, agent: str) -> None:
        self.twin.gone(agent)

    def start(self, app: str, tasks: int) -> None:
        self.twin.add(App(id=f"/{app}", wanted=tasks, running=0, healthy=0))
        self.twin.deployments["one"] = (f"/{app}",)

    def start_huge(self, app: str, tasks: int) -> None:
        self.twin.largest = Amounts(4, 16_000)
        needs = Needs(Amounts(64, 1_000))
        unique = (("hostname", "UNIQUE"),)
        self.twin.add(App(id=f"/{app}", wanted=tasks, running=0, healthy=0, needs=needs, constraints=unique))

    def start_huge_elsewhere(self, app: str, tasks: int) -> None:
        huge = Queued(app=f"/{app}", count=tasks, needs=Needs(Amounts(64, 1_000)))
        self.twin.queued_elsewhere[ELSEWHERE] = (huge,)

    def blind(self, part: str) -> None:
        self.twin.blind |= (
            {"apps", "pods", "deployments", "queue", ELSEWHERE} if part == "marathon" else {part}
        )


class Simulated:
    def __init__(self, release: str) -> None:
        self.clock = Steps()
        self.world = new_world(self.clock)
        apps = (
            SimulatedApp("web", 3),
            SimulatedApp("store", 2, volume_mb=1024, unique=True),
            SimulatedApp("cell", 1, pod=True),
        )
        kafka = ServiceSpec(KAFKA, "kafka", {"kafka": 3}, "broker")
        spec = ClusterSpec("contract", release, pools={"private": 6}, apps=apps, services=(kafka,))
        self.cluster = build_cluster(self.world, spec)
        mesos = self.cluster.mesos
        faces = [MesosFace(self.world, self.cluster, master) for master in mesos.masters]
        self.services = Services(self.cluster)
        self.network = DcosNetwork(self.world, self.services, MesosNetwork(faces))
        addresses = tuple(master.address for master in mesos.masters)
        self.workloads: Workloads = DcosWorkloads(self, SteppedClock(START), addresses)
        self.mesos: Scheduler = MesosScheduler(self, addresses)
        self.agents = list(mesos.registered)

    async def send(self, call: HttpCall) -> HttpAnswer:
        timeout_s = min(call.timeout_s, 0.05)
        sent = self.network.send(call.method, call.url, call.headers, call.body or b"", timeout_s)
        status, headers, body = await sent
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)

    async def masters_say(self) -> SchedulerState:
        return await self.mesos.state()

    async def pass_time(self) -> None:
        await self.clock.sleep(30)
        self.world.settle()

    def agent(self, agent: str) -> Agent:
        return self.cluster.mesos.registered[agent]

    def bar(self, agent: str) -> None:
        self.agent(agent).deactivated = True

    def lose(self, agent: str) -> None:
        self.world.power_off(self.agent(agent).process.instance)

    def gone(self, agent: str) -> None:
        self.lose(agent)
        self.cluster.orders.mark_gone(agent, OPERATOR)

    def start(self, app: str, tasks: int) -> None:
        self.cluster.mesos.schedulers[0].add(SimulatedApp(app, tasks))

    def start_huge(self, app: str, tasks: int) -> None:
        self.cluster.mesos.schedulers[0].add(SimulatedApp(app, tasks, cpus=64, mem=1_000, unique=True))

    def start_huge_elsewhere(self, app: str, tasks: int) -> None:
        self.start_huge(app, tasks)

    def start_picky(self, app: str, tasks: int) -> None:
        """One task an agent, and only where Linux is."""
        constraints = (("os", "LIKE", "Lin.*"),)
        self.cluster.mesos.schedulers[0].add(SimulatedApp(app, tasks, unique=True, constraints=constraints))

    def grow(self, capacity: int) -> None:
        self.world.set_capacity(self.cluster.pools["private"], capacity)

    def blind(self, part: str) -> None:
        if part == "marathon":
            self.services.silent[MARATHON] = Silence.HANGING
        else:
            self.services.spoiled[part] = 500


async def until(world: WorkloadWorld, holds: Callable[[WorkloadState], bool]) -> WorkloadState:
    """The first look for which `holds`, within an hour: a simulated Mesos takes minutes to give an agent up."""
    for _ in range(120):
        state = await world.workloads.read()
        if holds(state):
            return state
        await world.pass_time()
    raise AssertionError(f"it does not come about; the last was {await world.workloads.read()}")


async def service_until(world: WorkloadWorld, holds: Callable[[Service], bool]) -> Service:
    """The same for the service. Its scheduler may be lost with an agent too, and is started elsewhere."""
    state = await until(
        world, lambda state: isinstance(state.services.get(KAFKA), Value) and holds(service(state))
    )
    return service(state)


def app(state: WorkloadState, name: str) -> App:
    return next(one for one in state.run_specs if one.id == f"/{name}")


def service(state: WorkloadState) -> Service:
    reading = state.services[KAFKA]
    assert isinstance(reading, Value), reading
    assert isinstance(reading.value, Service)
    return reading.value


def up(one: App) -> list[Task]:
    return [task for task in one.tasks if task.is_up]


async def pending(world: WorkloadWorld) -> tuple[Pending, ...] | None:
    """What the service has yet to place; None: that is not known."""
    found = (await world.workloads.pending(await world.masters_say()))[KAFKA]
    return found.value if isinstance(found, Value) else None
