"""Mesos clusters to which the same things can happen: the twin in memory, the simulated ones, and a real Mesos.

`SchedulerWorld` is what happens to machines, told from outside; its `scheduler` is what is under test. An agent's
process that ends is started again by systemd, as on DC/OS, unless it was killed for good. Time passes in steps
(`pass_time`), because on the simulated cluster it is ours and on the real one it is not.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from shared.dcos.http import AiohttpHttp
from shared.dcos.mesos import MesosScheduler
from shared.errors import Retry
from shared.memory.clock import SteppedClock
from shared.memory.scheduler import MemoryScheduler
from shared.model.mesos import Agent, Framework, Generation, SchedulerState, workload_key
from shared.ports.http import HttpAnswer, HttpCall
from shared.ports.scheduler import Scheduler
from simulator.in_process import MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.scale_set import Instance
from simulator.world.tasks import App
from tests.real_mesos.cluster import RealMesos


class SchedulerWorld(Protocol):
    """A cluster with one agent at each of `addresses`, registered and idle."""

    scheduler: Scheduler
    addresses: list[str]

    async def pass_time(self) -> None:
        """Long enough for something to happen, short enough for several of them."""
        ...

    def kill(self, address: str) -> None:
        """The agent's process dies for good; its machine and its disk live on."""
        ...

    def start(self, address: str) -> None:
        """The killed process runs again, with its disk."""
        ...

    def renew(self, address: str) -> None:
        """A new machine gets the address: its agent has an empty disk and tries to register until it may."""
        ...

    def run(self, application: str, tasks: int) -> None:
        """One application is to have so many tasks, spread over the agents."""
        ...

    def elect(self) -> None:
        """A new leader takes over; no agent can reach it."""
        ...

    def silence(self) -> None:
        """No master answers any more."""
        ...


async def until(world: SchedulerWorld, holds: Callable[[SchedulerState], bool]) -> SchedulerState:
    """The first state for which `holds`, within a number of steps in which everything has time to happen."""
    last: object = None
    for _ in range(60):
        try:
            last = state = await world.scheduler.state()
            if holds(state):
                return state
        except Retry as error:  # nobody leads for a moment
            last = error
        await world.pass_time()
    raise AssertionError(f"it does not come about; the last was {last}")


def at(state: SchedulerState, address: str) -> Agent | None:
    return next((agent for agent in state.agents if agent.address == address), None)


class MemoryWorld:
    def __init__(self, generation: Generation) -> None:
        clock = SteppedClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        self._clock = clock
        self._mesos = MemoryScheduler(clock, generation)
        self._mesos.frameworks["framework-0"] = Framework("framework-0", "marathon")
        self.scheduler: Scheduler = self._mesos
        self.addresses = ["10.32.0.4", "10.32.0.5", "10.32.0.6"]
        self._numbers = itertools.count()
        self._machines = {address: self._new(address) for address in self.addresses}
        self._dead: set[str] = set()
        self._settle()

    def _new(self, address: str) -> Agent:
        return Agent(f"agent-{next(self._numbers)}", address, address, 5051, True, None)

    def _settle(self) -> None:
        known = {agent.address for agent in self._mesos.agents.values() if agent.active}
        for address, agent in self._machines.items():
            if address not in self._dead and address not in known:
                self._mesos.join(agent)

    async def pass_time(self) -> None:
        self._clock.advance(timedelta(seconds=10))
        self._settle()

    def kill(self, address: str) -> None:
        self._dead.add(address)
        self._mesos.disconnect(self._machines[address].agent_id)

    def start(self, address: str) -> None:
        self._dead.discard(address)

    def renew(self, address: str) -> None:
        self._machines[address] = self._new(address)
        self._dead.discard(address)

    def run(self, application: str, tasks: int) -> None:
        for agent_id in itertools.islice(itertools.cycle(list(self._mesos.agents)), tasks):
            key = workload_key("framework-0", application)
            running = self._mesos.agents[agent_id].tasks.get(key, 0)
            self._mesos.run(agent_id, key, running + 1)

    def elect(self) -> None:
        self._clock.advance(timedelta(seconds=10))
        self._dead |= set(self._machines)
        self._mesos.fail_over("http://master-2:5050")

    def silence(self) -> None:
        for call in ("state", "mark_gone", "machine_down", "machine_up"):
            self._mesos.faults.always(call, Retry("no master answers", timedelta(seconds=10)))


