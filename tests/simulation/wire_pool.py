"""The machines of the pool in the simulator, the agents in them, and what befalls both.

It knows four ways in which an agent may have failed, each cured by one act and by every act that is harder: its unit
starts again, its machine does, its machine gets a new disk, or none of these helps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from shared.errors import Refused
from shared.model.azure import PoolAddress
from shared.model.mesos import Generation
from simulator.event_shapes import event_of
from simulator.virtual_time import VirtualClock
from simulator.world.agent import Life, Process
from simulator.world.azure import ACTION_FAILED, ActionFault, AllocationFault
from simulator.world.build import ClusterSpec, build_cluster
from simulator.world.changes import Change
from simulator.world.durations import Durations
from simulator.world.maintenance import Mode
from simulator.world.mesos import Mesos
from simulator.world.operations import AzureRefusal, Operation
from simulator.world.scale_set import Instance
from simulator.world.tasks import App, TaskState
from simulator.world.vm import Power, Provisioning, Vm
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


class Pool:
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
        self._ending: set[str] = set()
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
        self._cluster = build_cluster(world, spec)
        self._pool = self._cluster.pools["private"]
        furnish = world.azure.furnish

        def furnished(instance: Instance) -> None:
            furnish(instance)
            if self._newborn_fail:
                self._stillborn.add(instance.name)
                _never_starts(process_of(instance))

        world.azure.furnish = furnished
        self._cluster.orders = HeardOrders(self._cluster.mesos, self)
        world.scaling = HeardScaling(world.azure, self)
        world.power = HeardPower(world.azure, self)
        world.commands = HeardCommands(world.azure, self)

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
            vm.name in self._ending,
            self._connected.get(vm.name),
            is_hidden(vm, self._cluster.mesos),
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

    # What befalls it.

    def node_fails(self, node: str) -> None:
        instance = self._instance(node)
        if instance is None:
            return
        process, cures = process_of(instance), self._tale.cured_by
        self._world.kill_agent_process(instance)
        if "restart_unit" not in cures:
            self._cluster.units.stubborn |= {(process.address, unit) for unit in UNITS}
        if not {"restart_unit", "restart"} & {*cures}:
            process.spoil_disk()
        if not cures:
            _never_starts(process)
        self._stirs()

    def node_freezes(self, node: str) -> None:
        instance = self._instance(node)
        if instance is not None and instance.power is Power.RUNNING:
            self._world.freeze_vm(instance)
            self._stirs()

    def node_recovers(self, node: str) -> None:
        instance = self._instance(node)
        if instance is None:
            return
        if instance.is_frozen:
            self._world.thaw_vm(instance)
        process = process_of(instance)
        self._cluster.units.stubborn -= {(process.address, unit) for unit in UNITS}
        process.spoiled_disk = None
        if instance.name not in self._stillborn:
            process.joining = replace(process.joining, joins=True)
        if instance.power is Power.RUNNING and process.life is Life.ABSENT and process.can_start:
            self._world.start_agent_process(instance)
        self._stirs()

    async def delete(self, node: str) -> None:
        with self._by_somebody(node) as instance:
            self._world.delete_instance(instance)

    async def deallocate(self, node: str) -> None:
        with self._by_somebody(node) as instance:
            self._world.deallocate(instance)

    async def restart(self, node: str) -> None:
        with self._by_somebody(node) as instance:
            self._world.restart(instance)

    def evict(self, node: str) -> None:
        instance = self._instance(node)
        if instance is not None and not instance.deleting:
            self._pool.evicted_instances_are_deleted = instance.number % 2 == 0
            self._world.evict(instance)
            self._stirs()

    async def scale(self, size: int) -> None:
        with self._spared():
            self._world.set_capacity(self._pool, size)
        self._stirs()

    @contextmanager
    def _by_somebody(self, node: str) -> Iterator[Instance]:
        instance = self._instance(node)
        if instance is None:
            raise Refused("azure", "instance_not_found", {"node": node})
        try:
            with self._spared():
                yield instance
        except AzureRefusal as refusal:
            raise Refused("azure", refusal.error.code, {"node": node}) from refusal
        self._stirs()

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """What was ordered to fail or hang is kept for the app: nobody repairs what people did not get."""
        azure = self._world.azure
        kept = azure.allocation_faults, azure.action_faults
        azure.allocation_faults, azure.action_faults = [], []
        try:
            yield
        finally:
            azure.allocation_faults, azure.action_faults = kept

    def newborn_fail(self, fail: bool) -> None:
        self._newborn_fail = fail

    def no_room(self, times: int) -> None:
        self._world.azure.allocation_faults.append(AllocationFault(times))

    def hang(self, times: int) -> None:
        self._world.azure.action_faults.append(ActionFault(error=None, count=times))

    def fail_over(self) -> None:
        self._world.fail_over(self._cluster)
        self._stirs()

    def mend(self) -> None:
        """Also the wire is calm from now on. What was ordered in vain ends when Azure gives it up."""
        self.gusts.ends()
        azure = self._world.azure
        azure.allocation_faults.clear()
        azure.action_faults.clear()
        self._newborn_fail = False
        for one in self._pool.instances.values():
            for order in (one.operation, one.command):
                if order is not None and order.running:
                    self._world.timeline.after(2 * self._tale.takes_s, partial(self._give_up, one, order))
        self._stirs()

    def _give_up(self, instance: Instance, order: Operation) -> None:
        """Whatever Azure does takes `takes_s`: who is not done by now would never be."""
        if order.running:
            self._world.azure.operations.fail(order, ACTION_FAILED)
            instance.provisioning = Provisioning.FAILED
            instance.revision += 1


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


def _never_starts(process: Process) -> None:
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
