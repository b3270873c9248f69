"""What Azure Resource Manager shows of scale sets, their instances and operations.

The shapes are those of recorded answers (kubernetes-sigs/cloud-provider-azure pkg/azclient testdata, kept in
tests/data and compared in tests/simulator); what all VMs have in common is in `vm_views`. A list of a thousand
instances must cost milliseconds, so each instance's JSON is kept until the instance changes (`Instance.revision`).
"""

from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from simulator.arm.vm_views import (
    image_reference,
    nic_body,
    os_disk,
    os_profile,
    run_time_view,
    stamp,
    storage,
    succeeded,
)
from simulator.world.operations import Operation
from simulator.world.scale_set import Instance, ScaleSet


def scale_set_view(scale_set: ScaleSet) -> dict[str, Any]:
    """The scale set as GET gives it."""
    profile = {
        "osProfile": {
            "computerNamePrefix": scale_set.computer_name_prefix,
            "adminUsername": "azureuser",
            "linuxConfiguration": {"disablePasswordAuthentication": True, "provisionVMAgent": True},
            "secrets": [],
            "allowExtensionOperations": True,
            "requireGuestProvisionSignal": True,
        },
        "storageProfile": {"osDisk": os_disk(), "imageReference": image_reference()},
        "networkProfile": _network_configuration(scale_set),
        "timeCreated": stamp(scale_set.created),
    }
    if scale_set.is_spot:
        policy = "Delete" if scale_set.evicted_instances_are_deleted else "Deallocate"
        profile |= {"priority": "Spot", "evictionPolicy": policy}
    view: dict[str, Any] = {
        "name": scale_set.name,
        "id": scale_set.id,
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "location": scale_set.location,
        "sku": {"name": scale_set.vm_size, "tier": "Standard", "capacity": scale_set.capacity},
        "etag": scale_set.etag,
        "properties": {
            "singlePlacementGroup": False,
            "orchestrationMode": "Uniform",
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": profile,
            "provisioningState": str(scale_set.provisioning),
            "overprovision": scale_set.is_overprovisioned,
            "doNotRunExtensionsOnOverprovisionedVMs": False,
            "uniqueId": scale_set.unique_id,
            "platformFaultDomainCount": scale_set.fault_domain_count,
            "timeCreated": stamp(scale_set.created),
        },
    }
    return view | _optional(scale_set)


class InstanceViews:
    """Encoded instances, kept until they change."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Instance, dict[bool, tuple[int, msgspec.Raw]]] = WeakKeyDictionary()

    def encoded(self, instance: Instance, with_instance_view: bool) -> msgspec.Raw:
        """The instance as JSON, to be put into a larger answer."""
        kept = self._kept.setdefault(instance, {})
        found = kept.get(with_instance_view)
        if found is None or found[0] != instance.revision:
            view = instance_view_of(instance) if with_instance_view else None
            found = (instance.revision, msgspec.Raw(msgspec.json.encode(instance_body(instance, view))))
            kept[with_instance_view] = found
        return found[1]


def instance_body(instance: Instance, instance_view: dict[str, Any] | None) -> dict[str, Any]:
    """One instance; with its instance view when it was asked for."""
    scale_set = instance.scale_set
    properties: dict[str, Any] = {
        "latestModelApplied": instance.model == scale_set.model,
        "modelDefinitionApplied": "VirtualMachineScaleSet",
        "networkProfileConfiguration": _network_configuration(scale_set),
        "provisioningState": str(instance.provisioning),
        "hardwareProfile": {"vmSize": scale_set.vm_size},
        "resilientVMDeletionStatus": "Disabled",
        "vmId": instance.vm_id,
        "storageProfile": storage(instance),
        "osProfile": os_profile(instance),
        "networkProfile": {
            "networkInterfaces": [{"id": f"{instance.id}/networkInterfaces/{instance.nic.name}"}]
        },
        "timeCreated": stamp(instance.created),
    }
    protection = {
        "protectFromScaleIn": instance.is_protected_from_scale_in,
        "protectFromScaleSetActions": instance.is_protected_from_set_actions,
    }
    if any(protection.values()):
        properties["protectionPolicy"] = protection
    if instance_view is not None:
        properties["instanceView"] = instance_view
    body: dict[str, Any] = {
        "name": instance.name,
        "id": instance.id,
        "type": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        "location": scale_set.location,
        "instanceId": str(instance.number),
        "sku": {"name": scale_set.vm_size, "tier": "Standard"},
        "properties": properties,
        "etag": instance_etag(instance),
    }
    if instance.zone is not None:
        body["zones"] = [instance.zone]
    return body | ({"tags": dict(scale_set.tags)} if scale_set.tags else {})


def instance_etag(instance: Instance) -> str:
    return f'"{instance.revision + 1}"'


def instance_view_of(instance: Instance) -> dict[str, Any]:
    """The run-time view of an instance."""
    return {"placementGroupId": instance.scale_set.unique_id} | run_time_view(instance)


def scale_set_instance_view(scale_set: ScaleSet) -> dict[str, Any]:
    """How many instances are in which provisioning state."""
    counts: dict[str, int] = {}
    for instance in scale_set.instances.values():
        code = f"ProvisioningState/{str(instance.provisioning).lower()}"
        counts[code] = counts.get(code, 0) + 1
    summary = [{"code": code, "count": count} for code, count in sorted(counts.items())]
    return {
        "virtualMachine": {"statusesSummary": summary},
        "statuses": [succeeded(stamp(scale_set.created))],
        "orchestrationServices": [],
    }


def nic_view(instance: Instance) -> dict[str, Any]:
    """The NIC of an instance, as Microsoft.Network 2018-10-01 shows it under the scale set."""
    nic_id = f"{instance.id}/networkInterfaces/{instance.nic.name}"
    return nic_body(instance, nic_id, _subnet_id(instance.scale_set))


def operation_view(operation: Operation) -> dict[str, Any]:
    """The operation resource behind Azure-AsyncOperation."""
    view: dict[str, Any] = {"startTime": stamp(operation.started)}
    if operation.ended is not None:
        view["endTime"] = stamp(operation.ended)
    view["status"] = str(operation.status)
    if operation.error is not None:
        view["error"] = {"code": operation.error.code, "message": operation.error.message}
    if operation.output is not None:
        view["properties"] = {"output": {"value": operation.output}}
    return view | {"name": operation.id}


def _optional(scale_set: ScaleSet) -> dict[str, Any]:
    zones = {"zones": list(scale_set.zones)} if scale_set.zones else {}
    return zones | ({"tags": dict(scale_set.tags)} if scale_set.tags else {})


def _subnet_id(scale_set: ScaleSet) -> str:
    group = f"/subscriptions/{scale_set.subscription}/resourceGroups/{scale_set.resource_group}"
    return f"{group}/providers/Microsoft.Network/virtualNetworks/dcos-vnet/subnets/{scale_set.subnet.name}"


def _network_configuration(scale_set: ScaleSet) -> dict[str, Any]:
    ip = {"subnet": {"id": _subnet_id(scale_set)}, "privateIPAddressVersion": "IPv4"}
    properties = {
        "primary": True,
        "enableAcceleratedNetworking": False,
        "disableTcpStateTracking": False,
        "dnsSettings": {"dnsServers": []},
        "enableIPForwarding": False,
        "ipConfigurations": [{"name": "ipconfig1", "properties": ip}],
    }
    return {"networkInterfaceConfigurations": [{"name": f"{scale_set.name}-nic", "properties": properties}]}
