"""VMs of availability sets, and their network interfaces: the masters of a cluster.

A list does not expand the instance view: `$expand` is honoured only beside a `$filter` by scale set
(learn.microsoft.com rest/api/compute/virtual-machines/list), so whoever wants power states asks each VM. There is no
delete here, and reimaging is refused as Azure does for VMs whose system disk is not ephemeral.
"""

from typing import Any

from simulator.arm import answers, vm_views
from simulator.arm.reads import Pages
from simulator.arm.routes import Call
from simulator.arm.writes import action_of, flag, intent_of, script_of, spelled
from simulator.wire import Response
from simulator.world.operations import AzureError, AzureRefusal, Operation
from simulator.world.vm import Machine
from simulator.world.world import World


class Machines:
    """Answers for Microsoft.Compute/virtualMachines and Microsoft.Network/networkInterfaces."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def list_in_group(self, call: Call) -> Response:
        found = self._world.azure.machines_in(call.names["rg"])
        return self._pages.answer(call, [vm_views.machine_view(one, False) for one in found])

    def get(self, call: Call) -> Response:
        machine = self._machine(call)
        expand = "instanceview" in call.request.query.get("$expand", "").lower()
        view = vm_views.machine_view(machine, expand)
        return answers.ok(view, {"ETag": view["etag"]})

    def instance_view(self, call: Call) -> Response:
        return answers.ok(vm_views.run_time_view(self._machine(call)))

    def act(self, call: Call) -> Response:
        machine, action = self._machine(call), action_of(call)
        if action.startswith("reimage"):
            text = "The Reimage operation is only supported for VMs with an ephemeral OS disk."
            raise AzureRefusal(409, AzureError("OperationNotAllowed", text))
        intent = intent_of(call, f"{machine.kind}/{spelled(action)}/action", machine.id)
        operation = self._world.power.act([machine], action, intent, flag(call, "skipShutdown"))
        return Response(202, self._links(call, operation, machine))

    def run_command(self, call: Call) -> Response:
        machine = self._machine(call)
        intent = intent_of(call, f"{machine.kind}/runCommand/action", machine.id)
        operation = self._world.commands.run(machine, script_of(call), intent)
        return Response(202, self._links(call, operation, machine))

    def list_availability_sets(self, call: Call) -> Response:
        sets: dict[str, list[Machine]] = {}
        for machine in self._world.azure.machines_in(call.names["rg"]):
            sets.setdefault(machine.availability_set, []).append(machine)
        return self._pages.answer(call, [vm_views.availability_set_view(one) for one in sets.values()])

    def list_nics(self, call: Call) -> Response:
        found = self._world.azure.machines_in(call.names["rg"])
        return self._pages.answer(call, [vm_views.machine_nic_view(one) for one in found])

    def get_nic(self, call: Call) -> Response:
        views: list[dict[str, Any]] = [
            vm_views.machine_nic_view(one)
            for one in self._world.azure.machines_in(call.names["rg"])
            if one.nic.name.lower() == call.names["nic"].lower()
        ]
        if not views:
            raise _not_found("Microsoft.Network/networkInterfaces", call.names["nic"], call)
        return answers.ok(views[0])

    def _machine(self, call: Call) -> Machine:
        group, name = call.names["rg"].lower(), call.names["vm"]
        machine = self._world.azure.machines.get((group, name.lower()))
        if machine is None:
            raise _not_found("Microsoft.Compute/virtualMachines", name, call)
        return machine

    def _links(self, call: Call, operation: Operation, machine: Machine) -> dict[str, str]:
        return answers.operation_links(call.request, operation, machine.subscription, machine.location)


def _not_found(kind: str, name: str, call: Call) -> AzureRefusal:
    text = (
        f"The Resource '{kind}/{name}' under resource group '{call.names['rg']}' was not found. For more details"
        " please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return AzureRefusal(404, AzureError("ResourceNotFound", text))
