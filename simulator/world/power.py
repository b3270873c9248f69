"""What can be done to a VM through Azure, and how it ends.

| action | system shut down | temporary disk | disk of the system | ends as |
|---|---|---|---|---|
| start | -, one that runs is left as it is | kept unless deallocated | kept | running |
| restart | clean | kept | kept | running |
| poweroff | clean (not with skipShutdown) | kept | kept | stopped |
| deallocate | clean | lost | kept | deallocated |
| redeploy, performMaintenance | clean | lost (another host) | kept | running |
| reimage, reimageall | clean | lost, see `Azure.reimage_keeps_temporary_disk` | new | running |

The Mesos agent of DC/OS keeps its identity on the temporary disk (Azure/acs-engine parts/dcos: /var/lib/mesos on
ephemeral0), or where `Vm.state_on` says, so the third and fourth columns decide whether an agent comes back as
itself or as somebody new.

Restarting what somebody stopped by Azure's means is refused: "requires the VM to be running (or set to run)"
(MicrosoftDocs/azure-docs troubleshooting/allocation-failure.md). A VM that moves to another host, or gets one again,
may find no room there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.world.azure import Azure
from simulator.world.changes import Intent
from simulator.world.journal import Actor
from simulator.world.operations import AzureError, AzureRefusal, Operation
from simulator.world.scale_set import Instance
from simulator.world.vm import Disk, Power, Provisioning, Vm

NOT_RUNNING = AzureError(
    "OperationNotAllowed", "The operation requires the VM to be running (or set to run)."
)


@dataclass(frozen=True, slots=True)
class _Work:
    """One row of the table above."""

    during: Power
    after: Power
    loses: frozenset[Disk]
    duration: str
    needs_running: bool = False
    moves: bool = False


_NOTHING: frozenset[Disk] = frozenset()
_TEMPORARY = frozenset({Disk.TEMPORARY})
_BOTH = frozenset(Disk)

ACTIONS = {
    "start": _Work(Power.STARTING, Power.RUNNING, _NOTHING, "start_s"),
    "restart": _Work(Power.RUNNING, Power.RUNNING, _NOTHING, "restart_s", needs_running=True),
    "poweroff": _Work(Power.STOPPING, Power.STOPPED, _NOTHING, "poweroff_s"),
    "deallocate": _Work(Power.DEALLOCATING, Power.DEALLOCATED, _TEMPORARY, "deallocate_s"),
    "redeploy": _Work(Power.STARTING, Power.RUNNING, _TEMPORARY, "redeploy_s", moves=True),
    "performmaintenance": _Work(Power.STARTING, Power.RUNNING, _TEMPORARY, "redeploy_s", moves=True),
    "reimage": _Work(Power.STARTING, Power.RUNNING, _BOTH, "reimage_s"),
    "reimageall": _Work(Power.STARTING, Power.RUNNING, _BOTH, "reimage_s"),
}


class PowerActions:
    """Starts, stops and rebuilds VMs."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure
        self._timeline = azure.timeline

    def act(self, vms: Sequence[Vm], action: str, intent: Intent, forced: bool = False) -> Operation:
        """Carry out a row of the table on these VMs, as one operation.

        `action` in lower case. `forced`: without a clean shutdown. Raises AzureRefusal (409) when one of them is
        being deleted, is busy with another operation, or would have to run and does not; then nothing is done to any.
        """
        work = ACTIONS[action]
        for vm in vms:
            refuse_if_busy(vm)
            if work.needs_running and not vm.set_to_run:
                raise AzureRefusal(409, NOT_RUNNING)
        operation = self._azure.operations.start(intent)
        duration_s = self._azure.lasting(getattr(self._azure.durations, work.duration))
        if self._comes_to_nothing(vms, action, operation, duration_s):
            return operation
        homeless = {vm: error for vm in vms if (error := self._without_room(vm, action))}
        asleep = [vm for vm in vms if action != "start" or vm.power is not Power.RUNNING]
        for vm in vms:
            self._azure.note(f"instance_{action}_ordered", vm, intent.actor)
            if vm in asleep:
                self._begin(vm, action, operation, clean=not forced)
            else:
                self._begin_update(vm, operation, duration_s)
        self._timeline.after(duration_s, lambda: self._finish(asleep, work.after, operation, homeless))
        return operation

    def update(self, instance: Instance, intent: Intent) -> Operation:
        """A write of an instance's model that does not touch the running machine. Refusals as above."""
        refuse_if_busy(instance)
        operation = self._azure.operations.start(intent)
        duration_s = self._azure.lasting(self._azure.durations.update_s)
        if not self._comes_to_nothing([instance], "update", operation, duration_s):
            self._begin_update(instance, operation, duration_s)
        return operation

    def _begin_update(self, vm: Vm, operation: Operation, duration_s: float) -> None:
        _busy(vm, operation)
        self._timeline.after(duration_s, lambda: self._updated(vm, operation))

    def _comes_to_nothing(
        self, vms: Sequence[Vm], action: str, operation: Operation, duration_s: float
    ) -> bool:
        """True when a fault was ordered for this action: the operation goes on, and the VMs stay as they are."""
        faults = [fault for vm in vms if (fault := self._azure.take_action_fault(action, vm))]
        if not faults:
            return False
        for vm in vms:
            _busy(vm, operation)
        error = faults[0].error
        if error is not None:
            self._timeline.after(duration_s, lambda: self._fail(vms, operation, error))
        return True

    def _without_room(self, vm: Vm, action: str) -> AzureError | None:
        """Why a VM that needs a host finds none."""
        if not ACTIONS[action].moves and not (action == "start" and vm.power is Power.DEALLOCATED):
            return None
        fault = self._azure.take_allocation_fault(vm.facts.get("scale_set", ""))
        return fault.error if fault is not None else None

    def _begin(self, vm: Vm, action: str, operation: Operation, clean: bool) -> None:
        work = ACTIONS[action]
        _busy(vm, operation)
        halt(self._azure, vm, clean)
        vm.power, vm.is_frozen, vm.is_agent_silent = work.during, False, False
        vm.set_to_run = work.after is Power.RUNNING
        reimages = action.startswith("reimage")
        kept = _TEMPORARY if reimages and self._azure.reimage_keeps_temporary_disk else _NOTHING
        vm.disk += 1 if vm.state_on in work.loses - kept else 0
        if reimages and isinstance(vm, Instance):
            vm.image, vm.model = vm.scale_set.image, vm.scale_set.model

    def _finish(
        self, vms: Sequence[Vm], after: Power, operation: Operation, homeless: dict[Vm, AzureError]
    ) -> None:
        for vm in vms:
            if vm.operation is operation and not vm.deleting and vm not in homeless:
                settle(self._azure, vm, after, operation.intent.actor)
        for vm, error in homeless.items():
            vm.power = Power.DEALLOCATED
            self._fail([vm], operation, error)
        self._azure.operations.succeed(operation)

    def _updated(self, vm: Vm, operation: Operation) -> None:
        if vm.operation is operation and not vm.deleting:
            vm.provisioning = Provisioning.SUCCEEDED
            vm.revision += 1
        self._azure.operations.succeed(operation)

    def _fail(self, vms: Sequence[Vm], operation: Operation, error: AzureError) -> None:
        for vm in vms:
            if vm.operation is operation and not vm.deleting:
                vm.provisioning, vm.failure = Provisioning.FAILED, error.code
                vm.revision += 1
        self._azure.operations.fail(operation, error)