class Steps:
    """The simulator's clock, moved by hand."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class SimulatedHttp:
    """The port `Http` on the simulated network."""

    def __init__(self, network: MesosNetwork) -> None:
        self._network = network

    async def send(self, call: HttpCall) -> HttpAnswer:
        status, headers, body = await self._network.send(
            call.method, call.url, call.headers, call.body or b"", call.timeout_s
        )
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)


class SimulatedWorld:
    def __init__(self, dcos_version: str) -> None:
        self._clock = Steps()
        self._world = new_world(self._clock)
        spec = ClusterSpec("contract", dcos_version, pools={"private": 3})
        self._cluster = build_cluster(self._world, spec)
        masters = self._cluster.mesos.masters
        network = MesosNetwork(MesosFace(self._world, self._cluster, master) for master in masters)
        addresses = tuple(master.address for master in masters)
        self.scheduler: Scheduler = MesosScheduler(SimulatedHttp(network), addresses, settle_s=0)
        self._instances: dict[str, Instance] = {one.nic.address: one for one in self._cluster.instances()}
        self.addresses = sorted(self._instances)

    async def pass_time(self) -> None:
        await self._clock.sleep(30)
        self._world.settle()

    def kill(self, address: str) -> None:
        self._world.kill_agent_process(self._instances[address])

    def start(self, address: str) -> None:
        self._world.start_agent_process(self._instances[address])

    def renew(self, address: str) -> None:
        """Redeploy moves the VM to a new host with the same address and an empty temporary disk."""
        self._world.redeploy(self._instances[address])

    def run(self, application: str, tasks: int) -> None:
        self._cluster.mesos.schedulers[0].add(App(application, tasks))

    def elect(self) -> None:
        for instance in self._instances.values():
            self._world.partition(instance)
        self._world.fail_over(self._cluster)

    def silence(self) -> None:
        self._world.mesos_api_down(self._cluster)


class RealWorld:
    def __init__(self, mesos: RealMesos, http: AiohttpHttp) -> None:
        self._mesos = mesos
        self.scheduler: Scheduler = MesosScheduler(http, (mesos.master,), settle_s=0)
        self.addresses = ["127.0.0.11", "127.0.0.12", "127.0.0.13"]
        self._kept = set(self.addresses)

    async def pass_time(self) -> None:
        self._start_what_ended()
        await asyncio.sleep(0.2)

    def _start_what_ended(self) -> None:
        for address in sorted(self._kept):
            if not self._mesos.is_running(address):
                self._mesos.start_agent(address)

    def kill(self, address: str) -> None:
        self._kept.discard(address)
        self._mesos.kill_agent(address)

    def start(self, address: str) -> None:
        self._kept.add(address)

    def renew(self, address: str) -> None:
        self._mesos.wipe_agent(address)
        self._kept.add(address)

    def run(self, application: str, tasks: int) -> None:
        self._mesos.run_tasks(application, tasks)

    def elect(self) -> None:
        for address in self.addresses:
            self._mesos.freeze_agent(address)
        self._mesos.stop_master()
        self._mesos.start_master()

    def silence(self) -> None:
        self._mesos.stop_master()


@asynccontextmanager
async def real_world(program: Path, directory: Path) -> AsyncIterator[RealWorld]:
    async with RealMesos.running(program, directory) as mesos, AiohttpHttp() as http:
        world = RealWorld(mesos, http)
        await world.pass_time()
        await mesos.until_agents(*world.addresses)
        yield world
