"""Which machine an Azure resource id means. Ids come in any casing, sometimes within one event."""

from __future__ import annotations

import re

from msgspec import Struct

from shared.model.azure import PoolAddress

_SET = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.compute/virtualmachinescalesets/(?P<set>[^/]+)"
    r"(?:/virtualmachines/(?P<instance>[^/]+))?(?:/.*)?",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.compute/virtualmachines/(?P<name>[^/]+)(?:/.*)?",
    re.IGNORECASE,
)


class SetResource(Struct, frozen=True):
    """A scale set, or one of its instances."""

    address: PoolAddress
    instance_id: str | None


class MachineResource(Struct, frozen=True):
    """A machine that is a resource of its own: it stands alone, or belongs to a set in Flexible orchestration. Its id
    does not tell which of both."""

    subscription: str
    resource_group: str
    name: str


def scale_set_of(resource_id: str) -> SetResource | None:
    """None when the id is not that of a scale set or of something in one."""
    match = _SET.fullmatch(resource_id)
    if match is None:
        return None
    address = PoolAddress(match["subscription"], match["group"], match["set"])
    return SetResource(address, match["instance"])


def machine_of(resource_id: str) -> MachineResource | None:
    """None when the id is not that of a machine of its own or of something on one."""
    match = _MACHINE.fullmatch(resource_id)
    return MachineResource(match["subscription"], match["group"], match["name"]) if match else None
