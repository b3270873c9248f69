"""A pool of a few machines, seen through the port: in memory, and in a simulated Azure behind the real SDK.

`simulator` in process tests what we send and understand; on a socket also that the real transport does the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.errors import Retry, Unknown
from shared.memory.clock import SteppedClock
from shared.memory.compute import MemoryCompute
from shared.memory.guests import Guests
from shared.model.azure import PoolAddress, VmHealth
from shared.ports.compute import Compute
from simulator.arm.face import ArmFace
from simulator.faults import dropped, throttled
from simulator.in_process import ArmTransport
from simulator.serve import served
from simulator.world.azure import ActionFault, AllocationFault
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.operations import AzureError
from simulator.world.scale_set import ScaleSet
from simulator.world.world import World

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIZE = 12
"""More than ten, so that 10 must come after 9, and more than two of the simulator's pages."""

PAGE = 5
LONG = timedelta(minutes=20)
"""Longer than any operation takes."""


class ComputeWorld(Protocol):
    """`compute` is what is tested. The rest moves the world behind its back."""

    compute: Compute
    pool: PoolAddress

    def wait(self) -> None:
        """Until everything that was begun has ended."""
        ...

    def lose(self, instance_id: str) -> None:
        """Somebody deletes the instance, and it is gone."""
        ...

    def deallocate(self, instance_id: str) -> None: ...

    def fail_next_growth(self) -> None:
        """The region has no room for the next instances."""
        ...

    def lose_next_answer(self) -> None:
        """The next write is carried out, and its answer never arrives."""
        ...

    def throttle(self, pause: timedelta) -> None:
        """Azure answers everything with 429 and asks to be left alone for `pause`."""
        ...

    def fail_next_action(self, code: str) -> None:
        """The next action on an instance is accepted, and fails at its end."""
        ...

    def hang_next_action(self) -> None:
        """The next action on an instance is accepted, and never ends."""
        ...

    def silence(self, instance_id: str) -> None:
        """Azure hears nothing from its agent in the machine."""
        ...

    def say_health(self, instance_id: str, health: VmHealth) -> None:
        """What the machine's health extension reports."""
        ...

    def new_image(self) -> None:
        """The set's model gets a newer image."""
        ...

    def has_its_disk(self, instance_id: str) -> bool:
        """The machine still has the temporary disk that it began with."""
        ...


class Listening(Guests):
    """Which machines booted without their disk; their shell knows `echo`."""

    def __init__(self) -> None:
        self.emptied: set[str] = set()

    def booted(self, name: str, *, has_its_disk: bool) -> None:
        if not has_its_disk:
            self.emptied.add(name)

    def run(self, name: str, script: Sequence[str]) -> str:
        return "".join(f"{line.removeprefix('echo ')}\n" for line in script if line.startswith("echo "))


WRITES = (
    "destroy", "set_capacity", "restart", "redeploy", "reimage", "power_off", "run_command", "protect",
)  # fmt: skip
READS = ("scale_set", "instances", "instance", "addresses", "look")


class InMemory:
    def __init__(self) -> None:
        self.clock = SteppedClock(START)
        self.guests = Listening()
        self.twin = MemoryCompute(self.clock, timedelta(seconds=60), self.guests)
        self.compute: Compute = self.twin
        self.pool = PoolAddress("sub", "group", "agents")
        self.twin.add_pool(self.pool, SIZE)

    def wait(self) -> None:
        self.clock.advance(LONG)
        self.twin.turn()

    def lose(self, instance_id: str) -> None:
        self.twin.lose(self.pool, instance_id)

    def deallocate(self, instance_id: str) -> None:
        self.twin.evict(self.pool, instance_id)

    def fail_next_growth(self) -> None:
        self.twin.fail_operation("AllocationFailed", "Allocation failed. No room in this region.")

    def lose_next_answer(self) -> None:
        for call in WRITES:
            self.twin.faults.next(call, Unknown("the answer got lost"), done=True)

    def throttle(self, pause: timedelta) -> None:
        for call in (*READS, *WRITES):
            self.twin.faults.always(call, Retry("Azure is busy", pause))

    def fail_next_action(self, code: str) -> None:
        self.twin.fail_operation(code, "It came to nothing.")

    def hang_next_action(self) -> None:
        self.twin.hang_operation()

    def silence(self, instance_id: str) -> None:
        self.twin.silence(self.pool, instance_id)

    def say_health(self, instance_id: str, health: VmHealth) -> None:
        self.twin.set_health(self.pool, instance_id, health)

    def new_image(self) -> None:
        self.twin.new_image(self.pool, "Canonical:UbuntuServer:16.04-LTS:16.04.202611010")

    def has_its_disk(self, instance_id: str) -> bool:
        return f"{self.pool.scale_set}_{instance_id}" not in self.guests.emptied


class SimulatorClock(SteppedClock):
    """The simulator may also want to wait, which only the caller of `advance` can make happen here."""

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))


class Simulated:
    def __init__(self, world: World, clock: SimulatorClock, face: ArmFace, compute: Compute) -> None:
        (cluster,) = world.clusters.values()
        self.face = face
        self.world = world
        self.clock = clock
        self.compute = compute
        self.scale_set: ScaleSet = cluster.pools["private"]
        self.pool = PoolAddress(
            self.scale_set.subscription, self.scale_set.resource_group, self.scale_set.name
        )

    def wait(self) -> None:
        self.clock.advance(LONG)
        self.world.settle()

    def lose(self, instance_id: str) -> None:
        self.world.delete_instance(self.scale_set.instances[int(instance_id)])
        self.wait()

    def deallocate(self, instance_id: str) -> None:
        self.world.deallocate(self.scale_set.instances[int(instance_id)])
        self.wait()

    def fail_next_growth(self) -> None:
        self.world.azure.allocation_faults.append(AllocationFault(count=None))

    def lose_next_answer(self) -> None:
        for method in ("POST", "PATCH", "PUT"):
            self.face.faults.add(dropped(after_effect=True, method=method))

    def throttle(self, pause: timedelta) -> None:
        self.face.faults.add(throttled(int(pause.total_seconds()), times=None))

    def fail_next_action(self, code: str) -> None:
        error = AzureError(code, "It came to nothing.")
        self.world.azure.action_faults.append(ActionFault(error=error))

    def hang_next_action(self) -> None:
        self.world.azure.action_faults.append(ActionFault(error=None))

    def silence(self, instance_id: str) -> None:
        self.world.silence_vm_agent(self.scale_set.instances[int(instance_id)])

    def say_health(self, instance_id: str, health: VmHealth) -> None:
        instance = self.scale_set.instances[int(instance_id)]
        instance.health = str(health)
        instance.revision += 1

    def new_image(self) -> None:
        self.world.new_image(self.scale_set, "16.04.202611010")

    def has_its_disk(self, instance_id: str) -> bool:
        return self.scale_set.instances[int(instance_id)].disk == 0


@asynccontextmanager
async def simulated(*, socket: bool) -> AsyncIterator[Simulated]:
    clock = SimulatorClock(START)
    world = new_world(clock)
    build_cluster(world, ClusterSpec("prod", pools={"private": SIZE}))
    face = ArmFace(world, page_size=PAGE)
    if socket:
        async with (
            served(world, arm=face) as at,
            AzureCompute(ArmSettings(endpoint=at.arm_url, static_token="token")) as compute,
        ):
            yield Simulated(world, clock, face, compute)
        return
    settings = ArmSettings(endpoint="http://arm.test", static_token="token")
    async with AzureCompute(settings, transport=ArmTransport(face)) as compute:
        yield Simulated(world, clock, face, compute)
