"""The machine that a master runs on, and the master as its guest.

Masters are VMs of an availability set, named and placed as the managed Azure Container Service does (dcos/dcos
gen/azure/templates/acs.json): `dcos-master-<suffix>-<index>`, spread over fault and update domains. A master keeps
nothing on the temporary disk that its quorum would not give back, so only its being there or not matters here.
"""

from simulator.wire import Silence
from simulator.world.azure import Azure
from simulator.world.elections import Elections
from simulator.world.master import Master
from simulator.world.network import Nic
from simulator.world.shell import NodeShell, Units
from simulator.world.timeline import Timer
from simulator.world.vm import Machine, Power, Provisioning

MACHINE_TYPE = "Microsoft.Compute/virtualMachines"
MESOS_UNIT, EXHIBITOR_UNIT = "dcos-mesos-master.service", "dcos-exhibitor.service"
FAULT_DOMAINS = 3
UPDATE_DOMAINS = 5


class MasterGuest:
    """Stops and starts a master with its machine."""

    def __init__(self, master: Master, elections: Elections, azure: Azure) -> None:
        self._master = master
        self._elections = elections
        self._azure = azure
        self._start: Timer | None = None

    @property
    def healthy(self) -> bool:
        return self._master.works and not self._master.zookeeper_down

    def booted(self, disk: int) -> None:
        seconds = self._azure.lasting(self._azure.durations.rejoin_s)
        self._start = self._azure.timeline.after(seconds, self._serve)

    def halted(self, clean: bool) -> None:
        if self._start is not None:
            self._start.cancel()
        self._master.silence = None
        if self._master.up:
            self._elections.stop(self._master)

    def frozen(self, frozen: bool) -> None:
        self._master.silence = Silence.HANGING if frozen else None
        if frozen and self._master.up:
            self._elections.stop(self._master)
        elif not frozen:
            self._serve()

    def _serve(self) -> None:
        if not self._master.up:
            self._master.zookeeper_down = False
            self._elections.start(self._master)


class MasterShell(NodeShell):
    """The shell of a master: its Mesos and its ZooKeeper are started again by their units."""

    def __init__(self, units: Units, master: Master, elections: Elections, restart_s: float) -> None:
        super().__init__(units, master.host, None, restart_s)
        self._master, self._elections = master, elections

    def _restart(self, unit: str) -> None:
        super()._restart(unit)
        if self._is_stubborn(unit):
            return
        if unit == MESOS_UNIT:
            self._elections.revive(self._master)
        elif unit == EXHIBITOR_UNIT:
            self._master.zookeeper_down = False

    def _is_failed(self, unit: str) -> bool:
        if unit == MESOS_UNIT and self._master.killed:
            return True
        return super()._is_failed(unit) or (unit == EXHIBITOR_UNIT and self._master.zookeeper_down)


def machine_for(master: Master, azure: Azure, resource_group: str, location: str) -> Machine:
    """The running machine of a master, without its guest. `master.host` becomes the address of its interface."""
    base = f"/subscriptions/{azure.subscription}/resourceGroups/{resource_group}/providers/Microsoft.Compute"
    prefix = master.name.rpartition("-")[0]
    machine = Machine(
        id=f"{base}/virtualMachines/{master.name}",
        name=master.name,
        kind=MACHINE_TYPE,
        computer_name=master.name,
        subscription=azure.subscription,
        location=location,
        facts={"machine": master.name},
        vm_id=master.id,
        created=master.started,
        nic=Nic(f"{master.name}-nic", master.host, f"00-0D-3A-00-00-{master.index:02X}"),
        fault_domain=master.index % FAULT_DOMAINS,
        update_domain=master.index % UPDATE_DOMAINS,
        power=Power.RUNNING,
        provisioning=Provisioning.SUCCEEDED,
        resource_group=resource_group,
        availability_set=f"{base}/availabilitySets/{prefix.replace('master', 'master-availabilitySet', 1)}",
    )
    azure.add_machine(machine)
    return machine
