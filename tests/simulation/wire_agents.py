"""The machines of the pool in the simulator and the agents in them: how they live, and what is true of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from shared.model.azure import PoolAddress
from shared.model.mesos import Generation
from simulator.event_shapes import event_of
from simulator.virtual_time import VirtualClock
from simulator.world.agent import Process
from simulator.world.build import ClusterSpec, build_cluster
from simulator.world.changes import Change
from simulator.world.durations import Durations
from simulator.world.maintenance import Mode
from simulator.world.mesos import Mesos
from simulator.world.scale_set import Instance
from simulator.world.tasks import App, TaskState
from simulator.world.vm import Power, Vm
from simulator.world.world import World
from tests.prod import POOL, START, SUBSCRIPTION
from tests.simulation.gusts import Gusts
from tests.simulation.nature import Machine, Order
from tests.simulation.tale import Tale
from tests.simulation.wire_members import service_of
from tests.simulation.wire_orders import Heard, HeardCommands, HeardOrders, HeardPower, HeardScaling

RELEASES = {
    Generation.MAINTENANCE: ("1.8", "1.10"),
    Generation.MARK_GONE: ("1.11", "1.13"),
    Generation.DRAIN: ("2.2",),
}
SUFFIX = "633E21A3"
UNITS = ("dcos-mesos-slave.service", "dcos-mesos-slave-public.service")
WEB = "web"
SETTLED = timedelta(days=1)


class Agents:
    """One pool of machines of one cluster. `_wrong` are those that do no work although their agent does, and how."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        self.on_order: Callable[[Order], None] = lambda order: None
        self.on_change: Callable[[], None] = lambda: None
        self.tell: Callable[[dict[str, Any]], None] = lambda event: None
        self.address: PoolAddress = POOL
        self.gusts = Gusts(clock, tale)
        self._clock, self._tale = clock, tale
        self._world = world = World(clock, SUBSCRIPTION, tale.seed)
        world.azure.durations = _durations(tale)
        self._newborn_fail = False
        self._stillborn: set[str] = set()
        self._numbers = count()
        self._wrong: dict[str, str] = {}
        self._ending = Counter[str]()
        self._build()
        world.timeline.settled = self._stirs
        world.azure.watchers.append(self._says)
        self._connected = {one.name: START - SETTLED for one in self._pool.instances.values()}
        self._well = dict(self._connected)

    def _build(self) -> None:
        tale, world = self._tale, self._world
        releases = RELEASES[tale.generation]
        web = App(WEB, 2 * tale.agents, cpus=0.01, mem=16.0)
        spec = ClusterSpec(
            "prod",
            releases[tale.seed % len(releases)],
            masters=tale.masters or 3,
            pools={"private": tale.agents},
            apps=(web,),
            services=tuple(service_of(name, size) for name, size in tale.services),
            suffix=SUFFIX,
        )
        self._cluster = build_cluster(world, self.furnished(spec))
        self._pool = self._cluster.pools["private"]
        furnish = world.azure.furnish

        def furnished(instance: Instance) -> None:
            furnish(instance)
            if self._newborn_fail:
                self._stillborn.add(instance.name)
                never_starts(process_of(instance))

        world.azure.furnish = furnished
        self._cluster.orders = HeardOrders(self._cluster.mesos, self)
        world.scaling = HeardScaling(world.azure, self)
        world.power = HeardPower(world.azure, self)
        world.commands = HeardCommands(world.azure, self)

    def furnished(self, spec: ClusterSpec) -> ClusterSpec:
        """As the cluster is to be built."""
        return spec

    async def live(self) -> None:
        await self._world.run()

    def _says(self, change: Change) -> None:
        """Azure's event about it, by a number instead of an id, so that a tale is told twice in the same words."""
        self.tell(event_of(change, SUBSCRIPTION) | {"id": f"event-{next(self._numbers)}"})

    def _stirs(self) -> None:
        """Something may have changed."""
        now, there = self._world.timeline.now, self._pool.instances.values()
        self._connected = {
            one.name: self._connected.get(one.name, now) for one in there if self._is_connected(one)
        }
        self._wrong = {name: how for name, how in self._wrong.items() if self._instance(name) is not None}
        well = [name for name in self._connected if name not in self._wrong]
        self._well = {name: self._well.get(name, now) for name in well}
        self.on_change()

    def ordered(self, order: Heard) -> Callable[[], None]:
        """Somebody ordered something; the answer is called when it has taken effect."""
        now, truths = self._clock.now(), [(vm, self._machine(vm)) for vm in order.subjects]

        def tell() -> None:
            for vm, machine in truths if order.is_ours else []:
                self.on_order(Order(now, order.what, vm.name if vm is not None else "", machine, order.size))
            for vm, _ in truths:
                self._is_treated(vm, order.what)
            self._stirs()

        return tell

    def _is_treated(self, vm: Vm | None, what: str) -> None:
        """What is wrong with it may be cured by that."""

    # What is true.

    def machines(self) -> list[Machine]:
        there = sorted(self._pool.instances.values(), key=lambda one: one.number)
        return [machine for one in there if (machine := self._machine(one)) is not None]

    @property
    def capacity(self) -> int:
        return self._pool.capacity

    def leftovers(self) -> list[str]:
        maintenance, mesos = self._cluster.mesos.maintenance, self._cluster.mesos
        left = [
            f"machine {one[1]} is {mode}"
            for one, mode in sorted(maintenance.modes.items())
            if mode is not Mode.UP
        ]
        alive = [one for one in mesos.registered.values() if one.process.responsive and one.deactivated]
        return left + [f"agent {one.id} gets no tasks" for one in alive]

    def idle(self) -> list[str]:
        marathon = self._cluster.mesos.schedulers[0]
        return [
            f"{marathon.running(app.name)} of {app.instances} tasks of {app.name} run"
            for app in marathon.framework.apps.values()
            if marathon.running(app.name) < app.instances
        ]

    def since(self, node: str) -> datetime | None:
        instance = self._instance(node)
        return instance.created if instance is not None else None

    def _machine(self, vm: Vm | None) -> Machine | None:
        if not isinstance(vm, Instance) or self._pool.instances.get(vm.number) is not vm:
            return None
        return Machine(
            vm.name,
            vm.fault_domain,
            self._well.get(vm.name),
            vm.deleting,
            vm.power is Power.RUNNING,
            self._tasks_on(vm),
            self._ending[vm.name] > 0,
            self._connected.get(vm.name),
            is_hidden(vm, self._cluster.mesos),
            vm.zone,
        )

    def _is_connected(self, instance: Instance) -> bool:
        process, mesos = process_of(instance), self._cluster.mesos
        if instance.power is not Power.RUNNING or not process.responsive:
            return False
        known = mesos.registered.get(process.agent_id or "") or mesos.recovered.get(process.agent_id or "")
        return known is not None and known.process is process and known.connected

    def _tasks_on(self, instance: Instance) -> int:
        agent = self._cluster.mesos.registered.get(process_of(instance).agent_id or "")
        if agent is None or instance.name not in self._connected:
            return 0
        return sum(task.app.name == WEB and task.state is TaskState.RUNNING for task in agent.tasks.values())

    def _instance(self, node: str) -> Instance | None:
        return self._pool.instances.get(int(node.rpartition("_")[2]))


def process_of(instance: Instance) -> Process:
    if not isinstance(instance.guest, Process):
        raise TypeError(f"{instance.name} has no agent")
    return instance.guest


def is_hidden(instance: Instance, mesos: Mesos) -> bool:
    """It hangs or is cut off, and the masters count on its agent."""
    process = process_of(instance)
    if instance.power is not Power.RUNNING or process.responsive:
        return False
    known = mesos.registered.get(process.agent_id or "")
    return known is not None and known.process is process and known.connected


def never_starts(process: Process) -> None:
    process.joining = replace(process.joining, joins=False)


def _durations(tale: Tale) -> Durations:
    """A new machine has its agent after `boot_s`."""
    takes_s = tale.takes_s
    return Durations(
        boot_s=0.6 * tale.boot_s,
        delete_s=takes_s,
        start_s=takes_s,
        restart_s=takes_s,
        poweroff_s=takes_s,
        deallocate_s=takes_s,
        redeploy_s=takes_s,
        reimage_s=takes_s,
        command_s=takes_s,
        silent_agent_s=300.0,
        join_s=0.4 * tale.boot_s,
        rejoin_s=3.0,
    )
