"""What an empty agent of a pool offers, as it was learned from agents that were there.

Kept in a row, because a pool may be empty all night, and in the morning somebody has to know how many of its machines
what waits would need. It is a help and no truth: agents that are there are asked first.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from .mesos import Amounts
from .ports import Ports


class Offer(Struct, frozen=True):
    """`free` by role, `attributes` that all agents had. `ports` None: they did not say. `size` is that of the machines
    which the scale set makes, such as `Standard_D4s_v5`; after a change of it all of this is about machines that do not
    come any more. None: Azure did not say."""

    free: Mapping[str, Amounts]
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    ports: Ports | None = None
    size: str | None = None
