"""Which machine an Azure resource id means. Ids come in any casing, sometimes within one event."""

from __future__ import annotations

import re

from msgspec import Struct

from shared.model.azure import PoolAddress

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.compute/virtualmachinescalesets/(?P<set>[^/]+)"
    r"(?:/virtualmachines/(?P<instance>[^/]+))?(?:/.*)?",
    re.IGNORECASE,
)


class SetResource(Struct, frozen=True):
    """A scale set, or one of its instances."""

    address: PoolAddress
    instance_id: str | None


def scale_set_of(resource_id: str) -> SetResource | None:
    """None when the id is not that of a scale set or of something in one."""
    match = _ID.fullmatch(resource_id)
    if match is None:
        return None
    address = PoolAddress(match["subscription"], match["group"], match["set"])
    return SetResource(address, match["instance"])
