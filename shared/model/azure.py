"""What Azure says of machines: scale sets and their instances, other virtual machines, and long operations.

Names and states are those of Microsoft.Compute (api-version 2026-04-01). Power state and provisioning state are two
different stories: a machine whose operating system hangs keeps `running` and `succeeded`, so neither proves health.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct


class Power(StrEnum):
    """`PowerState/...` of an instance view; `unknown` also when Azure gives none."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DEALLOCATING = "deallocating"
    DEALLOCATED = "deallocated"
    UNKNOWN = "unknown"


class Provisioning(StrEnum):
    """`provisioningState` of an instance or a scale set; `unknown` for anything not listed here."""

    CREATING = "creating"
    UPDATING = "updating"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DELETING = "deleting"
    UNKNOWN = "unknown"


class GuestAgent(StrEnum):
    """What Azure hears from its own agent in a machine, without which no command can be run there.

    ready      it reports
    not_ready  it reports, but not that it is ready
    silent     nothing is heard from it (`ProvisioningState/Unavailable`): it, the system or the network hangs
    unknown    Azure does not say
    """

    READY = "ready"
    NOT_READY = "not_ready"
    SILENT = "silent"
    UNKNOWN = "unknown"


class VmHealth(StrEnum):
    """`HealthState/...` of the application health extension or load balancer probe; `unknown` where there is none."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    INITIALIZING = "initializing"
    UNKNOWN = "unknown"


class PoolAddress(Struct, frozen=True):
    """Where a pool lives in Azure."""

    subscription: str
    resource_group: str
    scale_set: str


class MachineGroup(Struct, frozen=True):
    """Where virtual machines outside of scale sets live, such as a cluster's masters. `pattern` is a shell pattern of
    their names (`*` and `?`, any case), like `dcos-master-633E21A3-*`."""

    subscription: str
    resource_group: str
    pattern: str

    def matches(self, name: str) -> bool:
        return fnmatchcase(name.casefold(), self.pattern.casefold())

    def member(self, name: str) -> str:
        """`name`, when it may be one of these. Else `ValueError`: nothing is done to a machine that nobody meant."""
        if not name or not self.matches(name):
            raise ValueError(f"{name!r} is none of the machines {self.pattern}; nothing was done")
        return name


class ScaleSet(Struct, frozen=True):
    """The model of a scale set. `capacity` is what is wanted of Azure, not what is there. `etag` guards writes.
    `is_spot`: Azure may take its machines back at thirty seconds' notice. `zones` are those in which its machines may
    be made; none where it is of a region as a whole. `size` is that of the machines that it makes, such as
    `Standard_D4s_v5`; those that it made before a change may have another."""

    name: str
    capacity: int
    etag: str
    provisioning: Provisioning
    is_spot: bool = False
    zones: tuple[str, ...] = ()
    size: str | None = None


class Instance(Struct, frozen=True):
    """One virtual machine of a Uniform scale set.

    `name` is `<scale set>_<instance id>`; instance ids are never used twice within a set, private addresses are.
    `created_at` is None where Azure gives none. What failed machines may share: `zone`, `fault_domain`,
    `update_domain`, `image` (`publisher:offer:sku:version`, or the id of an image of one's own), `size`, `subnet` (its
    ARM id), and `latest_model`, whether it has the model of its set as it is now. `failure` is Azure's code when
    provisioning failed. The two protections are against scaling in, and against actions on the whole set.
    """

    name: str
    instance_id: str
    vm_id: str
    power: Power
    provisioning: Provisioning
    fault_domain: int | None = None
    zone: str | None = None
    created_at: datetime | None = None
    update_domain: int | None = None
    latest_model: bool | None = None
    image: str | None = None
    size: str | None = None
    subnet: str | None = None
    guest_agent: GuestAgent = GuestAgent.UNKNOWN
    health: VmHealth = VmHealth.UNKNOWN
    failure: str = ""
    is_protected_from_scale_in: bool = False
    is_protected_from_set_actions: bool = False


class Machine(Struct, frozen=True):
    """One virtual machine outside of scale sets. `address` is the primary private IPv4 address of its primary
    interface, None where it has none. Everything else as for `Instance`."""

    name: str
    vm_id: str
    power: Power
    provisioning: Provisioning
    address: str | None = None
    fault_domain: int | None = None
    update_domain: int | None = None
    zone: str | None = None
    created_at: datetime | None = None
    image: str | None = None
    size: str | None = None
    guest_agent: GuestAgent = GuestAgent.UNKNOWN
    health: VmHealth = VmHealth.UNKNOWN
    failure: str = ""


class ProgressState(StrEnum):
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Progress(Struct, frozen=True):
    """One look at a long operation. `code` and `message` are Azure's, when it failed. `output` is what a command
    printed, at most its last 4 kB, without secrets."""

    state: ProgressState
    code: str = ""
    message: str = ""
    output: str = ""
