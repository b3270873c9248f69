"""Virtual machines outside of scale sets for real: a cluster's masters.

How a read or a write is sent, and what becomes of its failures, is in `arm`. A list shows neither power nor place (its
`$expand` counts only beside a `$filter`: learn.microsoft.com rest/api/compute/virtual-machines/list), so each machine
is asked for its instance view, and its interface for the address: two requests for each of a handful of masters.

Nothing in this file deletes or reimages a machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shared.azure import arm_errors, arm_nics, arm_shapes, calls
from shared.azure.arm import COMPUTE_VERSION, NETWORK_VERSION, Arm, Call, decoded
from shared.azure.arm_operations import one_look
from shared.azure.compute import shell_script
from shared.model.azure import Machine, MachineGroup, Progress
from shared.ports.machines import Machines

if TYPE_CHECKING:
    from azure.core.polling import AsyncLROPoller
    from azure.mgmt.compute.aio.operations import VirtualMachinesOperations

MISSING = "machine_not_found"


class AzureMachines(Machines):
    """`arm` is that of an `AzureCompute`, whose connections it shares and which closes them."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def machines(self, group: MachineGroup) -> tuple[Machine, ...]:
        call = Call(group.subscription, f"listing the machines {group.pattern}", MISSING)
        pages = await self._arm.pages(call, _path(group), arm_shapes.VmPage)
        names = [vm.name for page in pages for vm in page.value if group.matches(vm.name)]
        found = await asyncio.gather(*(self.machine(group, name) for name in sorted(names)))
        return tuple(machine for machine in found if machine is not None)

    async def machine(self, group: MachineGroup, name: str) -> Machine | None:
        call = Call(group.subscription, f"reading machine {group.member(name)}", MISSING)
        try:
            answer = await self._arm.ask(call, _path(group, name) + "&$expand=instanceView")
        except calls.wire_errors() as error:
            if arm_errors.says_machine_is_gone(error, name):
                return None
            raise arm_errors.for_read(error, call.doing, MISSING) from None
        vm = decoded(answer, arm_shapes.Vm, call)
        return arm_shapes.machine_of(vm, await self._address(call, vm))

    async def start(self, group: MachineGroup, name: str) -> str:
        return await self._act(
            group,
            name,
            "starting",
            lambda vms: vms.begin_start(group.resource_group, name, polling=one_look()),
        )

    async def restart(self, group: MachineGroup, name: str) -> str:
        return await self._act(
            group,
            name,
            "restarting",
            lambda vms: vms.begin_restart(group.resource_group, name, polling=one_look()),
        )

    async def redeploy(self, group: MachineGroup, name: str) -> str:
        return await self._act(
            group,
            name,
            "redeploying",
            lambda vms: vms.begin_redeploy(group.resource_group, name, polling=one_look()),
        )

    async def run_command(self, group: MachineGroup, name: str, script: Sequence[str]) -> str:
        body = shell_script(script)
        return await self._act(
            group,
            name,
            "running a command on",
            lambda vms: vms.begin_run_command(group.resource_group, name, body, polling=one_look()),
        )

    async def look(self, group: MachineGroup, token: str) -> Progress:
        call = Call(group.subscription, f"looking at an operation on {group.pattern}", MISSING)
        return await self._arm.look(call, token)

    async def _act(
        self,
        group: MachineGroup,
        name: str,
        doing: str,
        begin: Callable[[VirtualMachinesOperations], Awaitable[AsyncLROPoller[Any]]],
    ) -> str:
        call = Call(group.subscription, f"{doing} machine {group.member(name)}", MISSING)
        return await self._arm.begin(call, lambda client: begin(client.virtual_machines))

    async def _address(self, call: Call, vm: arm_shapes.Vm) -> str | None:
        """Of its primary interface, which may be in another resource group. None when that is gone, or unnamed."""
        nic = arm_shapes.primary_nic_of(vm)
        if nic is None:
            return None
        try:
            answer = await self._arm.ask(call, f"{nic}?api-version={NETWORK_VERSION}")
        except calls.wire_errors() as error:
            if calls.status_of(error) == 404:
                return None
            raise arm_errors.for_read(error, call.doing, MISSING) from None
        return arm_nics.address_of(decoded(answer, arm_nics.Nic, call))


def _path(group: MachineGroup, name: str = "") -> str:
    subscription, resource_group = (
        quote(part, safe="") for part in (group.subscription, group.resource_group)
    )
    one = f"/{quote(name, safe='')}" if name else ""
    return (
        f"/subscriptions/{subscription}/resourceGroups/{resource_group}/providers/Microsoft.Compute"
        f"/virtualMachines{one}?api-version={COMPUTE_VERSION}"
    )