def refuse_if_busy(vm: Vm) -> None:
    """Raises AzureRefusal (409) when it is being deleted or an operation on it is running."""
    if vm.deleting:
        text = f"Operation is not allowed on VM '{vm.name}' since it is marked for deletion."
        raise AzureRefusal(409, AzureError("OperationNotAllowed", text))
    if vm.operation is not None and vm.operation.running:
        text = f"Another operation on VM '{vm.name}' is in progress. Retry later."
        raise AzureRefusal(409, AzureError("Conflict", text))


def halt(azure: Azure, vm: Vm, clean: bool) -> None:
    """What lives in it stops, and with it a run command."""
    if vm.command is not None:
        azure.operations.preempt(vm.command)
    if vm.power in (Power.RUNNING, Power.STARTING) and vm.guest is not None:
        vm.guest.halted(clean and not vm.is_frozen)


def settle(azure: Azure, vm: Vm, power: Power, by: Actor) -> None:
    """It has arrived at `power`; what lives in it boots where that is running."""
    vm.power, vm.provisioning, vm.failure = power, Provisioning.SUCCEEDED, None
    vm.revision += 1
    azure.note(f"instance_{power}", vm, by)
    if power is Power.RUNNING and vm.guest is not None:
        vm.guest.booted(vm.disk)


def _busy(vm: Vm, operation: Operation) -> None:
    vm.operation, vm.provisioning = operation, Provisioning.UPDATING
    vm.revision += 1
