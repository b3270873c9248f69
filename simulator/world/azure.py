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
from simulator.world.vm import Machine, Vm

ALLOCATION_FAILED = AzureError(
    "AllocationFailed",
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about"
    " improving likelihood of allocation success at https://aka.ms/allocation-guidance",
)

OVERCONSTRAINED = AzureError(
    "OverconstrainedAllocationRequest",
    "Allocation failed. The VM(s) with the requested constraints cannot be allocated, because no host satisfies all of"
    " them.",
)
ACTION_FAILED = AzureError(
    "InternalExecutionError", "An internal execution error occurred. Please retry later."
)


@dataclass(slots=True)
class ActionFault:
    """The next `count` actions on VMs are accepted and come to nothing; None for all until it is removed.

    The VM stays as it was. The operation ends with `error` after its usual time, or never does when that is None.
    """

    action: str = ""
    """restart, redeploy, reimage, poweroff, deallocate, start, update or runcommand; empty: any of them."""
    error: AzureError | None = ACTION_FAILED
    count: int | None = 1
    vm: str | None = None
    """Only the VM of this name."""

    def meets(self, action: str, vm: Vm) -> bool:
        return self.count != 0 and self.action in ("", action) and self.vm in (None, vm.name)


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
        self.action_faults: list[ActionFault] = []
        self.reimage_keeps_temporary_disk = False
        """Not documented for common disks; the worse of the two is what is assumed."""
        self.resource_groups: dict[str, str] = {}
        """Lower-case name to location."""
        self.scale_sets: dict[tuple[str, str], ScaleSet] = {}
        """By lower-case resource group and name."""
        self.machines: dict[tuple[str, str], Machine] = {}
        """VMs outside of scale sets, by lower-case resource group and name."""
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

    def add_machine(self, machine: Machine) -> None:
        self.machines[machine.resource_group.lower(), machine.name.lower()] = machine

    def machines_in(self, resource_group: str) -> list[Machine]:
        group = resource_group.lower()
        return [machine for (where, _), machine in self.machines.items() if where == group]

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

    def take_action_fault(self, action: str, vm: Vm) -> ActionFault | None:
        """The fault that this action on a VM meets, used up by one."""
        for fault in self.action_faults:
            if fault.meets(action, vm):
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None

    def take_allocation_fault(self, scale_set: str) -> AllocationFault | None:
        """The fault that the next allocation in this set meets, used up by one. "" for VMs outside of sets."""
        for fault in self.allocation_faults:
            if fault.scale_set in (None, scale_set) and fault.count != 0:
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None

    def lasting(self, seconds: float) -> float:
        return self.durations.stretch(seconds, self.chance)

    def note(self, what: str, vm: Vm, by: Actor, **detail: str) -> None:
        """Write a fact about a VM into the journal, with its health at this instant."""
        facts = {**vm.facts, "vm_id": vm.vm_id}
        self.journal.write(Entry(self.timeline.now, what, vm.id, by, vm.healthy, facts | detail))
