"""Mesos clusters to which the same things can happen: the twin in memory, the simulated ones, and a real Mesos."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from shared.dcos.http import AiohttpHttp
from shared.dcos.mesos import MesosScheduler
from shared.errors import Retry
from shared.memory.clock import SteppedClock
from shared.memory.scheduler import MemoryScheduler
from shared.model.mesos import (
    Agent,
    Amounts,
    Framework,
    Generation,
    Reservation,
    Volume,
    workload_key,
)
from shared.ports.http import HttpAnswer, HttpCall
from shared.ports.scheduler import Scheduler
from simulator.in_process import MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.kept import Reserved
from simulator.world.kept import Volume as KeptVolume
from simulator.world.scale_set import Instance
from simulator.world.tasks import App
from tests.contract.schedulers import DISK_MB, Steps
from tests.real_mesos.cluster import RealMesos


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
        self._wanted: dict[str, int] = {}
        self._settle()

    def _new(self, address: str) -> Agent:
        name, room = f"agent-{next(self._numbers)}", Amounts(2, 1024, 4096)
        return Agent(name, address, address, 5051, True, None, total=room)

    def _settle(self) -> None:
        lost = self._mesos.silent
        known = {agent.address for agent in self._mesos.agents.values() if agent.agent_id not in lost}
        for address, agent in self._machines.items():
            if address not in self._dead and address not in known:
                self._mesos.join(agent)
        self._mesos.finish_drains()
        self._place()

    def _place(self) -> None:
        for application, wanted in self._wanted.items():
            key = workload_key("framework-0", application)
            missing = wanted - sum(agent.tasks.get(key, 0) for agent in self._mesos.agents.values())
            for id in [id for id, agent in self._mesos.agents.items() if key not in agent.tasks]:
                if missing > 0 and self._mesos.takes_tasks(id):
                    self._mesos.run(id, key, 1)
                    missing -= 1

    async def pass_time(self) -> None:
        self._clock.advance(timedelta(seconds=10))
        self._settle()

    def kill(self, address: str) -> None:
        self._dead.add(address)
        self._mesos.disconnect(self._machines[address].agent_id)

    def start(self, address: str) -> None:
        self._dead.discard(address)

    def freeze(self, address: str, frozen: bool = True) -> None:
        change = self._mesos.silent.add if frozen else self._mesos.silent.discard
        change(self._machines[address].agent_id)

    def renew(self, address: str) -> None:
        self._machines[address] = self._new(address)
        self._dead.discard(address)

    def run(self, application: str, tasks: int) -> None:
        self._wanted[application] = tasks
        self._place()

    def reserve(self, address: str, role: str) -> None:
        held = Amounts(0.1, 0, DISK_MB)
        self._change(address, reserved=held, reservations=(Reservation(role, role, held),))

    def put_volume(self, address: str, role: str, volume: str) -> None:
        self._change(address, volumes=(Volume(volume, role, role, "data", DISK_MB),))

    def _change(self, address: str, **parts: object) -> None:
        """On its disk, and so in the master's list too."""
        agent = self._machines[address] = replace(self._machines[address], **parts)
        self._mesos.agents[agent.agent_id] = replace(self._mesos.agents[agent.agent_id], **parts)

    def elect(self) -> None:
        self._clock.advance(timedelta(seconds=10))
        self._dead |= set(self._machines)
        self._mesos.fail_over("http://master-2:5050")

    def silence(self) -> None:
        for call in (name for name in vars(Scheduler) if not name.startswith("_")):
            self._mesos.faults.always(call, Retry("no master answers", timedelta(seconds=10)))


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

    def freeze(self, address: str, frozen: bool = True) -> None:
        (self._world.freeze_vm if frozen else self._world.thaw_vm)(self._instances[address])

    def renew(self, address: str) -> None:
        """Redeploy moves the VM to a new host with the same address and an empty temporary disk."""
        self._world.redeploy(self._instances[address])

    def run(self, application: str, tasks: int) -> None:
        self._cluster.mesos.schedulers[0].add(App(application, tasks))

    def reserve(self, address: str, role: str) -> None:
        mesos = self._cluster.mesos
        (agent,) = mesos.agents_at(address)
        mesos.keep(agent, Reserved(role, role, cpus=0.1, disk=DISK_MB))

    def put_volume(self, address: str, role: str, volume: str) -> None:
        mesos = self._cluster.mesos
        (agent,) = mesos.agents_at(address)
        mesos.let_go(agent, role)
        mesos.keep(agent, Reserved(role, role, 0.1, 0.0, DISK_MB, [KeptVolume(volume, "data", DISK_MB)]))

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

    def freeze(self, address: str, frozen: bool = True) -> None:
        (self._mesos.freeze_agent if frozen else self._mesos.thaw_agent)(address)

    def renew(self, address: str) -> None:
        self._mesos.wipe_agent(address)
        self._kept.add(address)

    def run(self, application: str, tasks: int) -> None:
        self._mesos.run_tasks(application, tasks)

    def reserve(self, address: str, role: str) -> None:
        resources = [_resource("cpus", 0.1, role), _resource("disk", DISK_MB, role)]
        order = {"agent_id": {"value": self._mesos.agent_id(address)}, "resources": resources}
        self._mesos.call("RESERVE_RESOURCES", reserve_resources=order)

    def put_volume(self, address: str, role: str, volume: str) -> None:
        disk = {
            "persistence": {"id": volume, "principal": role},
            "volume": {"mode": "RW", "container_path": "data"},
        }
        volumes = [_resource("disk", DISK_MB, role) | {"disk": disk}]
        order = {"agent_id": {"value": self._mesos.agent_id(address)}, "volumes": volumes}
        self._mesos.call("CREATE_VOLUMES", create_volumes=order)

    def elect(self) -> None:
        for address in self.addresses:
            self._mesos.freeze_agent(address)
        self._mesos.stop_master()
        self._mesos.start_master()

    def silence(self) -> None:
        self._mesos.stop_master()


def _resource(name: str, value: float, role: str) -> dict[str, object]:
    reservation = {"type": "DYNAMIC", "role": role, "principal": role}
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}, "reservations": [reservation]}


@asynccontextmanager
async def real_world(program: Path, directory: Path) -> AsyncIterator[RealWorld]:
    async with RealMesos.running(program, directory) as mesos, AiohttpHttp() as http:
        world = RealWorld(mesos, http)
        await world.pass_time()
        await mesos.until_agents(*world.addresses)
        yield world
