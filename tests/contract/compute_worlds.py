"""A pool of a few machines, seen through the port: in memory, and in a simulated Azure behind the real SDK.

`simulator` in process tests what we send and understand; on a socket also that the real transport does the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.errors import Retry, Unknown
from shared.memory.clock import SteppedClock
from shared.memory.compute import MemoryCompute
from shared.model.azure import PoolAddress
from shared.ports.compute import Compute
from simulator.arm.face import ArmFace
from simulator.faults import dropped, throttled
from simulator.in_process import ArmTransport
from simulator.serve import served
from simulator.world.azure import AllocationFault
from simulator.world.build import ClusterSpec, build_cluster, new_world
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


class InMemory:
    def __init__(self) -> None:
        self.clock = SteppedClock(START)
        self.twin = MemoryCompute(self.clock, takes=timedelta(seconds=60))
        self.compute: Compute = self.twin
        self.pool = PoolAddress("sub", "group", "agents")
        self.twin.add_pool(self.pool, SIZE)

    def wait(self) -> None:
        self.clock.advance(LONG)

    def lose(self, instance_id: str) -> None:
        self.twin.lose(self.pool, instance_id)

    def deallocate(self, instance_id: str) -> None:
        self.twin.evict(self.pool, instance_id)

    def fail_next_growth(self) -> None:
        self.twin.fail_operation("AllocationFailed", "Allocation failed. No room in this region.")

    def lose_next_answer(self) -> None:
        for call in ("destroy", "set_capacity"):
            self.twin.faults.next(call, Unknown("the answer got lost"), done=True)

    def throttle(self, pause: timedelta) -> None:
        for call in ("scale_set", "instances", "instance", "addresses", "destroy", "set_capacity", "look"):
            self.twin.faults.always(call, Retry("Azure is busy", pause))


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
        for method in ("POST", "PATCH"):
            self.face.faults.add(dropped(after_effect=True, method=method))

    def throttle(self, pause: timedelta) -> None:
        self.face.faults.add(throttled(int(pause.total_seconds()), times=None))


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
