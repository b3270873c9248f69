"""What Azure Resource Manager shows of scale sets, instances and NICs.

The shapes are those of recorded answers (kubernetes-sigs/cloud-provider-azure pkg/azclient testdata, kept in
tests/data and compared in tests/simulator). A list of a thousand instances must cost milliseconds, so each
instance's JSON is kept until the instance changes (`Instance.revision`).
"""

from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from simulator.world.operations import Operation
from simulator.world.scale_set import Instance, Power, Provisioning, ScaleSet

_POWER_TEXT = {
    Power.STARTING: "VM starting",
    Power.RUNNING: "VM running",
    Power.STOPPING: "VM stopping",
    Power.STOPPED: "VM stopped",
    Power.DEALLOCATING: "VM deallocating",
    Power.DEALLOCATED: "VM deallocated",
}


def stamp(when: datetime) -> str:
    """As ARM writes times: seven digits after the point are allowed, six are what Python has."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")


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
        "storageProfile": _storage(),
        "networkProfile": _network_configuration(scale_set),
        "timeCreated": stamp(scale_set.created),
    }
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
            "overprovision": False,
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
        "latestModelApplied": True,
        "modelDefinitionApplied": "VirtualMachineScaleSet",
        "networkProfileConfiguration": _network_configuration(scale_set),
        "provisioningState": str(instance.provisioning),
        "hardwareProfile": {"vmSize": scale_set.vm_size},
        "resilientVMDeletionStatus": "Disabled",
        "vmId": instance.vm_id,
        "storageProfile": _storage(instance),
        "osProfile": {
            "computerName": instance.computer_name,
            "adminUsername": "azureuser",
            "linuxConfiguration": {"disablePasswordAuthentication": True, "provisionVMAgent": True},
            "secrets": [],
            "allowExtensionOperations": True,
            "requireGuestProvisionSignal": True,
        },
        "networkProfile": {
            "networkInterfaces": [{"id": f"{instance.id}/networkInterfaces/{instance.nic.name}"}]
        },
        "timeCreated": stamp(instance.created),
    }
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
        "etag": f'"{instance.revision + 1}"',
    }
    if instance.zone is not None:
        body["zones"] = [instance.zone]
    return body | ({"tags": dict(scale_set.tags)} if scale_set.tags else {})


def instance_view_of(instance: Instance) -> dict[str, Any]:
    """The run-time view: power, provisioning, guest agent, fault domain."""
    time = stamp(instance.created)
    statuses = [_provisioning_status(instance, time)]
    if instance.power in _POWER_TEXT:
        code = f"PowerState/{instance.power}"
        statuses.append({"code": code, "level": "Info", "displayStatus": _POWER_TEXT[instance.power]})
    return {
        "placementGroupId": instance.scale_set.unique_id,
        "platformUpdateDomain": instance.fault_domain,
        "platformFaultDomain": instance.fault_domain,
        "computerName": instance.computer_name,
        "osName": "ubuntu",
        "osVersion": "16.04",
        "vmAgent": {"vmAgentVersion": "2.7.41491.1149", "statuses": [_guest_agent(instance, time)]},
        "disks": [{"name": _disk_name(instance), "statuses": [_succeeded(time)]}],
        "hyperVGeneration": "V1",
        "statuses": statuses,
    }


def scale_set_instance_view(scale_set: ScaleSet) -> dict[str, Any]:
    """How many instances are in which provisioning state."""
    counts: dict[str, int] = {}
    for instance in scale_set.instances.values():
        code = f"ProvisioningState/{str(instance.provisioning).lower()}"
        counts[code] = counts.get(code, 0) + 1
    summary = [{"code": code, "count": count} for code, count in sorted(counts.items())]
    return {
        "virtualMachine": {"statusesSummary": summary},
        "statuses": [_succeeded(stamp(scale_set.created))],
        "orchestrationServices": [],
    }


def nic_view(instance: Instance) -> dict[str, Any]:
    """The NIC of an instance, as Microsoft.Network 2018-10-01 shows it under the scale set."""
    nic = instance.nic
    nic_id = f"{instance.id}/networkInterfaces/{nic.name}"
    configuration = {
        "name": "ipconfig1",
        "id": f"{nic_id}/ipConfigurations/ipconfig1",
        "etag": f'W/"{instance.vm_id}"',
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": nic.address,
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": _subnet_id(instance.scale_set)},
            "primary": True,
            "privateIPAddressVersion": "IPv4",
        },
    }
    return {
        "name": nic.name,
        "id": nic_id,
        "etag": f'W/"{instance.vm_id}"',
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": [configuration],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "macAddress": nic.mac,
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": False,
            "primary": True,
            "virtualMachine": {"id": instance.id},
        },
    }


def operation_view(operation: Operation) -> dict[str, Any]:
    """The operation resource behind Azure-AsyncOperation."""
    view: dict[str, Any] = {"startTime": stamp(operation.started)}
    if operation.ended is not None:
        view["endTime"] = stamp(operation.ended)
    view["status"] = str(operation.status)
    if operation.error is not None:
        view["error"] = {"code": operation.error.code, "message": operation.error.message}
    return view | {"name": operation.id}


def _optional(scale_set: ScaleSet) -> dict[str, Any]:
    zones = {"zones": list(scale_set.zones)} if scale_set.zones else {}
    return zones | ({"tags": dict(scale_set.tags)} if scale_set.tags else {})


def _provisioning_status(instance: Instance, time: str) -> dict[str, Any]:
    if instance.provisioning is Provisioning.SUCCEEDED:
        return _succeeded(time)
    state = str(instance.provisioning).lower()
    if instance.provisioning is Provisioning.FAILED:
        code = f"ProvisioningState/failed/{instance.failure or 'InternalExecutionError'}"
        return {"code": code, "level": "Error", "displayStatus": "Provisioning failed", "time": time}
    return {
        "code": f"ProvisioningState/{state}",
        "level": "Info",
        "displayStatus": instance.provisioning,
        "time": time,
    }


def _guest_agent(instance: Instance, time: str) -> dict[str, Any]:
    if instance.power is Power.RUNNING and not instance.is_frozen:
        text = "GuestAgent is running and processing the extensions."
        return _succeeded(time) | {"displayStatus": "Ready", "message": text}
    text = "VM status blob is found but not yet populated."
    code = "ProvisioningState/Unavailable"
    return {"code": code, "level": "Warning", "displayStatus": "Not Ready", "message": text, "time": time}


def _succeeded(time: str) -> dict[str, Any]:
    code = "ProvisioningState/succeeded"
    return {"code": code, "level": "Info", "displayStatus": "Provisioning succeeded", "time": time}


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


def _disk_name(instance: Instance) -> str:
    name = instance.scale_set.name
    return f"{name}_{name}_{instance.number}_OS__1_{instance.vm_id.replace('-', '')}"


def _storage(instance: Instance | None = None) -> dict[str, Any]:
    image: dict[str, Any] = {
        "publisher": "Canonical",
        "offer": "UbuntuServer",
        "sku": "16.04-LTS",
        "version": "latest",
    }
    disk: dict[str, Any] = {"osType": "Linux", "createOption": "FromImage", "caching": "ReadWrite"}
    managed: dict[str, Any] = {"storageAccountType": "Premium_LRS"}
    if instance is None:
        return {"osDisk": disk | {"managedDisk": managed, "diskSizeGB": 30}, "imageReference": image}
    scale_set = instance.scale_set
    group = f"/subscriptions/{scale_set.subscription}/resourceGroups/{scale_set.resource_group}"
    managed["id"] = f"{group}/providers/Microsoft.Compute/disks/{_disk_name(instance)}"
    return {
        "imageReference": image | {"exactVersion": "16.04.202109280"},
        "osDisk": disk | {"name": _disk_name(instance), "managedDisk": managed, "diskSizeGB": 30},
        "dataDisks": [],
    }
