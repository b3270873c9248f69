"""Network interfaces as ARM shows them, and which address they give to which machine."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import field

from shared.azure.arm_shapes import Reference, Shape


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


def addresses_of(nics: Iterable[Nic]) -> dict[str, str]:
    """Instance id -> primary private IPv4 address. A machine's primary interface wins over its others."""
    found: dict[str, str] = {}
    for nic in sorted(nics, key=lambda nic: not (nic.properties and nic.properties.primary)):
        properties = nic.properties or NicProperties()
        machine = (properties.virtual_machine.id if properties.virtual_machine else None) or ""
        address = address_of(nic)
        instance_id = machine.rstrip("/").rpartition("/")[2]
        if instance_id and address:
            found.setdefault(instance_id, address)
    return found


def address_of(nic: Nic) -> str | None:
    """Its primary private IPv4 address."""
    return _primary_address((nic.properties or NicProperties()).ip_configurations or ())


def _primary_address(configurations: Iterable[IpConfiguration]) -> str | None:
    fours = [
        properties
        for configuration in configurations
        if (properties := configuration.properties) and (properties.version or "IPv4").casefold() == "ipv4"
    ]
    fours.sort(key=lambda properties: not properties.primary)
    return next((properties.private_ip for properties in fours if properties.private_ip), None)
