"""What can be done to a running VM, and what the platform does to it.

| action | system shut down | temporary disk | ends as |
|---|---|---|---|
| start | - | kept unless deallocated | running |
| restart | clean | kept | running |
| poweroff | clean (not with skipShutdown) | kept | stopped |
| deallocate | clean | lost | deallocated |
| redeploy, performMaintenance | clean | lost (another host) | running |
| reimage, reimageall | clean | lost | running |

The Mesos agent of DC/OS keeps its identity on the temporary disk (Azure/acs-engine parts/dcos: /var/lib/mesos on
ephemeral0), so the third column decides whether an agent comes back as itself or as somebody new.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.world.azure import Azure
from simulator.world.changes import Annotated, AvailabilityChanged, Intent
from simulator.world.journal import FAULT, PLATFORM, Actor
from simulator.world.operations import AzureError, AzureRefusal, Operation
from simulator.world.scale_set import Instance, Power, Provisioning

INSTANCE_TYPE = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"


@dataclass(frozen=True, slots=True)
class _Work:
    """One row of the table above."""

    during: Power
    after: Power
    loses_disk: bool
    duration: str


ACTIONS = {
    "start": _Work(Power.STARTING, Power.RUNNING, False, "start_s"),
    "restart": _Work(Power.RUNNING, Power.RUNNING, False, "restart_s"),
    "poweroff": _Work(Power.STOPPING, Power.STOPPED, False, "poweroff_s"),
    "deallocate": _Work(Power.DEALLOCATING, Power.DEALLOCATED, True, "deallocate_s"),
    "redeploy": _Work(Power.STARTING, Power.RUNNING, True, "redeploy_s"),
    "performmaintenance": _Work(Power.STARTING, Power.RUNNING, True, "redeploy_s"),
    "reimage": _Work(Power.STARTING, Power.RUNNING, True, "reimage_s"),
    "reimageall": _Work(Power.STARTING, Power.RUNNING, True, "reimage_s"),
}


class PowerActions:
    """Starts, stops and rebuilds VMs."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure
        self._timeline = azure.timeline

    def act(
        self, instances: Sequence[Instance], action: str, intent: Intent, forced: bool = False
    ) -> Operation:
        """Carry out a row of the table on these instances, as one operation.

        `action` in lower case. `forced`: without a clean shutdown. Raises AzureRefusal (409) when one of them is
        being deleted or is busy with another operation; then nothing is done to any.
        """
        for instance in instances:
            self._refuse_if_busy(instance)
        work = ACTIONS[action]
        operation = self._azure.operations.start(intent)
        for instance in instances:
            self._azure.note(f"instance_{action}_ordered", instance, intent.actor)
            instance.operation = operation
            self._halt(instance, clean=not forced)
            instance.power, instance.provisioning = work.during, Provisioning.UPDATING
            instance.is_frozen = False
            instance.disk += 1 if work.loses_disk else 0
            instance.revision += 1
        duration_s = self._azure.lasting(getattr(self._azure.durations, work.duration))
        self._timeline.after(duration_s, lambda: self._finish(instances, work.after, operation))
        return operation

    def cut_power(self, instance: Instance, by: Actor = FAULT) -> None:
        """The VM is off at once; no connection is closed, nobody is told."""
        self._azure.note("instance_power_cut", instance, by)
        self._halt(instance, clean=False)
        instance.power = Power.STOPPED
        instance.revision += 1

    def freeze(self, instance: Instance, frozen: bool = True, by: Actor = FAULT) -> None:
        """The guest system hangs: Azure goes on to show a running VM."""
        self._azure.note("instance_frozen" if frozen else "instance_thawed", instance, by)
        instance.is_frozen = frozen
        instance.revision += 1
        if instance.guest is not None:
            instance.guest.frozen(frozen)

    def crash_host(self, instance: Instance) -> None:
        """The host breaks; Azure reboots the VM elsewhere by itself, without its temporary disk."""
        self._azure.note("instance_host_crashed", instance, PLATFORM)
        self._halt(instance, clean=False)
        instance.power = Power.STARTING
        instance.disk += 1
        instance.revision += 1
        self._availability(instance, "Available", "Unavailable")
        self._annotate(
            instance, "VirtualMachineHostCrashed", "Host crashed", "The host of this VM failed unexpectedly."
        )
        seconds = self._azure.lasting(self._azure.durations.host_reboot_s)
        self._timeline.after(seconds, lambda: self._back_on_host(instance))

    def evicted(self, instance: Instance) -> None:
        """Azure takes a spot VM back: the power goes at once and Resource Health says so."""
        self._azure.note("instance_evicted", instance, PLATFORM)
        self._halt(instance, clean=False)
        instance.power = Power.DEALLOCATED
        instance.disk += 1
        instance.revision += 1
        self._annotate(
            instance,
            "VirtualMachinePreempted",
            "Preempted",
            "Your Spot virtual machine was preempted by Azure.",
        )

    def _refuse_if_busy(self, instance: Instance) -> None:
        if instance.deleting:
            raise AzureRefusal(
                409,
                AzureError(
                    "OperationNotAllowed",
                    f"Operation is not allowed on VM '{instance.name}' since it is marked for deletion.",
                ),
            )
        if instance.operation is not None and instance.operation.running:
            raise AzureRefusal(
                409,
                AzureError(
                    "Conflict", f"Another operation on VM '{instance.name}' is in progress. Retry later."
                ),
            )

    def _halt(self, instance: Instance, clean: bool) -> None:
        if instance.power in (Power.RUNNING, Power.STARTING) and instance.guest is not None:
            instance.guest.halted(clean and not instance.is_frozen)

    def _finish(self, instances: Sequence[Instance], after: Power, operation: Operation) -> None:
        for instance in instances:
            if instance.operation is operation and not instance.deleting:
                self._settle(instance, after, operation.intent.actor)
        self._azure.operations.succeed(operation)

    def _settle(self, instance: Instance, after: Power, by: Actor) -> None:
        instance.power, instance.provisioning, instance.failure = after, Provisioning.SUCCEEDED, None
        instance.revision += 1
        self._azure.note(f"instance_{after}", instance, by)
        if after is Power.RUNNING and instance.guest is not None:
            instance.guest.booted(instance.disk)

    def _back_on_host(self, instance: Instance) -> None:
        if instance.power is Power.STARTING and not instance.deleting:
            self._settle(instance, Power.RUNNING, PLATFORM)
            self._availability(instance, "Unavailable", "Available")

    def _annotate(self, instance: Instance, name: str, reason: str, summary: str) -> None:
        self._azure.publish(Annotated(self._timeline.now, instance.id, INSTANCE_TYPE, name, reason, summary))

    def _availability(self, instance: Instance, before: str, after: str) -> None:
        self._azure.publish(
            AvailabilityChanged(self._timeline.now, instance.id, INSTANCE_TYPE, before, after)
        )
