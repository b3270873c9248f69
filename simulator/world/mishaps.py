"""What happens to VMs without anybody asking Azure for it: power cuts, hangs, broken hosts, evictions."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from simulator.world.azure import Azure
from simulator.world.changes import Annotated, AvailabilityChanged, Scheduled
from simulator.world.journal import FAULT, PLATFORM, Actor
from simulator.world.power import halt, settle
from simulator.world.scale_set import Instance
from simulator.world.vm import Disk, Power, Vm


class Mishaps:
    """Each is told to the journal, and to Resource Health where Azure would notice."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure

    def cut_power(self, vm: Vm, by: Actor = FAULT) -> None:
        """The VM is off at once; no connection is closed, nobody is told."""
        self._azure.note("instance_power_cut", vm, by)
        halt(self._azure, vm, clean=False)
        vm.power = Power.STOPPED
        vm.revision += 1

    def freeze(self, vm: Vm, frozen: bool = True, by: Actor = FAULT) -> None:
        """The guest system hangs: Azure goes on to show a running VM."""
        self._azure.note("instance_frozen" if frozen else "instance_thawed", vm, by)
        vm.is_frozen = frozen
        vm.revision += 1
        if vm.guest is not None:
            vm.guest.frozen(frozen)

    def silence(self, vm: Vm, silent: bool = True, by: Actor = FAULT) -> None:
        """Azure's agent in the VM stops reporting, or reports again; the VM's own work goes on."""
        self._azure.note("vm_agent_silent" if silent else "vm_agent_reports", vm, by)
        vm.is_agent_silent = silent
        vm.revision += 1

    def crash_host(self, vm: Vm) -> None:
        """The host breaks; Azure reboots the VM elsewhere by itself, without its temporary disk."""
        self._azure.note("instance_host_crashed", vm, PLATFORM)
        self._lose_host(vm, Power.STARTING)
        self._availability(vm, "Available", "Unavailable")
        text = "The host of this VM failed unexpectedly."
        self._annotate(vm, "VirtualMachineHostCrashed", "Host crashed", text)
        seconds = self._azure.lasting(self._azure.durations.host_reboot_s)
        self._azure.timeline.after(seconds, lambda: self._back_on_host(vm))

    def evict(self, vm: Vm) -> None:
        """Azure takes a spot VM back: the power goes at once and Resource Health says so."""
        self._azure.note("instance_evicted", vm, PLATFORM)
        self._lose_host(vm, Power.DEALLOCATED)
        vm.set_to_run = False
        text = "Your Spot virtual machine was preempted by Azure."
        self._annotate(vm, "VirtualMachinePreempted", "Preempted", text)

    def announce_eviction(self, instances: Sequence[Instance], in_s: float) -> Scheduled:
        """Azure will take these spot VMs of one set back, and says so as late as it does; they work on."""
        pool, now = instances[0].scale_set, self._azure.timeline.now
        for instance in instances:
            self._azure.note("instance_eviction_announced", instance, PLATFORM)
        announced = Scheduled(
            now,
            pool.id,
            pool.location,
            str(uuid.uuid4()),
            "Preempt",
            "Scheduled",
            tuple(instance.name for instance in instances),
            now + timedelta(seconds=in_s),
            "Virtual machine is being preempted.",
        )
        self._azure.publish(announced)
        return announced

    def carried_out(self, announced: Scheduled) -> None:
        """What was scheduled has happened."""
        now = self._azure.timeline.now
        self._azure.publish(replace(announced, time=now, status="Completed", not_before=None))

    def announce_end(self, vm: Vm) -> None:
        """The host may be failing, Azure says; the VM works on. Azure moves it when it likes, here never."""
        self._azure.note("instance_end_announced", vm, PLATFORM)
        text = "The host of this VM shows signs of failing hardware."
        self._annotate(vm, "VirtualMachinePossiblyDegradedDueToHardwareFailure", "Degraded hardware", text)

    def _lose_host(self, vm: Vm, power: Power) -> None:
        halt(self._azure, vm, clean=False)
        vm.power = power
        vm.disk += 1 if vm.state_on is Disk.TEMPORARY else 0
        vm.revision += 1

    def _back_on_host(self, vm: Vm) -> None:
        if vm.power is Power.STARTING and not vm.deleting:
            settle(self._azure, vm, Power.RUNNING, PLATFORM)
            self._availability(vm, "Unavailable", "Available")

    def _annotate(self, vm: Vm, name: str, reason: str, summary: str) -> None:
        now = self._azure.timeline.now
        self._azure.publish(Annotated(now, vm.id, vm.kind, name, reason, summary))

    def _availability(self, vm: Vm, before: str, after: str) -> None:
        now = self._azure.timeline.now
        self._azure.publish(AvailabilityChanged(now, vm.id, vm.kind, before, after))
