"""Scripts that Azure runs inside a VM (RunShellScript). What they do in a node of DC/OS is in `shell`.

1. Azure's agent in the VM must report. While it does not (it is silent, or the system hangs), the operation goes on
   until Azure gives up, half an hour by `Durations.silent_agent_s`.
2. One script at a time: a second is refused while the first runs.
3. The operation says Succeeded whatever the script's exit code was (Azure/azure-cli issue 14425); what it printed is
   in the operation's output, the last 4,096 bytes of it. Whoever wants to know has to let the script print it.
4. A VM that is halted meanwhile takes the script with it.
"""

from collections.abc import Sequence

from simulator.world.azure import ActionFault, Azure
from simulator.world.changes import Intent
from simulator.world.operations import AzureError, AzureRefusal, Operation
from simulator.world.power import NOT_RUNNING, refuse_if_busy
from simulator.world.vm import Vm

MOST_OUTPUT = 4096
SILENT = AzureError(
    "VMAgentStatusCommunicationError",
    "The VM has not reported status for VM agent or extensions. Verify that the system is up and healthy and that the"
    " VM agent in it is running.",
)
_IN_PROGRESS = AzureError(
    "Conflict",
    "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
)


class RunCommands:
    """Carries scripts into VMs."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure

    def run(self, vm: Vm, script: Sequence[str], intent: Intent) -> Operation:
        """Raises AzureRefusal (409) when the VM is busy or not running, or another script is."""
        refuse_if_busy(vm)
        if not vm.set_to_run:
            raise AzureRefusal(409, NOT_RUNNING)
        if vm.command is not None and vm.command.running:
            raise AzureRefusal(409, _IN_PROGRESS)
        operation = self._azure.operations.start(intent)
        self._azure.note("vm_command_ordered", vm, intent.actor, script="\n".join(script))
        vm.command = operation
        fault = self._azure.take_action_fault("runcommand", vm)
        command_s = self._azure.lasting(self._azure.durations.command_s)
        self._azure.timeline.after(command_s, lambda: self._done(vm, script, operation, fault))
        return operation

    def _done(self, vm: Vm, script: Sequence[str], operation: Operation, fault: ActionFault | None) -> None:
        if not operation.running or (fault is not None and fault.error is None):
            return
        if fault is not None and fault.error is not None:
            self._azure.operations.fail(operation, fault.error)
            return
        if not vm.agent_reports:
            patience_s = self._azure.lasting(self._azure.durations.silent_agent_s)
            self._azure.timeline.after(patience_s, lambda: self._azure.operations.fail(operation, SILENT))
            return
        printed = vm.shell(script) if vm.shell is not None else ""
        operation.output = [
            {
                "code": "ProvisioningState/succeeded",
                "level": "Info",
                "displayStatus": "Provisioning succeeded",
                "message": f"Enable succeeded: \n[stdout]\n{printed[-MOST_OUTPUT:]}\n[stderr]\n",
            }
        ]
        self._azure.operations.succeed(operation)
