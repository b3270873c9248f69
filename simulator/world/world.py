"""The true world: one Azure subscription and the DC/OS clusters in it, and the verbs that break them.

Plain objects, no HTTP. The faces read and change it on behalf of callers; stories and tests change it through the
verbs here, each of which says in the journal who did it. `settle` must be called before looking at anything that
time may have changed (the faces do).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.wire import Silence
from simulator.world.agent import Agent, Process
from simulator.world.azure import Azure
from simulator.world.changes import Intent
from simulator.world.commands import RunCommands
from simulator.world.elections import Elections
from simulator.world.journal import FAULT, OPERATOR, PLATFORM, Actor, Entry, Journal
from simulator.world.mesos import Mesos
from simulator.world.mishaps import Mishaps
from simulator.world.operations import Operation
from simulator.world.orders import Orders
from simulator.world.power import PowerActions
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.scaling import Scaling
from simulator.world.shell import Units
from simulator.world.timeline import Timeline
from simulator.world.vm import Machine, Vm

PREEMPT_NOTICE_S = 30.0
"""At least so much before a spot VM is taken (MicrosoftDocs/azure-docs, virtual-machines/linux/scheduled-events.md)."""


@dataclass(slots=True, eq=False)
class Cluster:
    """A DC/OS cluster: its masters' knowledge and its pools' scale sets."""

    name: str
    resource_group: str
    mesos: Mesos
    elections: Elections
    orders: Orders
    pools: dict[str, ScaleSet] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)
    """The masters', in their order."""
    units: Units = field(default_factory=Units)

    def agent_of(self, instance: Instance) -> Agent | None:
        """The registered agent of an instance."""
        process = instance.guest
        if not isinstance(process, Process) or process.agent_id is None:
            return None
        return self.mesos.registered.get(process.agent_id)

    def instances(self) -> list[Instance]:
        return [instance for pool in self.pools.values() for instance in pool.instances.values()]

    def whole(self) -> bool:
        """Every pool has as many healthy instances as its capacity asks for, and every app runs."""
        pools = all(
            sum(instance.healthy for instance in pool.instances.values()) == pool.capacity
            for pool in self.pools.values()
        )
        apps = all(
            scheduler.running(app.name) == app.instances
            for scheduler in self.mesos.schedulers
            for app in scheduler.framework.apps.values()
        )
        return pools and apps and self.mesos.leader is not None


