"""The true world of the simulator, which the app reaches through its shipped adapters and HTTP, in virtual time.

    wire_agents     the machines of the pool and the agents in them
    wire_pool       what befalls them
    wire_members    services with data
    wire_orders     what the app orders, seen where it takes effect
    wire_network    the transports under the adapters
    gusts           what happens to requests on their way

Every process of the app gets adapters of its own. Of what a tale may ask for, two things cannot be had here: the
simulated masters keep one agent for each address, so none can be stolen, and all clocks of DC/OS are one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.azure.machines import AzureMachines
from shared.dcos.each_master import EachMaster
from shared.dcos.health import DcosHealth
from shared.dcos.mesos import MesosScheduler
from shared.dcos.workloads import DcosWorkloads
from shared.operate.outside import Outside
from shared.ports.scheduler import Scheduler
from simulator.arm.caller import bearer_token
from simulator.arm.face import ArmFace
from simulator.dcos.network import EXHIBITOR, MARATHON, DcosFace
from simulator.dcos.services import Services
from simulator.dcos.units import units_of
from simulator.mesos.face import MesosFace
from simulator.virtual_time import VirtualClock
from simulator.wire import Silence
from simulator.world.changes import Intent
from simulator.world.journal import OPERATOR, PLATFORM
from simulator.world.operations import AzureRefusal
from simulator.world.vm import Machine as MasterVm
from simulator.world.vm import Power, Vm
from tests.prod import OURS, START
from tests.simulation.breadth import Member
from tests.simulation.nature import Machine, Order
from tests.simulation.tale import Tale
from tests.simulation.wire_agents import SETTLED
from tests.simulation.wire_members import Members
from tests.simulation.wire_network import Azure, Cluster
from tests.simulation.wire_orders import Heard
from tests.simulation.wire_pool import Pool
from tests.watched import Around, Call, watched

OUR_APP = "00000000-0000-0000-0000-00000000a9b2"
NETWORK_UNITS = ("dcos-net.service", "dcos-navstar.service")
MASTER_UNITS = ("dcos-mesos-master.service", "dcos-exhibitor.service")
OF_MASTERS = frozenset({"restart", "redeploy", "run_command"})
MEANT: ContextVar[str] = ContextVar("meant", default="")
"""The call of the port `Scheduler` in whose course something is asked of the masters."""


class Wire(Pool):
    """One pool of machines, and whatever the tale puts around it."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        super().__init__(clock, tale)
        world, cluster = self._world, self._cluster
        self._arm = ArmFace(world)
        self._arm.throttle.pace = max(1.0, 60.0 / tale.takes_s)
        self._services = Services(cluster)
        self._members = Members(cluster.mesos)
        faces = [MesosFace(world, cluster, master) for master in cluster.mesos.masters]
        self._http = Cluster(faces, DcosFace(world, self._services), self.gusts)
        self._http.replacing = self._replacing
        self._addresses = tuple(master.address for master in cluster.mesos.masters)
        release = cluster.mesos.release.dcos
        self._unit = next(unit for unit in NETWORK_UNITS if unit in units_of(release, "agent"))
        self._serving = dict.fromkeys(range(tale.masters), START - SETTLED)
        if not {"restart_unit"} & {*tale.masters_cured_by}:
            hosts = [master.host for master in cluster.mesos.masters]
            cluster.units.stubborn |= {(host, unit) for host in hosts for unit in MASTER_UNITS}

    # What the app reaches it by.

    @property
    def azure(self) -> AzureCompute:
        """For one process."""
        settings = ArmSettings("http://arm.invalid", bearer_token(OURS, OUR_APP))
        return AzureCompute(settings, Azure(self._arm, self.gusts))

    @property
    def mesos(self) -> Scheduler:
        """For one process."""
        return watched("scheduler", MesosScheduler(self._http, self._addresses), _meant)

    def equipped(self, plain: Outside, around: Around) -> Outside:
        http, hosts = self._http, tuple(one.partition(":")[0] for one in self._addresses)
        workloads = watched("workloads", DcosWorkloads(http, plain.clock, self._addresses), around)
        outside = replace(plain, workloads_of=lambda cluster: workloads)
        if self._tale.is_broad:
            health = watched("health", DcosHealth(http, plain.clock, self._addresses), around)
            outside = replace(outside, health_of=lambda cluster: health)
        if not self._tale.masters:
            return outside
        council = watched("council", EachMaster(http, plain.clock, self._addresses, hosts), around)
        machines = watched("machines", AzureMachines(self.azure.arm), around)
        return replace(outside, masters_of=lambda cluster: council, machines=machines)

    # What the app orders.

    def ordered(self, order: Heard) -> Callable[[], None]:
        if order.what == "schedule_maintenance" and MEANT.get() != "scheduler.schedule_maintenance":
            return super().ordered(
                replace(order, is_ours=False)
            )  # on the way to something that is told by itself
        if order.subjects and isinstance(order.subjects[0], MasterVm):
            return self._ordered_of_master(order, order.subjects)
        return super().ordered(order)

    def _ordered_of_master(self, order: Heard, subjects: Sequence[Vm | None]) -> Callable[[], None]:
        machines = [one.name for one in self._cluster.machines]
        numbers = [machines.index(vm.name) for vm in subjects if vm is not None]
        told = [
            Order(self._clock.now(), order.what, one.name, one, is_master=True)
            for one in (self._master(number) for number in numbers)
        ]

        def tell() -> None:
            for one in told if order.is_ours and order.what in OF_MASTERS else []:
                self.on_order(one)
            self._stirs()

        return tell

    def _replacing(self, service: str, pod: str) -> Callable[[], None]:
        member = next((one for one in self.members() if (one.service, one.name) == (service, pod)), None)
        node = member.node if member is not None else ""
        machine = self._machine(self._instance(node)) if node else None
        order = Order(self._clock.now(), "replace_pod", node, machine, pod=f"{service}/{pod}")
        return lambda: self.on_order(order)

    def _is_treated(self, vm: Vm | None, what: str) -> None:
        act = {"run_command": "restart_unit", "reimage": "redeploy"}.get(what, what)
        cures = self._tale.cured_by
        is_cured = (act == "redeploy" and cures) or act in cures
        if vm is not None and vm.name in self._wrong and is_cured:
            self._is_cured(vm.name)

    def _is_cured(self, node: str) -> None:
        """Of what it ails. That an alarm is over has to be heard first: until then it is `over`, and counts."""
        if self._wrong.get(node) == "alarm":
            self._wrong[node] = "over"
        elif self._wrong.get(node) == "unit":
            del self._wrong[node]
            self._fail_unit(node, False)

    def _fail_unit(self, node: str, fails: bool) -> None:
        instance = self._instance(node)
        if instance is not None:
            failed = self._cluster.units.failed
            (failed.add if fails else failed.discard)((instance.nic.address, self._unit))

    def _stirs(self) -> None:
        there = {one.nic.address for one in self._pool.instances.values() if one.name in self._wrong}
        units = self._cluster.units
        units.failed = {(address, unit) for address, unit in units.failed if address in there}
        now = self._world.timeline.now
        serving = [number for number in range(self._tale.masters) if self._serves(number)]
        self._serving = {number: self._serving.get(number, now) for number in serving}
        super()._stirs()

    # What is true.

    def idle(self) -> list[str]:
        return super().idle() + self._members.idle()

    def members(self) -> list[Member]:
        return self._members.all()

    def masters(self) -> list[Machine]:
        return [self._master(number) for number in range(self._tale.masters)]

    def _master(self, number: int) -> Machine:
        vm = self._cluster.machines[number]
        running = vm.power is Power.RUNNING
        since: datetime | None = self._serving.get(number)
        return Machine(vm.nic.address, vm.fault_domain, since, is_running=running)

    def _serves(self, number: int) -> bool:
        vm, master = self._cluster.machines[number], self._cluster.mesos.masters[number]
        runs = vm.power is Power.RUNNING and not vm.is_frozen
        return runs and master.works and not master.zookeeper_down and master.log_recovered

    # What befalls masters and services.

    def master_fails(self, number: int, how: str) -> None:
        vm = self._cluster.machines[number]
        if how == "process":
            self._world.kill_master_process(self._cluster, number)
        elif how == "hangs":
            self._world.freeze_vm(vm)
        else:
            with suppress(AzureRefusal), self._spared():
                self._world.deallocate(vm)
        self._stirs()

    def master_recovers(self, number: int) -> None:
        vm, master = self._cluster.machines[number], self._cluster.mesos.masters[number]
        if vm.is_frozen:
            self._world.thaw_vm(vm)
        if vm.power is not Power.RUNNING:
            self._starts(vm)
        elif not master.works or not master.log_recovered:
            self._cluster.elections.revive(master)
        master.zookeeper_down = False
        self._stirs()

    def _starts(self, vm: Vm) -> None:
        with suppress(AzureRefusal), self._spared():
            self._world.power.act([vm], "start", Intent(OPERATOR, f"{vm.kind}/start/action", vm.id))

    def exhibitor_hangs(self, hangs: bool) -> None:
        self._is_silent(EXHIBITOR, hangs)

    def member_fails(self, number: int) -> None:
        self._members.fails(number)

    def scheduler_hangs(self, number: int, hangs: bool) -> None:
        names = [*(one.spec.name for one in self._members.services), ""]
        name = names[number % len(names)]
        if not name:
            self._is_silent(MARATHON, hangs)
        elif hangs:
            self._services.spoiled[name] = 503
        else:
            self._services.spoiled.pop(name, None)

    def _is_silent(self, port: int, silent: bool) -> None:
        if silent:
            self._services.silent[port] = Silence.HANGING
        else:
            self._services.silent.pop(port, None)

    async def replace_lost_members(self) -> None:
        self._members.replace_lost()

    # What is told of machines.

    def node_recovers(self, node: str) -> None:
        self._is_cured(node)
        super().node_recovers(node)

    def ails(self, node: str, how: str) -> None:
        if self._instance(node) is not None:
            self._wrong[node] = how
            if how == "unit":
                self._fail_unit(node, True)
            self._stirs()

    def is_ailing(self, node: str) -> bool:
        return self._wrong.get(node) in {"unit", "alarm"}

    def announces(self, node: str, announces: bool) -> None:
        self._ending[node] += 1 if announces else -1
        self._stirs()

    def absolve(self, node: str) -> None:
        if self._wrong.get(node) == "over":
            del self._wrong[node]
        self._stirs()

    def is_moved(self, node: str) -> None:
        instance = self._instance(node)
        if instance is not None and instance.power in {Power.STARTING, Power.RUNNING}:
            with suppress(AzureRefusal), self._spared():
                self._world.redeploy(instance, PLATFORM)
            self._stirs()

    def steals_address(self, node: str, steals: bool) -> None:
        """No simulated master can be told of two agents at one address."""

    def clock_differs(self, by_s: float) -> None:
        """All clocks of DC/OS are one here."""

    def mend(self) -> None:
        self._services.spoiled.clear()
        self._services.silent.clear()
        super().mend()


async def _meant(call: Call) -> Any:
    MEANT.set(call.name)
    return await call.go()
