"""The true world of the simulator, which the app reaches through its shipped adapters and HTTP, in virtual time.

    wire_orders     what the app orders, seen where it takes effect
    wire_network    the transports under the adapters
    gusts           what happens to requests on their way
    wire_breadth    masters, services and units, where the tale has them

Every process of the app gets adapters of its own. The wire knows four ways in which an agent may have failed, each
cured by one act and by every act that is harder: its unit starts again, its machine does, its machine gets a new disk,
or none of these helps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.dcos.mesos import MesosScheduler
from shared.errors import Refused
from shared.model.azure import PoolAddress
from shared.model.mesos import Generation
from shared.ports.scheduler import Scheduler
from simulator.arm.caller import bearer_token
from simulator.arm.face import ArmFace
from simulator.dcos.network import DcosFace
from simulator.dcos.services import Services
from simulator.event_shapes import event_of
from simulator.mesos.face import MesosFace
from simulator.virtual_time import VirtualClock
from simulator.world.agent import Life, Process
from simulator.world.azure import ACTION_FAILED, ActionFault, AllocationFault
from simulator.world.build import ClusterSpec, build_cluster
from simulator.world.durations import Durations
from simulator.world.maintenance import Mode
from simulator.world.operations import AzureRefusal
from simulator.world.scale_set import Instance
from simulator.world.tasks import App
from simulator.world.vm import Power, Provisioning, Vm
from simulator.world.world import World
from tests.prod import OURS, POOL, START, SUBSCRIPTION
from tests.simulation.gusts import Gusts
from tests.simulation.nature import Machine, Order
from tests.simulation.tale import Tale
from tests.simulation.wire_network import Azure, Cluster
from tests.simulation.wire_orders import HeardCommands, HeardOrders, HeardPower, HeardScaling
from tests.watched import Call, watched

RELEASES = {
    Generation.MAINTENANCE: ("1.8", "1.10"),
    Generation.MARK_GONE: ("1.11", "1.13"),
    Generation.DRAIN: ("2.2",),
}
SUFFIX = "633E21A3"
UNITS = ("dcos-mesos-slave.service", "dcos-mesos-slave-public.service")
OUR_APP = "00000000-0000-0000-0000-00000000a9b2"
SETTLED = timedelta(days=1)
MEANT: ContextVar[str] = ContextVar("meant", default="")
"""The call of the port `Scheduler` in whose course something is asked of the masters."""


class Wire:
    """One pool of machines of one cluster."""

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
        self._well: dict[str, datetime] = {}
        self._build()
        self._arm = ArmFace(world)
        self._arm.throttle.pace = max(1.0, 60.0 / tale.takes_s)
        self._services = Services(self._cluster)
        nodes = DcosFace(world, self._services)
        self._faces = [MesosFace(world, self._cluster, master) for master in self._cluster.mesos.masters]
        self._http = Cluster(self._faces, nodes, self.gusts)
        world.timeline.settled = self._stirs
        world.azure.watchers.append(lambda change: self.tell(event_of(change, SUBSCRIPTION)))
        self._well = {one.name: START - SETTLED for one in self._pool.instances.values()}

    def _build(self) -> None:
        tale, world = self._tale, self._world
        releases = RELEASES[tale.generation]
        web = App("web", 2 * tale.agents, cpus=0.01, mem=16.0)
        spec = ClusterSpec(
            "prod",
            releases[tale.seed % len(releases)],
            pools={"private": tale.agents},
            apps=(web,),
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

    @property
    def azure(self) -> AzureCompute:
        """For one process."""
        settings = ArmSettings("http://arm.invalid", bearer_token(OURS, OUR_APP))
        return AzureCompute(settings, Azure(self._arm, self.gusts))

    @property
    def mesos(self) -> Scheduler:
        """For one process."""
        masters = tuple(master.address for master in self._cluster.mesos.masters)
        return watched("scheduler", MesosScheduler(self._http, masters), _meant)

    async def live(self) -> None:
        await self._world.run()

    def _stirs(self) -> None:
        """Something may have changed."""
        now, there = self._world.timeline.now, self._pool.instances.values()
        self._well = {one.name: self._well.get(one.name, now) for one in there if self._is_well(one)}
        self.on_change()

    # What the app orders.

    def ordered(self, what: str, subjects: Sequence[Vm | None], size: int = 0) -> Callable[[], None]:
        if what == "schedule_maintenance" and MEANT.get() != "scheduler.schedule_maintenance":
            return lambda: None  # on the way to something else, which is told by itself
        now = self._clock.now()
        orders = [
            Order(now, what, vm.name if vm is not None else "", self._machine(vm), size) for vm in subjects
        ]

        def tell() -> None:
            for order in orders:
                self.on_order(order)
            self._stirs()

        return tell

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
        return [
            f"{scheduler.running(app.name)} of {app.instances} tasks of {app.name} run"
            for scheduler in self._cluster.mesos.schedulers
            for app in scheduler.framework.apps.values()
            if scheduler.running(app.name) < app.instances
        ]

    def _machine(self, vm: Vm | None) -> Machine | None:
        if not isinstance(vm, Instance) or self._pool.instances.get(vm.number) is not vm:
            return None
        return Machine(
            vm.name, vm.fault_domain, self._well.get(vm.name), vm.deleting, vm.power is Power.RUNNING
        )

    def _is_well(self, instance: Instance) -> bool:
        process, mesos = process_of(instance), self._cluster.mesos
        if instance.power is not Power.RUNNING or not process.responsive:
            return False
        known = mesos.registered.get(process.agent_id or "") or mesos.recovered.get(process.agent_id or "")
        return known is not None and known.process is process and known.connected

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
        for instance in list(self._pool.instances.values()):
            self._world.timeline.after(2 * self._tale.takes_s, partial(self._give_up, instance))
        self._stirs()

    def _give_up(self, instance: Instance) -> None:
        for order in (instance.operation, instance.command):
            if order is not None and order.running:
                self._world.azure.operations.fail(order, ACTION_FAILED)
                instance.provisioning = Provisioning.FAILED
                instance.revision += 1


async def _meant(call: Call) -> Any:
    MEANT.set(call.name)
    return await call.go()


def process_of(instance: Instance) -> Process:
    if not isinstance(instance.guest, Process):
        raise TypeError(f"{instance.name} has no agent")
    return instance.guest


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