class World:
    """Everything there is."""

    def __init__(self, clock: Clock, subscription: str, seed: int = 1) -> None:
        self.timeline = Timeline(clock)
        self.journal = Journal()
        self.azure = Azure(subscription, self.timeline, self.journal, seed)
        self.scaling = Scaling(self.azure)
        self.power = PowerActions(self.azure)
        self.commands = RunCommands(self.azure)
        self.mishaps = Mishaps(self.azure)
        self.clusters: dict[str, Cluster] = {}
        self.arm_silence: Silence | None = None

    def settle(self) -> None:
        self.timeline.settle()

    async def run(self) -> None:
        """Let time do its work until cancelled; needed where nobody looks, as for Event Grid events."""
        await self.timeline.run()

    def delete_instance(self, instance: Instance, by: Actor = OPERATOR) -> Operation:
        """Somebody deletes the instance, as in the portal."""
        url = f"https://management.azure.com{instance.id}?api-version=2026-04-01"
        operation = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/delete"
        return self.scaling.delete([instance], Intent(by, operation, instance.id, "DELETE", url))

    def deallocate(self, vm: Vm, by: Actor = OPERATOR) -> Operation:
        return self._act(vm, "deallocate", by)

    def restart(self, vm: Vm, by: Actor = OPERATOR) -> Operation:
        return self._act(vm, "restart", by)

    def redeploy(self, vm: Vm, by: Actor = OPERATOR) -> Operation:
        return self._act(vm, "redeploy", by)

    def set_capacity(self, scale_set: ScaleSet, capacity: int, by: Actor = OPERATOR) -> Operation:
        url = f"https://management.azure.com{scale_set.id}?api-version=2026-04-01"
        intent = Intent(by, "Microsoft.Compute/virtualMachineScaleSets/write", scale_set.id, "PATCH", url)
        return self.scaling.write_capacity(scale_set, capacity, intent)

    def evict(self, instance: Instance) -> None:
        """Azure takes a spot VM back; by the set's policy the instance stays deallocated or is deleted."""
        self.mishaps.evict(instance)
        if instance.scale_set.evicted_instances_are_deleted:
            operation = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/delete"
            self.scaling.delete([instance], Intent(PLATFORM, operation, instance.id, "DELETE"), forced=True)

    def announce_evictions(self, instances: Sequence[Instance], in_s: float = PREEMPT_NOTICE_S) -> None:
        """Azure says that it takes spot VMs of one set back, and does so after that time."""
        announced = self.mishaps.announce_eviction(instances, in_s)

        def take() -> None:
            for instance in instances:
                if not instance.deleting:
                    self.evict(instance)
            self.mishaps.carried_out(announced)

        self.timeline.after(in_s, take)

    def new_image(self, scale_set: ScaleSet, version: str) -> None:
        """The set's model gets another image; instances keep theirs until they are made anew."""
        scale_set.image = version
        scale_set.model += 1
        scale_set.etag_number += 1
        for instance in scale_set.instances.values():
            instance.revision += 1

    def power_off(self, vm: Vm, by: Actor = FAULT) -> None:
        """The power is cut: no connection is closed."""
        self.mishaps.cut_power(vm, by)

    def freeze_vm(self, vm: Vm) -> None:
        self.mishaps.freeze(vm)

    def thaw_vm(self, vm: Vm) -> None:
        self.mishaps.freeze(vm, frozen=False)

    def silence_vm_agent(self, vm: Vm, silent: bool = True) -> None:
        """Azure hears nothing from its agent in the VM, or hears from it again."""
        self.mishaps.silence(vm, silent)

    def crash_host(self, vm: Vm) -> None:
        self.mishaps.crash_host(vm)

    def announce_end(self, vm: Vm) -> None:
        """Azure says that the host may be failing; nothing happens to the VM."""
        self.mishaps.announce_end(vm)

    def kill_agent_process(self, instance: Instance, restart_in_s: float | None = None) -> None:
        """The Mesos agent dies, its VM lives. systemd brings it back after `restart_in_s`; None: it does not."""
        self._note("agent_process_killed", instance)
        self._process(instance).killed(restart_in_s)

    def spoil_disk(self, instance: Instance) -> None:
        """The disk with the agent's state goes bad: only a machine with a new one gets its agent back."""
        self._note("agent_disk_spoiled", instance)
        self._process(instance).spoil_disk()

    def start_agent_process(self, instance: Instance) -> None:
        self._note("agent_process_started", instance)
        self._process(instance).start_in(0.0)

    def partition(self, instance: Instance, cut_off: bool = True) -> None:
        """The VM and the masters cannot reach each other; or can again."""
        self._note("agent_cut_off" if cut_off else "agent_reachable", instance)
        self._process(instance).cut_off(cut_off)

    def fail_over(self, cluster: Cluster, to: int | None = None) -> None:
        """The leading master loses its lead; the master with index `to` follows, or the next one."""
        cluster.elections.fail_over(None if to is None else cluster.mesos.masters[to])

    def kill_master_process(self, cluster: Cluster, index: int) -> None:
        """The Mesos process of a master ends for good; its machine and its ZooKeeper go on."""
        cluster.elections.kill(cluster.mesos.masters[index])

    def stop_zookeeper(self, cluster: Cluster, index: int) -> None:
        """The ZooKeeper of a master does not serve until it is started again."""
        cluster.mesos.masters[index].zookeeper_down = True
        self._fact("zookeeper_stopped", cluster.mesos.masters[index].name)

    def lose_registry(self, cluster: Cluster, index: int) -> None:
        """The replicated log of a master has not caught up, until its process is started again."""
        cluster.mesos.masters[index].log_recovered = False
        self._fact("registry_lost", cluster.mesos.masters[index].name)

    def mesos_api_down(self, cluster: Cluster, how: Silence = Silence.REFUSED) -> None:
        """No master answers HTTP; agents and tasks are not touched."""
        self._silence(cluster, how)

    def mesos_api_up(self, cluster: Cluster) -> None:
        self._silence(cluster, None)

    def arm_down(self, how: Silence = Silence.REFUSED) -> None:
        self.arm_silence = how
        self._fact("arm_down")

    def arm_up(self) -> None:
        self.arm_silence = None
        self._fact("arm_up")

    def _silence(self, cluster: Cluster, how: Silence | None) -> None:
        for master in cluster.mesos.masters:
            master.silence = how
        self._fact("mesos_api_up" if how is None else "mesos_api_down", cluster.name)

    def _act(self, vm: Vm, action: str, by: Actor) -> Operation:
        url = f"https://management.azure.com{vm.id}/{action}?api-version=2026-04-01"
        return self.power.act([vm], action, Intent(by, f"{vm.kind}/{action}/action", vm.id, "POST", url))

    def _process(self, instance: Instance) -> Process:
        if not isinstance(instance.guest, Process):
            raise TypeError(
                f"{instance.name} has no Mesos agent in it; build the cluster with build_cluster."
            )
        return instance.guest

    def _note(self, what: str, instance: Instance) -> None:
        self.azure.note(what, instance, FAULT, address=instance.nic.address)

    def _fact(self, what: str, subject: str = "azure") -> None:
        self.journal.write(Entry(self.timeline.now, what, subject, FAULT))
