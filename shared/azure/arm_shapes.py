"""ARM's JSON as typed partial structs, and from there the words of the model.

Only what we use is named; everything else in ARM's answers is skipped while decoding, unread. The SDK's own model
objects cost 1.6 s of processor time for a thousand instances, this a few hundredths (measured with azure-mgmt-compute
39 and msgspec), and a sweep reads every pool once a minute.

Values are compared without regard to case, and a state that is not known is `unknown`, never a guess. Sources:
kubernetes-sigs/cloud-provider-azure recorded answers; learn.microsoft.com/azure/virtual-machines/states-billing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypedDict

from msgspec import Struct

from shared.model.azure import GuestAgent, Instance, Machine, Power, Provisioning, ScaleSet, VmHealth


class Shape(Struct, frozen=True, rename="camel"):
    """A part of an answer of ARM's. Anything may be missing or null."""


class Reference(Shape, frozen=True):
    id: str | None = None


class Status(Shape, frozen=True):
    code: str | None = None
    display_status: str | None = None


class AgentView(Shape, frozen=True):
    statuses: tuple[Status, ...] | None = None


class HealthView(Shape, frozen=True):
    status: Status | None = None


class InstanceView(Shape, frozen=True):
    platform_fault_domain: int | None = None
    platform_update_domain: int | None = None
    vm_agent: AgentView | None = None
    vm_health: HealthView | None = None
    statuses: tuple[Status, ...] | None = None


class ImageReference(Shape, frozen=True):
    """Of the marketplace, or an `id` of an image or gallery of one's own."""

    id: str | None = None
    publisher: str | None = None
    offer: str | None = None
    sku: str | None = None
    version: str | None = None
    exact_version: str | None = None


class StorageProfile(Shape, frozen=True):
    image_reference: ImageReference | None = None


class HardwareProfile(Shape, frozen=True):
    vm_size: str | None = None


class ProtectionPolicy(Shape, frozen=True):
    protect_from_scale_in: bool | None = None
    protect_from_scale_set_actions: bool | None = None


class InterfaceReferenceProperties(Shape, frozen=True):
    primary: bool | None = None


class InterfaceReference(Shape, frozen=True):
    id: str | None = None
    properties: InterfaceReferenceProperties | None = None


class NetworkProfile(Shape, frozen=True):
    network_interfaces: tuple[InterfaceReference, ...] | None = None


class IpModelProperties(Shape, frozen=True):
    subnet: Reference | None = None


class IpModel(Shape, frozen=True):
    properties: IpModelProperties | None = None


class InterfaceModelProperties(Shape, frozen=True):
    ip_configurations: tuple[IpModel, ...] | None = None


class InterfaceModel(Shape, frozen=True):
    properties: InterfaceModelProperties | None = None


class NetworkModel(Shape, frozen=True):
    network_interface_configurations: tuple[InterfaceModel, ...] | None = None


class VmProperties(Shape, frozen=True):
    vm_id: str | None = None
    provisioning_state: str | None = None
    time_created: str | None = None
    latest_model_applied: bool | None = None
    instance_view: InstanceView | None = None
    storage_profile: StorageProfile | None = None
    hardware_profile: HardwareProfile | None = None
    protection_policy: ProtectionPolicy | None = None
    network_profile: NetworkProfile | None = None
    network_profile_configuration: NetworkModel | None = None


class Vm(Shape, frozen=True):
    """Of a scale set, or outside of one, where it has no instance id."""

    name: str
    instance_id: str | None = None
    location: str | None = None
    tags: dict[str, str] | None = None
    etag: str | None = None
    zones: tuple[str, ...] | None = None
    properties: VmProperties | None = None


class VmPage(Shape, frozen=True):
    value: tuple[Vm, ...]
    next_link: str | None = None


class Sku(Shape, frozen=True):
    name: str | None = None
    capacity: int | None = None


class MachineProfile(Shape, frozen=True):
    priority: str | None = None


class SetProperties(Shape, frozen=True):
    provisioning_state: str | None = None
    virtual_machine_profile: MachineProfile | None = None


class VmSet(Shape, frozen=True):
    name: str
    sku: Sku | None = None
    etag: str | None = None
    properties: SetProperties | None = None
    zones: tuple[str, ...] | None = None


class Common(TypedDict):
    """What is known of a machine wherever it is."""

    vm_id: str
    power: Power
    provisioning: Provisioning
    fault_domain: int | None
    update_domain: int | None
    zone: str | None
    created_at: datetime | None
    image: str | None
    size: str | None
    guest_agent: GuestAgent
    health: VmHealth
    failure: str


def instance_of(vm: Vm, scale_set: str) -> Instance:
    """Named after the set as the policy spells it: Azure does not always keep the casing, and a node has one name."""
    properties = vm.properties or VmProperties()
    protection = properties.protection_policy or ProtectionPolicy()
    instance_id = vm.instance_id or vm.name.rpartition("_")[2]
    return Instance(
        name=f"{scale_set}_{instance_id}",
        instance_id=instance_id,
        latest_model=properties.latest_model_applied,
        subnet=_subnet(properties.network_profile_configuration),
        is_protected_from_scale_in=protection.protect_from_scale_in is True,
        is_protected_from_set_actions=protection.protect_from_scale_set_actions is True,
        **_common(vm),
    )


