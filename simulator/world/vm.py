"""A virtual machine: what one of a scale set and one of an availability set have in common.

A machine lives through

    creating --> starting --> running --+--> stopping     --> stopped     --+--> starting ...
                                        +--> deallocating --> deallocated --+
                                        +--> deleting     --> gone

`power` is what the instance view shows as PowerState/..., `provisioning` what ARM shows as provisioningState. A
frozen machine shows running and Succeeded: power state alone never proves health. Who changes these fields, and
when, is in `power`, `commands` and `scaling`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Protocol

from simulator.world.network import Nic
from simulator.world.operations import Operation

IMAGE = "16.04.202109280"
"""The exact version of the image that a machine is made from, unless its set has a newer one."""


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


class Disk(Enum):
    """Where a guest may keep its state. Azure/acs-engine parts/dcos mount /var/lib/mesos on the temporary one."""

    OS = "os"
    TEMPORARY = "temporary"


class Guest(Protocol):
    """What lives inside a VM and feels what happens to it."""

    @property
    def healthy(self) -> bool:
        """True when it does its work and its cluster counts on it."""
        ...

    def booted(self, disk: int) -> None:
        """The VM runs. `disk` counts the disks that its state was on: a new number means that the state is lost."""
        ...

    def halted(self, clean: bool) -> None:
        """The VM stopped. Clean: the system shut down and closed its connections; else nobody hears anything."""
        ...

    def frozen(self, frozen: bool) -> None:
        """The VM froze (nothing runs, connections stay) or thawed."""
        ...


type Shell = Callable[[Sequence[str]], str]
"""Runs the lines of a script inside the VM and gives what it printed."""


@dataclass(slots=True, eq=False, weakref_slot=True, kw_only=True)
class Vm:
    """`kind` is its ARM type, `facts` name it in the journal."""

    id: str
    name: str
    kind: str
    computer_name: str
    subscription: str
    location: str
    facts: Mapping[str, str]
    vm_id: str
    created: datetime
    nic: Nic
    fault_domain: int
    update_domain: int = 0
    zone: str | None = None
    image: str = IMAGE
    power: Power = Power.CREATING
    provisioning: Provisioning = Provisioning.CREATING
    failure: str | None = None
    is_frozen: bool = False
    is_agent_silent: bool = False
    """Azure's agent in the VM does not report, though the VM may work."""
    health: str | None = None
    """What its application health extension says: healthy, unhealthy, initializing. None: it has none."""
    set_to_run: bool = True
    """Nobody stopped it by Azure's means."""
    state_on: Disk = Disk.TEMPORARY
    disk: int = 0
    operation: Operation | None = None
    command: Operation | None = None
    """The run command that is being carried out."""
    guest: Guest | None = None
    shell: Shell | None = None
    revision: int = 0
    """Grows with every change, so that encoded answers can be kept."""

    @property
    def deleting(self) -> bool:
        return self.provisioning is Provisioning.DELETING

    @property
    def healthy(self) -> bool:
        """Its true health: the VM runs and what lives in it works."""
        runs = self.power is Power.RUNNING and not self.is_frozen and not self.deleting
        return runs and self.guest is not None and self.guest.healthy

    @property
    def agent_reports(self) -> bool:
        """Azure's agent in the VM can be reached."""
        return self.power is Power.RUNNING and not self.is_frozen and not self.is_agent_silent


@dataclass(slots=True, eq=False, weakref_slot=True, kw_only=True)
class Machine(Vm):
    """A VM of an availability set, such as a master's."""

    resource_group: str
    availability_set: str
    vm_size: str = "Standard_D2s_v3"
