"""Scale sets and their instances: the things themselves.

An instance lives through

    creating --> starting --> running --+--> stopping     --> stopped     --+--> starting ...
                                        +--> deallocating --> deallocated --+
                                        +--> deleting     --> gone; its number is never used again

`power` is what the instance view shows as PowerState/..., `provisioning` what ARM shows as provisioningState. A
frozen VM shows running and Succeeded: power state alone never proves health. Who changes these fields, and when, is
in `compute`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from simulator.world.network import Nic, Subnet
from simulator.world.operations import Operation


class Power(StrEnum):
    """As in the codes PowerState/... of an instance view."""

    CREATING = "creating"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DEALLOCATING = "deallocating"
    DEALLOCATED = "deallocated"


class Provisioning(StrEnum):
    """As in properties.provisioningState."""

    CREATING = "Creating"
    UPDATING = "Updating"
    DELETING = "Deleting"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class Guest(Protocol):
    """What lives inside a VM and feels what happens to it."""

    @property
    def healthy(self) -> bool:
        """True when it does its work and its cluster counts on it."""
        ...

    def booted(self, disk: int) -> None:
        """The VM runs. `disk` counts the temporary disks it has had: a new number means that the old one is lost."""
        ...

    def halted(self, clean: bool) -> None:
        """The VM stopped. Clean: the system shut down and closed its connections; else nobody hears anything."""
        ...

    def frozen(self, frozen: bool) -> None:
        """The VM froze (nothing runs, connections stay) or thawed."""
        ...


@dataclass(slots=True, eq=False, weakref_slot=True)
class Instance:
    """One VM of a scale set."""

    scale_set: "ScaleSet"
    number: int
    vm_id: str
    created: datetime
    nic: Nic
    fault_domain: int
    zone: str | None
    power: Power = Power.CREATING
    provisioning: Provisioning = Provisioning.CREATING
    failure: str | None = None
    is_frozen: bool = False
    disk: int = 0
    operation: Operation | None = None
    guest: Guest | None = None
    revision: int = 0
    """Grows with every change, so that encoded answers can be kept."""

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"{self.scale_set.id}/virtualMachines/{self.number}"

    @property
    def name(self) -> str:
        return f"{self.scale_set.name}_{self.number}"

    @property
    def computer_name(self) -> str:
        return f"{self.scale_set.computer_name_prefix}{_base36(self.number)}"

    @property
    def deleting(self) -> bool:
        return self.provisioning is Provisioning.DELETING

    @property
    def healthy(self) -> bool:
        """Its true health: the VM runs and what lives in it works."""
        runs = self.power is Power.RUNNING and not self.is_frozen and not self.deleting
        return runs and self.guest is not None and self.guest.healthy


@dataclass(slots=True, eq=False)
class ScaleSet:
    """A Uniform scale set without overprovisioning, upgrade policy Manual."""

    name: str
    subscription: str
    resource_group: str
    location: str
    subnet: Subnet
    created: datetime
    unique_id: str
    computer_name_prefix: str
    vm_size: str = "Standard_D2s_v3"
    cores_per_vm: int = 2
    zones: tuple[str, ...] = ()
    fault_domain_count: int = 5
    tags: dict[str, str] = field(default_factory=dict)
    evicted_instances_are_deleted: bool = True
    capacity: int = 0
    etag_number: int = 1
    provisioning: Provisioning = Provisioning.SUCCEEDED
    instances: dict[int, Instance] = field(default_factory=dict)
    next_number: int = 0
    scaling: Operation | None = None
    """The capacity write that is being carried out."""

    @property
    def id(self) -> str:
        """The ARM id."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{self.name}"
        )

    @property
    def etag(self) -> str:
        return f'"{self.etag_number}"'

    @property
    def staying(self) -> list[Instance]:
        """The instances that are not being deleted, by number."""
        return [instance for instance in self.instances.values() if not instance.deleting]

    def next_place(self) -> tuple[int, str | None]:
        """Fault domain and zone of the next instance: where the fewest are, the lowest of equals."""
        if len(self.instances) == self.next_number:  # none ever left, so counting would give the same
            zones = self.zones or (None,)
            return self.next_number // len(zones) % self.fault_domain_count, zones[
                self.next_number % len(zones)
            ]
        zone = None
        if self.zones:
            zone = _rarest(self.zones, (i.zone for i in self.instances.values()))
        domains = range(self.fault_domain_count)
        domain = _rarest(domains, (i.fault_domain for i in self.instances.values() if i.zone == zone))
        return domain, zone


def _rarest[T](choices: Iterable[T], taken: Iterable[object]) -> T:
    counts: dict[object, int] = {}
    for one in taken:
        counts[one] = counts.get(one, 0) + 1
    return min(choices, key=lambda choice: counts.get(choice, 0))


def _base36(number: int) -> str:
    """Six digits, as Azure appends them to a computer name prefix."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits.rjust(6, "0")