def machine_of(vm: Vm, address: str | None) -> Machine:
    """A VM outside of scale sets."""
    return Machine(name=vm.name, address=address, **_common(vm))


def primary_nic_of(vm: Vm) -> str | None:
    """The ARM id of its primary interface, which is the only one where there is one."""
    profile = (vm.properties or VmProperties()).network_profile or NetworkProfile()
    nics = sorted(
        profile.network_interfaces or (), key=lambda nic: not (nic.properties and nic.properties.primary)
    )
    return next((nic.id for nic in nics if nic.id), None)


def _common(vm: Vm) -> Common:
    properties = vm.properties or VmProperties()
    view = properties.instance_view or InstanceView()
    codes = [(status.code or "").split("/") for status in view.statuses or ()]
    state, *detail = _after("provisioningstate", codes) or [""]
    return Common(
        vm_id=properties.vm_id or "",
        power=_power(_after("powerstate", codes)),
        provisioning=provisioning_of(properties.provisioning_state or state),
        fault_domain=view.platform_fault_domain,
        update_domain=view.platform_update_domain,
        zone=vm.zones[0] if vm.zones else None,
        created_at=_time(properties.time_created),
        image=_image(properties.storage_profile),
        size=properties.hardware_profile.vm_size if properties.hardware_profile else None,
        guest_agent=_guest_agent(view.vm_agent),
        health=_health(view.vm_health),
        failure=detail[0] if detail else "",
    )


def in_order(instances: Iterable[Instance]) -> tuple[Instance, ...]:
    """By instance id, which is a number in a Uniform set; anything else comes after the numbers."""

    def order(instance: Instance) -> tuple[bool, int, str]:
        numeric = instance.instance_id.isdecimal()
        return (not numeric, int(instance.instance_id) if numeric else 0, instance.instance_id)

    return tuple(sorted(instances, key=order))


def scale_set_of(vm_set: VmSet, etag: str | None) -> ScaleSet | None:
    """`etag` is the answer's header. None when the answer does not say how many instances are wanted, because that
    is not the same as none."""
    if vm_set.sku is None or vm_set.sku.capacity is None:
        return None
    properties = vm_set.properties or SetProperties()
    profile = properties.virtual_machine_profile or MachineProfile()
    return ScaleSet(
        name=vm_set.name,
        capacity=vm_set.sku.capacity,
        etag=vm_set.etag or etag or "",
        provisioning=provisioning_of(properties.provisioning_state),
        is_spot=(profile.priority or "").casefold() in ("spot", "low"),
        zones=vm_set.zones or (),
        size=vm_set.sku.name,
    )


def provisioning_of(state: str | None) -> Provisioning:
    """Any case; what stands behind a slash, such as failed/AllocationFailed, is left out."""
    word = (state or "").casefold().partition("/")[0]
    return Provisioning(word) if word in Provisioning else Provisioning.UNKNOWN


def _power(words: list[str] | None) -> Power:
    word = words[0].casefold() if words else ""
    return Power(word) if word in Power else Power.UNKNOWN


def _after(kind: str, codes: list[list[str]]) -> list[str] | None:
    """What follows `kind` in the first code that has something behind it."""
    return next((code[1:] for code in codes if len(code) > 1 and code[0].casefold() == kind), None)


def _guest_agent(view: AgentView | None) -> GuestAgent:
    """Its first status is the agent's own. Code and text as seen with cloud-provider-azure's machines."""
    status = view.statuses[0] if view and view.statuses else Status()
    word = (status.code or "").casefold().rpartition("/")[2]
    if not word:
        return GuestAgent.UNKNOWN
    if word == "unavailable":
        return GuestAgent.SILENT
    is_ready = (status.display_status or "").casefold() == "ready"
    return GuestAgent.READY if is_ready else GuestAgent.NOT_READY


def _health(view: HealthView | None) -> VmHealth:
    code = (view.status.code if view and view.status else None) or ""
    word = code.casefold().rpartition("/")[2]
    return VmHealth(word) if word in VmHealth else VmHealth.UNKNOWN


def _image(profile: StorageProfile | None) -> str | None:
    image = profile.image_reference if profile else None
    if image is None or image.publisher is None:
        return image.id if image else None
    version = image.exact_version or image.version
    return f"{image.publisher}:{image.offer}:{image.sku}:{version}"


def _subnet(network: NetworkModel | None) -> str | None:
    for nic in network.network_interface_configurations or () if network else ():
        for ip in nic.properties.ip_configurations or () if nic.properties else ():
            if ip.properties and ip.properties.subnet:
                return ip.properties.subnet.id
    return None


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time and (time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC))
