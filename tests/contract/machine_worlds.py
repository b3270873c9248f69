"""The machines of a cluster's masters, seen through the port: in memory, and in a simulated Azure behind the SDK.

Beside them lives a machine that the group's pattern does not match.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.azure.machines import AzureMachines
from shared.errors import Retry, Unknown
from shared.memory.clock import SteppedClock
from shared.memory.machines import MemoryMachines
from shared.model.azure import MachineGroup, Power
from shared.ports.machines import Machines
from simulator.arm.face import ArmFace
from simulator.faults import dropped, throttled
from simulator.in_process import ArmTransport
from simulator.serve import served
from simulator.world.azure import ActionFault
from simulator.world.build import SUBSCRIPTION, ClusterSpec, build_cluster, new_world
from simulator.world.changes import Intent
from simulator.world.journal import OPERATOR
from simulator.world.operations import AzureError
from simulator.world.vm import Machine
from simulator.world.world import World
from tests.contract.compute_worlds import LONG, START, Listening, SimulatorClock

GROUP = MachineGroup(SUBSCRIPTION, "acs-prod", "dcos-master-633E21A3-*")
NAMES = [f"dcos-master-633E21A3-{index}" for index in range(3)]
OTHER = "dcos-master-0000AAAA-0"
WRITES = ("start", "restart", "redeploy", "run_command")


class MachineWorld(Protocol):
    """`machines` is what is tested. The rest moves the world behind its back."""

    machines: Machines

    def wait(self) -> None: ...

    def lose(self, name: str) -> None: ...

    def silence(self, name: str) -> None: ...

    def stop(self, name: str, *, deallocate: bool) -> None:
        """Somebody does, and it is over."""

    def has_its_disk(self, name: str) -> bool: ...

    def fail_next_action(self, code: str) -> None: ...

    def hang_next_action(self) -> None: ...

    def lose_next_answer(self) -> None: ...

    def throttle(self, pause: timedelta) -> None: ...


class MachinesInMemory:
    def __init__(self) -> None:
        self.clock = SteppedClock(START)
        self.guests = Listening()
        self.twin = MemoryMachines(self.clock, timedelta(seconds=60), self.guests)
        self.machines: Machines = self.twin
        for index, name in enumerate([*NAMES, OTHER]):
            self.twin.add_machine(name, f"172.16.0.{5 + index}", index % 3, index)

    def wait(self) -> None:
        self.clock.advance(LONG)
        self.twin.turn()

    def lose(self, name: str) -> None:
        self.twin.lose(name)

    def silence(self, name: str) -> None:
        self.twin.silence(name)

    def stop(self, name: str, *, deallocate: bool) -> None:
        self.twin.set_power(name, Power.DEALLOCATED if deallocate else Power.STOPPED)

    def has_its_disk(self, name: str) -> bool:
        return name not in self.guests.emptied

    def fail_next_action(self, code: str) -> None:
        self.twin.fail_operation(code, "It came to nothing.")

    def hang_next_action(self) -> None:
        self.twin.hang_operation()

    def lose_next_answer(self) -> None:
        for call in WRITES:
            self.twin.faults.next(call, Unknown("the answer got lost"), done=True)

    def throttle(self, pause: timedelta) -> None:
        for call in ("machines", "machine", "look", *WRITES):
            self.twin.faults.always(call, Retry("Azure is busy", pause))


class MachinesSimulated:
    def __init__(self, world: World, clock: SimulatorClock, face: ArmFace, machines: Machines) -> None:
        self.machines = machines
        self.world = world
        self.clock = clock
        self.face = face

    def vm(self, name: str) -> Machine:
        return self.world.azure.machines["acs-prod", name.lower()]

    def wait(self) -> None:
        self.clock.advance(LONG)
        self.world.settle()

    def lose(self, name: str) -> None:
        del self.world.azure.machines["acs-prod", name.lower()]

    def silence(self, name: str) -> None:
        self.world.silence_vm_agent(self.vm(name))

    def stop(self, name: str, *, deallocate: bool) -> None:
        action = "deallocate" if deallocate else "poweroff"
        intent = Intent(OPERATOR, f"Microsoft.Compute/virtualMachines/{action}/action", self.vm(name).id)
        self.world.power.act([self.vm(name)], action, intent)
        self.wait()

    def has_its_disk(self, name: str) -> bool:
        return self.vm(name).disk == 0

    def fail_next_action(self, code: str) -> None:
        error = AzureError(code, "It came to nothing.")
        self.world.azure.action_faults.append(ActionFault(error=error))

    def hang_next_action(self) -> None:
        self.world.azure.action_faults.append(ActionFault(error=None))

    def lose_next_answer(self) -> None:
        self.face.faults.add(dropped(after_effect=True, method="POST"))

    def throttle(self, pause: timedelta) -> None:
        self.face.faults.add(throttled(int(pause.total_seconds()), times=None))


@asynccontextmanager
async def simulated_machines(*, socket: bool) -> AsyncIterator[MachinesSimulated]:
    clock = SimulatorClock(START)
    world = new_world(clock)
    build_cluster(world, ClusterSpec("prod", suffix="633E21A3", pools={"private": 1}))
    other = ClusterSpec("other", suffix="0000AAAA", masters=1, pools={}, resource_group="acs-prod")
    build_cluster(world, other)
    face = ArmFace(world, page_size=2)
    if socket:
        async with (
            served(world, arm=face) as at,
            AzureCompute(ArmSettings(endpoint=at.arm_url, static_token="token")) as compute,
        ):
            yield MachinesSimulated(world, clock, face, AzureMachines(compute.arm))
        return
    settings = ArmSettings(endpoint="http://arm.test", static_token="token")
    async with AzureCompute(settings, transport=ArmTransport(face)) as compute:
        yield MachinesSimulated(world, clock, face, AzureMachines(compute.arm))
