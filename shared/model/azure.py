"""What Azure says of machines: scale sets, their instances, and long operations.

Names and states are those of Microsoft.Compute (api-version 2026-04-01). Power state and provisioning state are two
different stories: a machine whose operating system hangs keeps `running` and `succeeded`, so neither proves health.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

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


class PoolAddress(Struct, frozen=True):
    """Where a pool lives in Azure."""

    subscription: str
    resource_group: str
    scale_set: str


class ScaleSet(Struct, frozen=True):
    """The model of a scale set. `capacity` is what is wanted of Azure, not what is there. `etag` guards writes."""

    name: str
    capacity: int
    etag: str
    provisioning: Provisioning


class Instance(Struct, frozen=True):
    """One virtual machine of a Uniform scale set.

    `name` is `<scale set>_<instance id>`; instance ids are never used twice within a set, private addresses are.
    `created_at` is None where Azure gives none.
    """

    name: str
    instance_id: str
    vm_id: str
    power: Power
    provisioning: Provisioning
    fault_domain: int | None = None
    zone: str | None = None
    created_at: datetime | None = None


class ProgressState(StrEnum):
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Progress(Struct, frozen=True):
    """One look at a long operation. `code` and `message` are Azure's, when it failed."""

    state: ProgressState
    code: str = ""
    message: str = ""
