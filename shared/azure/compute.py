"""Azure's scale sets for real: their instances, their size, and what can be done to one instance.

How a read or a write is sent, and what becomes of its failures, is in `arm`. Actions on one instance go to that
instance and not, with its id, to its set: an instance that is protected from actions on the whole set can still be
acted upon, and nothing that is left out of a request can ever mean all of them.

This file can destroy machines: `destroy` deletes exactly the instances that it is given, and nothing else in the
product sends a delete to Azure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import Struct

from shared.azure import arm_errors, arm_nics, arm_shapes, calls
from shared.azure.arm import COMPUTE_VERSION, NETWORK_VERSION, Arm, Call, decoded
from shared.azure.arm_client import ArmSettings
from shared.azure.arm_operations import FINISHED, one_look
from shared.errors import Conflict, Refused, Retry
from shared.model.azure import Instance, PoolAddress, Progress, Provisioning, ScaleSet
from shared.ports.closing import Closing
from shared.ports.compute import Compute

if TYPE_CHECKING:
    from azure.core.polling import AsyncLROPoller
    from azure.mgmt.compute.aio.operations import VirtualMachineScaleSetVMsOperations
    from azure.mgmt.compute.models import VirtualMachineScaleSetVM
    from azure.mgmt.compute.types import RunCommandInput

    from shared.azure.arm_client import Transport

    type Vms = VirtualMachineScaleSetVMsOperations


class AzureCompute(Compute, Closing):
    """Connects at the first call; `close` it, or use it as an async context. `transport` replaces the network."""

    def __init__(self, settings: ArmSettings, transport: Transport | None = None) -> None:
        self.arm = Arm(settings, transport)

    async def scale_set(self, pool: PoolAddress) -> ScaleSet:
        call = Call(pool.subscription, f"reading scale set {pool.scale_set}")
        answer, etag = await self.arm.get(call, _path(pool, "", COMPUTE_VERSION), arm_shapes.VmSet)
        model = arm_shapes.scale_set_of(answer, etag)
        if model is None:
            raise Retry(f"{call.doing}: the answer names no capacity", arm_errors.BUSY_PAUSE)
        return model

    async def instances(self, pool: PoolAddress) -> tuple[Instance, ...]:
        path = _path(pool, "/virtualMachines", COMPUTE_VERSION) + "&$expand=instanceView"
        call = Call(pool.subscription, f"listing the instances of {pool.scale_set}")
        pages = await self.arm.pages(call, path, arm_shapes.VmPage)
        return arm_shapes.in_order(
            arm_shapes.instance_of(vm, pool.scale_set) for page in pages for vm in page.value
        )

    async def instance(self, pool: PoolAddress, instance_id: str) -> Instance | None:
        call = Call(pool.subscription, f"reading instance {instance_id} of {pool.scale_set}")
        path = _instance_path(pool, instance_id) + "&$expand=instanceView"
        try:
            answer = await self.arm.ask(call, path)
        except calls.wire_errors() as error:
            if arm_errors.says_instance_is_gone(error, pool.scale_set):
                return None
            raise arm_errors.for_read(error, call.doing) from None
        return arm_shapes.instance_of(decoded(answer, arm_shapes.Vm, call), pool.scale_set)

    async def addresses(self, pool: PoolAddress) -> Mapping[str, str]:
        path = _path(pool, "/networkInterfaces", NETWORK_VERSION)
        call = Call(pool.subscription, f"listing the network interfaces of {pool.scale_set}")
        pages = await self.arm.pages(call, path, arm_nics.NicPage)
        return arm_nics.addresses_of(nic for page in pages for nic in page.value)

    async def destroy(self, pool: PoolAddress, instance_ids: Sequence[str]) -> str:
        if isinstance(instance_ids, str) or not instance_ids:
            raise ValueError("destroy needs the ids of the instances; an empty selection acts on nothing")
        wanted = list(dict.fromkeys(instance_ids))
        try:
            return await self._delete(pool, wanted)
        except Refused as refusal:
            # Azure rejects the whole request, and does nothing, when one of the instances "is not an active Virtual
            # Machine Scale Set VM instanceId": gone, or on its way (kubernetes-sigs/cloud-provider-azure#2356).
            if refusal.reason != "request_rejected":
                raise
            staying = [id for id in wanted if not await self._is_leaving(pool, id)]
            if staying == wanted:
                raise
        return await self._delete(pool, staying) if staying else FINISHED

    async def set_capacity(self, pool: PoolAddress, capacity: int, etag: str) -> str:
        from azure.core import MatchConditions
        from azure.mgmt.compute.models import VirtualMachineScaleSetUpdate

        if capacity < 0:
            raise ValueError(f"a capacity of {capacity} cannot be wanted")
        if not etag:
            raise Refused("azure", "no_etag", {"scale_set": pool.scale_set})
        return await self.arm.begin(
            Call(pool.subscription, f"setting the capacity of {pool.scale_set} to {capacity}"),
            lambda client: client.virtual_machine_scale_sets.begin_update(
                pool.resource_group,
                pool.scale_set,
                VirtualMachineScaleSetUpdate({"sku": {"capacity": capacity}}),
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
                polling=one_look(),
            ),
        )

    async def restart(self, pool: PoolAddress, instance_id: str) -> str:
        one = _one(pool, instance_id)
        return await self._act(
            one, "restarting", lambda vms: vms.begin_restart(*one.path, polling=one_look())
        )

    async def redeploy(self, pool: PoolAddress, instance_id: str) -> str:
        one = _one(pool, instance_id)
        return await self._act(
            one, "redeploying", lambda vms: vms.begin_redeploy(*one.path, polling=one_look())
        )

    async def reimage(self, pool: PoolAddress, instance_id: str) -> str:
        one = _one(pool, instance_id)
        return await self._act(one, "reimaging", lambda vms: vms.begin_reimage(*one.path, polling=one_look()))

    async def power_off(self, pool: PoolAddress, instance_id: str) -> str:
        one = _one(pool, instance_id)
        return await self._act(
            one, "stopping", lambda vms: vms.begin_power_off(*one.path, polling=one_look())
        )

    async def run_command(self, pool: PoolAddress, instance_id: str, script: Sequence[str]) -> str:
        one, body = _one(pool, instance_id), shell_script(script)
        return await self._act(
            one,
            "running a command on",
            lambda vms: vms.begin_run_command(*one.path, body, polling=one_look()),
        )

    async def protect(
        self, pool: PoolAddress, instance_id: str, on: bool, *, only_scale_in: bool = False
    ) -> str:
        from azure.core import MatchConditions

        one = _one(pool, instance_id)
        vm, etag = await self._model(one)
        wanted = (on, on and not only_scale_in)
        if _protection(vm) == wanted or (only_scale_in and _protection(vm)[1]):
            return FINISHED
        body = _model_with_protection(vm, wanted)
        try:
            return await self._act(
                one,
                "protecting" if on else "no longer protecting",
                lambda vms: vms.begin_update(
                    *one.path,
                    body,
                    etag=etag,
                    match_condition=MatchConditions.IfNotModified,
                    polling=one_look(),
                ),
            )
        except Conflict:
            # aiohttp sends a PUT once more by itself when its connection breaks, and then meets its own first one.
            vm, _ = await self._model(one)
            if _protection(vm) == wanted:
                return FINISHED
            raise

    async def look(self, pool: PoolAddress, token: str) -> Progress:
        return await self.arm.look(
            Call(pool.subscription, f"looking at an operation on {pool.scale_set}"), token
        )

    async def close(self) -> None:
        await self.arm.close()

    async def _is_leaving(self, pool: PoolAddress, instance_id: str) -> bool:
        instance = await self.instance(pool, instance_id)
        return instance is None or instance.provisioning is Provisioning.DELETING

    async def _delete(self, pool: PoolAddress, instance_ids: list[str]) -> str:
        return await self.arm.begin(
            Call(pool.subscription, f"destroying {len(instance_ids)} instances of {pool.scale_set}"),
            lambda client: client.virtual_machine_scale_sets.begin_delete_instances(
                pool.resource_group, pool.scale_set, {"instanceIds": instance_ids}, polling=one_look()
            ),
        )

    async def _act(
        self, one: _One, doing: str, begin: Callable[[Vms], Awaitable[AsyncLROPoller[Any]]]
    ) -> str:
        pool = one.pool
        call = Call(pool.subscription, f"{doing} {one.name}", instance_of=pool.scale_set)
        return await self.arm.begin(call, lambda client: begin(client.virtual_machine_scale_set_vms))

    async def _model(self, one: _One) -> tuple[arm_shapes.Vm, str]:
        """The instance as it is written back, and the etag that it must still have then."""
        pool = one.pool
        call = Call(pool.subscription, f"reading {one.name}", instance_of=pool.scale_set)
        vm, header = await self.arm.get(call, _instance_path(pool, one.path[2]), arm_shapes.Vm)
        etag = vm.etag or header
        if not etag:
            raise Refused("azure", "no_etag", {"instance": one.name})
        return vm, etag


class _One(Struct, frozen=True):
    """One instance of a pool. `path` is what the SDK wants first."""

    pool: PoolAddress
    path: tuple[str, str, str]

    @property
    def name(self) -> str:
        return f"instance {self.path[2]} of {self.pool.scale_set}"


def _one(pool: PoolAddress, instance_id: str) -> _One:
    if not instance_id:
        raise ValueError(f"an instance of {pool.scale_set} has to be named; nothing was done")
    return _One(pool, (pool.resource_group, pool.scale_set, instance_id))


def shell_script(script: Sequence[str]) -> RunCommandInput:
    """The body of a run command. Raises `ValueError` for a script without lines."""
    if isinstance(script, str) or not script:
        raise ValueError("a command needs the lines of its script; nothing was run")
    return {"commandId": "RunShellScript", "script": list(script)}


def _protection(vm: arm_shapes.Vm) -> tuple[bool, bool]:
    policy = (vm.properties or arm_shapes.VmProperties()).protection_policy or arm_shapes.ProtectionPolicy()
    return policy.protect_from_scale_in is True, policy.protect_from_scale_set_actions is True


def _model_with_protection(vm: arm_shapes.Vm, wanted: tuple[bool, bool]) -> VirtualMachineScaleSetVM:
    """What a PUT replaces, and nothing else: both flags, and the tags, which would be gone without."""
    from azure.mgmt.compute.models import VirtualMachineScaleSetVM

    policy = {"protectFromScaleIn": wanted[0], "protectFromScaleSetActions": wanted[1]}
    body: dict[str, Any] = {"location": vm.location, "properties": {"protectionPolicy": policy}}
    return VirtualMachineScaleSetVM(body | ({"tags": vm.tags} if vm.tags else {}))


def _instance_path(pool: PoolAddress, instance_id: str) -> str:
    return _path(pool, f"/virtualMachines/{quote(instance_id, safe='')}", COMPUTE_VERSION)


def _path(pool: PoolAddress, below: str, version: str) -> str:
    subscription, group, name = (
        quote(part, safe="") for part in (pool.subscription, pool.resource_group, pool.scale_set)
    )
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute"
        f"/virtualMachineScaleSets/{name}{below}?api-version={version}"
    )
