"""One Azure subscription: resource groups, scale sets, quota, and the services that change them.

Holds what exists; `compute` says what may be done with it. Faults that Azure has for everybody (no capacity in the
region, a quota) are kept here as data, because they are properties of the world and not of the interface.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from simulator.world.changes import Change
from simulator.world.durations import Durations
from simulator.world.journal import Actor, Entry, Journal
from simulator.world.operations import AzureError, Operations
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.timeline import Timeline

ALLOCATION_FAILED = AzureError(
    "AllocationFailed",
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about"
    " improving likelihood of allocation success at https://aka.ms/allocation-guidance",
)


@dataclass(slots=True)
class AllocationFault:
    """The region has no room for the next instances: `count` of them fail, None for all until it is removed."""

    count: int | None = 1
    error: AzureError = ALLOCATION_FAILED
    scale_set: str | None = None
    """Only this set; None for all."""
    leaves_instance: bool = False
    """The instance stays behind in provisioningState Failed, as happens when the VM was allocated but never came up."""


@dataclass(slots=True)
class Quota:
    """Cores that the subscription may use in its region."""

    cores: int | None = None
    family: str = "standardDSv3Family"


class Azure:
    """What exists in the subscription."""

    def __init__(self, subscription: str, timeline: Timeline, journal: Journal, seed: int = 1) -> None:
        self.subscription = subscription
        self.timeline = timeline
        self.journal = journal
        self.chance = random.Random(seed)
        self.durations = Durations()
        self.quota = Quota()
        self.allocation_faults: list[AllocationFault] = []
        self.resource_groups: dict[str, str] = {}
        """Lower-case name to location."""
        self.scale_sets: dict[tuple[str, str], ScaleSet] = {}
        """By lower-case resource group and name."""
        self.watchers: list[Callable[[Change], None]] = []
        self.furnish: Callable[[Instance], None] = lambda instance: None
        """Puts the guest into a new instance; the builder of a cluster sets it."""
        self.operations = Operations(timeline, self.publish)

    def publish(self, change: Change) -> None:
        for watcher in list(self.watchers):
            watcher(change)

    def add_resource_group(self, name: str, location: str) -> None:
        self.resource_groups[name.lower()] = location

    def add_scale_set(self, scale_set: ScaleSet) -> None:
        self.add_resource_group(scale_set.resource_group, scale_set.location)
        self.scale_sets[scale_set.resource_group.lower(), scale_set.name.lower()] = scale_set

    def find_scale_set(self, resource_group: str, name: str) -> ScaleSet | None:
        return self.scale_sets.get((resource_group.lower(), name.lower()))

    def instance(self, scale_set: str, number: int) -> Instance:
        """By the name of its set and its instance id. Raises KeyError."""
        for (_, name), found in self.scale_sets.items():
            if name == scale_set.lower():
                return found.instances[number]
        raise KeyError(f"There is no scale set {scale_set}.")

    def cores_used(self) -> int:
        return sum(len(s.instances) * s.cores_per_vm for s in self.scale_sets.values())

    def take_allocation_fault(self, scale_set: ScaleSet) -> AllocationFault | None:
        """The fault that the next allocation in this set meets, used up by one."""
        for fault in self.allocation_faults:
            if fault.scale_set in (None, scale_set.name) and fault.count != 0:
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None

    def lasting(self, seconds: float) -> float:
        return self.durations.stretch(seconds, self.chance)

    def note(self, what: str, instance: Instance, by: Actor, **detail: str) -> None:
        """Write a fact about an instance into the journal, with its health at this instant."""
        facts = {
            "scale_set": instance.scale_set.name,
            "instance": str(instance.number),
            "vm_id": instance.vm_id,
        }
        self.journal.write(Entry(self.timeline.now, what, instance.id, by, instance.healthy, facts | detail))
