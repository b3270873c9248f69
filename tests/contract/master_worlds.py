"""Masters that are asked for themselves: the twin in memory, and simulated ones behind the adapter.

What happens to them is told from outside, by their number.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.dcos.each_master import EachMaster
from shared.memory.clock import SteppedClock
from shared.memory.masters import MemoryMasters
from shared.ports.http import HttpAnswer, HttpCall
from shared.ports.masters import MasterReports
from simulator.dcos.network import EXHIBITOR, DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.virtual_time import VirtualClock
from simulator.wire import Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world

ADDRESSES = ("172.16.0.5", "172.16.0.6", "172.16.0.7")
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class MasterWorld(Protocol):
    """`reports` is what is tested."""

    reports: MasterReports

    async def pass_time(self) -> None:
        """Long enough for an election, and for a start."""
        ...

    def hangs(self, number: int) -> None: ...

    def recovers(self, number: int) -> None: ...

    def process_dies(self, number: int) -> None: ...

    def loses_zookeeper(self, number: int) -> None: ...

    def loses_registry(self, number: int) -> None: ...

    def exhibitor_hangs(self) -> None: ...


class MastersInMemory:
    def __init__(self) -> None:
        self._clock = SteppedClock(START)
        self._twin = MemoryMasters(self._clock, ADDRESSES)
        self.reports: MasterReports = self._twin

    async def pass_time(self) -> None:
        self._clock.advance(timedelta(minutes=1))

    def hangs(self, number: int) -> None:
        self._twin.dies(ADDRESSES[number])

    def recovers(self, number: int) -> None:
        self._twin.returns(ADDRESSES[number])

    def process_dies(self, number: int) -> None:
        self._twin.process_dies(ADDRESSES[number])

    def loses_zookeeper(self, number: int) -> None:
        self._twin.without_zookeeper.add(ADDRESSES[number])

    def loses_registry(self, number: int) -> None:
        self._twin.without_registry.add(ADDRESSES[number])

    def exhibitor_hangs(self) -> None:
        self._twin.exhibitor_hangs = True


class _Http:
    """The port `Http` on the simulated network."""

    def __init__(self, network: DcosNetwork) -> None:
        self._network = network

    async def send(self, call: HttpCall) -> HttpAnswer:
        status, headers, body = await self._network.send(
            call.method, call.url, call.headers, call.body or b"", call.timeout_s
        )
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)


class MastersOnTheWire:
    """To be used in virtual time, whose clock it is given."""

    def __init__(self, clock: VirtualClock, dcos_version: str) -> None:
        self._clock = clock
        self._world = new_world(self._clock)
        self._cluster = build_cluster(
            self._world, ClusterSpec("contract", dcos_version, pools={"private": 1})
        )
        faces = [MesosFace(self._world, self._cluster, one) for one in self._cluster.mesos.masters]
        self._services = Services(self._cluster)
        network = DcosNetwork(self._world, self._services, MesosNetwork(faces))
        self.reports: MasterReports = EachMaster(_Http(network), self._clock, ADDRESSES, ADDRESSES)

    async def pass_time(self) -> None:
        await self._clock.sleep(300)
        self._world.settle()

    def hangs(self, number: int) -> None:
        self._world.freeze_vm(self._cluster.machines[number])

    def recovers(self, number: int) -> None:
        self._world.thaw_vm(self._cluster.machines[number])

    def process_dies(self, number: int) -> None:
        self._world.kill_master_process(self._cluster, number)

    def loses_zookeeper(self, number: int) -> None:
        self._world.stop_zookeeper(self._cluster, number)

    def loses_registry(self, number: int) -> None:
        self._world.lose_registry(self._cluster, number)

    def exhibitor_hangs(self) -> None:
        self._services.silent[EXHIBITOR] = Silence.HANGING
