"""Machines of the simulated Azure whose Mesos agents are real processes of a real Mesos.

A simulated instance boots, and a genuine agent process starts at the address of its network interface; it is deleted,
and the process is killed. What is between, registration, loss, MARK_AGENT_GONE, is Mesos's own doing.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from simulator.clock import WallClock
from simulator.world.build import new_world
from simulator.world.durations import Durations
from simulator.world.network import Subnet
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.vm import Power, Provisioning
from simulator.world.world import World
from tests.real_mesos.cluster import RealMesos


class RealAgent:
    """The guest of one instance: a real agent process at the instance's address."""

    def __init__(self, mesos: RealMesos, address: str) -> None:
        self._mesos, self._address = mesos, address
        self._has_run = False

    @property
    def healthy(self) -> bool:
        return self._mesos.is_running(self._address)

    def booted(self, disk: int) -> None:
        """A new machine has an empty disk, also where its address was used before."""
        if not self._has_run:
            self._mesos.empty_disk(self._address)
            self._has_run = True
        self._mesos.start_agent(self._address)

    def halted(self, clean: bool) -> None:
        if self.healthy:
            self._mesos.kill_agent(self._address)

    def frozen(self, frozen: bool) -> None:
        if frozen:
            self._mesos.freeze_agent(self._address)
        else:
            self._mesos.thaw_agent(self._address)


def world_with_real_agents(mesos: RealMesos, agents: int) -> tuple[World, ScaleSet]:
    """A simulated subscription with one scale set of running machines, each with a real agent in it."""
    world = new_world(WallClock(), Durations().scaled(0.01))
    scale_set = ScaleSet(
        name="dcos-agent-private-633E21A3-vmss0",
        subscription=world.azure.subscription,
        resource_group="acs-real",
        location="westeurope",
        subnet=Subnet("dcos-agentPrivateSubnet", "127.0.1.0/24"),
        created=world.timeline.now - timedelta(days=1),
        unique_id=str(uuid4()),
        computer_name_prefix="dcos-agent-private-633E21A3",
        vm_size="Standard_D2s_v3",
        zones=(),
        fault_domain_count=5,
    )
    world.azure.add_scale_set(scale_set)

    def furnish(instance: Instance) -> None:
        instance.guest = RealAgent(mesos, instance.nic.address)

    world.azure.furnish = furnish
    for _ in range(agents):
        instance = world.scaling.place(scale_set)
        instance.power, instance.provisioning = Power.RUNNING, Provisioning.SUCCEEDED
        instance.created = scale_set.created
        if instance.guest is not None:
            instance.guest.booted(instance.disk)
    scale_set.capacity = agents
    return world, scale_set
