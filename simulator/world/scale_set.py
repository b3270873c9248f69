"""Scale sets and their instances: the things themselves.

An instance is a `Vm` with a number that is never used again within its set. Who changes these fields, and when, is
in `scaling` and `power`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from simulator.world.network import Subnet
from simulator.world.operations import Operation
from simulator.world.vm import IMAGE, Disk, Provisioning, Vm

INSTANCE_TYPE = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
UPDATE_DOMAINS = 5


@dataclass(slots=True, eq=False, weakref_slot=True, kw_only=True)
class Instance(Vm):
    """One VM of a scale set. `model` is the version of the set's model that it was made from."""

    scale_set: "ScaleSet"
    number: int
    model: int = 1
    is_protected_from_scale_in: bool = False
    is_protected_from_set_actions: bool = False


@dataclass(slots=True, eq=False)
class ScaleSet:
    """A Uniform scale set, upgrade policy Manual."""

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
    is_spot: bool = False
    evicted_instances_are_deleted: bool = True
    is_overprovisioned: bool = False
    extras: int = 0
    """Instances that overprovisioning has made and is to give up again. They are no part of the capacity."""
    image: str = IMAGE
    model: int = 1
    """Grows when the image changes; instances keep the one that they were made from."""
    bad_images: set[str] = field(default_factory=set)
    """Machines made of them boot, and DC/OS never starts."""
    state_on: Disk = Disk.TEMPORARY
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

    def computer_name(self, number: int) -> str:
        return f"{self.computer_name_prefix}{_base36(number)}"

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
