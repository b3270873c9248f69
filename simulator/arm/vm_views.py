"""What Azure Resource Manager shows of a VM, be it of a scale set or of an availability set.

The shapes are those of recorded answers (kubernetes-sigs/cloud-provider-azure pkg/azclient testdata, kept in
tests/data and compared in tests/simulator).
"""

from datetime import datetime
from typing import Any

from simulator.world.vm import Machine, Power, Provisioning, Vm

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


def run_time_view(vm: Vm) -> dict[str, Any]:
    """The instance view: power, provisioning, Azure's agent in the VM, place, health."""
    time = stamp(vm.created)
    statuses = [_provisioning_status(vm, time)]
    if vm.power in _POWER_TEXT:
        code = f"PowerState/{vm.power}"
        statuses.append({"code": code, "level": "Info", "displayStatus": _POWER_TEXT[vm.power]})
    view = {
        "platformUpdateDomain": vm.update_domain,
        "platformFaultDomain": vm.fault_domain,
        "computerName": vm.computer_name,
        "osName": "ubuntu",
        "osVersion": "16.04",
        "vmAgent": {"vmAgentVersion": "2.7.41491.1149", "statuses": [_guest_agent(vm, time)]},
        "disks": [{"name": disk_name(vm), "statuses": [succeeded(time)]}],
        "hyperVGeneration": "V1",
        "statuses": statuses,
    }
    if vm.health is not None:
        level = "Error" if vm.health == "unhealthy" else "Info"
        status = {
            "code": f"HealthState/{vm.health}",
            "level": level,
            "displayStatus": f"The VM is {vm.health}",
        }
        view["vmHealth"] = {"status": status | {"time": time}}
    return view


def machine_view(machine: Machine, with_instance_view: bool) -> dict[str, Any]:
    """A VM of an availability set as GET gives it."""
    properties: dict[str, Any] = {
        "hardwareProfile": {"vmSize": machine.vm_size},
        "provisioningState": str(machine.provisioning),
        "vmId": machine.vm_id,
        "availabilitySet": {"id": machine.availability_set},
        "storageProfile": storage(machine),
        "osProfile": os_profile(machine),
        "networkProfile": {
            "networkInterfaces": [{"id": machine_nic_id(machine), "properties": {"primary": True}}]
        },
        "timeCreated": stamp(machine.created),
    }
    properties["storageProfile"]["osDisk"]["deleteOption"] = "Detach"
    if with_instance_view:
        properties["instanceView"] = run_time_view(machine)
    return {
        "name": machine.name,
        "id": machine.id,
        "type": machine.kind,
        "location": machine.location,
        "properties": properties,
        "etag": f'"{machine.revision + 1}"',
    }


def machine_nic_id(machine: Machine) -> str:
    group = f"/subscriptions/{machine.subscription}/resourceGroups/{machine.resource_group}"
    return f"{group}/providers/Microsoft.Network/networkInterfaces/{machine.nic.name}"


def machine_nic_view(machine: Machine) -> dict[str, Any]:
    """The NIC of a VM of an availability set: a resource of its own, in Microsoft.Network."""
    group = f"/subscriptions/{machine.subscription}/resourceGroups/{machine.resource_group}"
    subnet = f"{group}/providers/Microsoft.Network/virtualNetworks/dcos-vnet/subnets/dcos-masterSubnet"
    body = nic_body(machine, machine_nic_id(machine), subnet)
    return body | {"type": "Microsoft.Network/networkInterfaces", "location": machine.location}


def availability_set_view(machines: list[Machine]) -> dict[str, Any]:
    """The availability set of these machines, all of the same one."""
    own_id = machines[0].availability_set
    return {
        "name": own_id.rpartition("/")[2],
        "id": own_id,
        "type": "Microsoft.Compute/availabilitySets",
        "location": machines[0].location,
        "sku": {"name": "Aligned"},
        "properties": {
            "platformUpdateDomainCount": 5,
            "platformFaultDomainCount": 3,
            "virtualMachines": [{"id": machine.id} for machine in machines],
        },
    }


def os_profile(vm: Vm) -> dict[str, Any]:
    return {
        "computerName": vm.computer_name,
        "adminUsername": "azureuser",
        "linuxConfiguration": {"disablePasswordAuthentication": True, "provisionVMAgent": True},
        "secrets": [],
        "allowExtensionOperations": True,
        "requireGuestProvisionSignal": True,
    }


def nic_body(vm: Vm, nic_id: str, subnet_id: str) -> dict[str, Any]:
    """The parts of a NIC that are the same wherever it is, as Microsoft.Network 2018-10-01 shows them."""
    configuration = {
        "name": "ipconfig1",
        "id": f"{nic_id}/ipConfigurations/ipconfig1",
        "etag": f'W/"{vm.vm_id}"',
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": vm.nic.address,
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": subnet_id},
            "primary": True,
            "privateIPAddressVersion": "IPv4",
        },
    }
    return {
        "name": vm.nic.name,
        "id": nic_id,
        "etag": f'W/"{vm.vm_id}"',
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": [configuration],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "macAddress": vm.nic.mac,
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": False,
            "primary": True,
            "virtualMachine": {"id": vm.id},
        },
    }


def disk_name(vm: Vm) -> str:
    set_name, _, number = vm.name.rpartition("_")
    of_set = f"{set_name}_{set_name}_{number}" if set_name else vm.name
    return f"{of_set}_OS__1_{vm.vm_id.replace('-', '')}"


def storage(vm: Vm) -> dict[str, Any]:
    group = vm.id.partition("/providers/")[0]
    managed = f"{group}/providers/Microsoft.Compute/disks/{disk_name(vm)}"
    return {
        "imageReference": image_reference() | {"exactVersion": vm.image},
        "osDisk": os_disk()
        | {"name": disk_name(vm), "managedDisk": {"storageAccountType": "Premium_LRS", "id": managed}},
        "dataDisks": [],
    }


def image_reference() -> dict[str, Any]:
    return {"publisher": "Canonical", "offer": "UbuntuServer", "sku": "16.04-LTS", "version": "latest"}


def os_disk() -> dict[str, Any]:
    return {
        "osType": "Linux",
        "createOption": "FromImage",
        "caching": "ReadWrite",
        "managedDisk": {"storageAccountType": "Premium_LRS"},
        "diskSizeGB": 30,
    }


def succeeded(time: str) -> dict[str, Any]:
    code = "ProvisioningState/succeeded"
    return {"code": code, "level": "Info", "displayStatus": "Provisioning succeeded", "time": time}


def _provisioning_status(vm: Vm, time: str) -> dict[str, Any]:
    if vm.provisioning is Provisioning.SUCCEEDED:
        return succeeded(time)
    state = str(vm.provisioning).lower()
    if vm.provisioning is Provisioning.FAILED:
        code = f"ProvisioningState/failed/{vm.failure or 'InternalExecutionError'}"
        return {"code": code, "level": "Error", "displayStatus": "Provisioning failed", "time": time}
    return {
        "code": f"ProvisioningState/{state}",
        "level": "Info",
        "displayStatus": vm.provisioning,
        "time": time,
    }


def _guest_agent(vm: Vm, time: str) -> dict[str, Any]:
    if vm.agent_reports:
        text = "GuestAgent is running and processing the extensions."
        return succeeded(time) | {"displayStatus": "Ready", "message": text}
    text = "VM status blob is found but not yet populated."
    code = "ProvisioningState/Unavailable"
    return {"code": code, "level": "Warning", "displayStatus": "Not Ready", "message": text, "time": time}
