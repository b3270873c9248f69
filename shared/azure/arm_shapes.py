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

from msgspec import Struct, field

from shared.model.azure import Instance, Power, Provisioning, ScaleSet


class Shape(Struct, frozen=True, rename="camel"):
    """A part of an answer of ARM's. Anything may be missing or null."""


class Status(Shape, frozen=True):
    code: str | None = None


class InstanceView(Shape, frozen=True):
    platform_fault_domain: int | None = None
    statuses: tuple[Status, ...] | None = None


class VmProperties(Shape, frozen=True):
    vm_id: str | None = None
    provisioning_state: str | None = None
    time_created: str | None = None
    instance_view: InstanceView | None = None


class Vm(Shape, frozen=True):
    name: str
    instance_id: str | None = None
    zones: tuple[str, ...] | None = None
    properties: VmProperties | None = None


class VmPage(Shape, frozen=True):
    value: tuple[Vm, ...]
    next_link: str | None = None


class Sku(Shape, frozen=True):
    capacity: int | None = None


class SetProperties(Shape, frozen=True):
    provisioning_state: str | None = None


class VmSet(Shape, frozen=True):
    name: str
    sku: Sku | None = None
    etag: str | None = None
    properties: SetProperties | None = None


class Reference(Shape, frozen=True):
    id: str | None = None


class IpProperties(Shape, frozen=True):
    primary: bool | None = None
    private_ip: str | None = field(default=None, name="privateIPAddress")
    version: str | None = field(default=None, name="privateIPAddressVersion")


class IpConfiguration(Shape, frozen=True):
    properties: IpProperties | None = None


class NicProperties(Shape, frozen=True):
    primary: bool | None = None
    virtual_machine: Reference | None = None
    ip_configurations: tuple[IpConfiguration, ...] | None = None


class Nic(Shape, frozen=True):
    properties: NicProperties | None = None


class NicPage(Shape, frozen=True):
    value: tuple[Nic, ...]
    next_link: str | None = None


def instance_of(vm: Vm, scale_set: str) -> Instance:
    """Named after the set as the policy spells it: Azure does not always keep the casing, and a node has one name."""
    properties = vm.properties or VmProperties()
    view = properties.instance_view or InstanceView()
    codes = [(status.code or "").casefold().split("/") for status in view.statuses or ()]
    instance_id = vm.instance_id or vm.name.rpartition("_")[2]
    return Instance(
        name=f"{scale_set}_{instance_id}",
        instance_id=instance_id,
        vm_id=properties.vm_id or "",
        power=_power(_after("powerstate", codes)),
        provisioning=provisioning_of(properties.provisioning_state or _after("provisioningstate", codes)),
        fault_domain=view.platform_fault_domain,
        zone=vm.zones[0] if vm.zones else None,
        created_at=_time(properties.time_created),
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
    state = vm_set.properties.provisioning_state if vm_set.properties else None
    return ScaleSet(vm_set.name, vm_set.sku.capacity, vm_set.etag or etag or "", provisioning_of(state))


def addresses_of(nics: Iterable[Nic]) -> dict[str, str]:
    """Instance id -> primary private IPv4 address. A machine's primary interface wins over its others."""
    found: dict[str, str] = {}
    for nic in sorted(nics, key=lambda nic: not (nic.properties and nic.properties.primary)):
        properties = nic.properties or NicProperties()
        machine = (properties.virtual_machine.id if properties.virtual_machine else None) or ""
        address = _primary_address(properties.ip_configurations or ())
        instance_id = machine.rstrip("/").rpartition("/")[2]
        if instance_id and address:
            found.setdefault(instance_id, address)
    return found


def provisioning_of(state: str | None) -> Provisioning:
    """Any case; what stands behind a slash, such as failed/AllocationFailed, is left out."""
    word = (state or "").casefold().partition("/")[0]
    return Provisioning(word) if word in Provisioning else Provisioning.UNKNOWN


def _power(state: str | None) -> Power:
    return Power(state) if state and state in Power else Power.UNKNOWN


def _after(kind: str, codes: list[list[str]]) -> str | None:
    return next((code[1] for code in codes if len(code) > 1 and code[0] == kind), None)


def _primary_address(configurations: Iterable[IpConfiguration]) -> str | None:
    fours = [
        properties
        for configuration in configurations
        if (properties := configuration.properties) and (properties.version or "IPv4").casefold() == "ipv4"
    ]
    fours.sort(key=lambda properties: not properties.primary)
    return next((properties.private_ip for properties in fours if properties.private_ip), None)


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time and (time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC))
