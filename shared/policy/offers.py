"""What an empty agent of a pool offers, where the policy says it.

Needed once at most: as soon as an agent of the pool was seen, what that offered counts (`shared/decide/offered.py`).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from shared.model.mesos import Amounts
from shared.model.offer import Offer
from shared.model.ports import Ports
from shared.policy.limits import ATTRIBUTES, HOST_PORTS, ROLE, Amount, Between


class Offers(Struct, frozen=True, kw_only=True):
    """What an agent of the pool offers as long as nothing runs there, as Mesos counts. For a pool that may be empty and
    of which no agent was ever seen, or none of the size that its scale set has now: waiting work then brings as many
    machines as it needs, and not one on trial first. What agents that are there, or were, offer counts before this."""

    cpus: Annotated[float, Amount(10_000)]
    """Processors, as DC/OS offers them: all of the machine's."""

    mem: Annotated[int, Between(1, 100_000_000)]
    """Megabytes of memory. DC/OS keeps something for itself: see an agent of the same size, or take a gigabyte or two
    less than the machine has."""

    disk: Annotated[int, Between(0, 1_000_000_000)] = 0
    """Megabytes of disk. Not written: none, and what needs any is taken to have no room there."""

    gpus: Annotated[int, Between(0, 1000)] = 0
    """Graphics processors. Work that needs none is taken to stay away from agents that have some."""

    ports: Annotated[str, HOST_PORTS] = ""
    """Host ports, as Mesos writes them. Not written: whichever is asked for."""

    attributes: Annotated[dict[str, str], ATTRIBUTES] = {}
    """Attributes that its agents announce, which constraints may be about."""

    role: Annotated[str, ROLE] = "*"
    """The role for which its agents reserve all they have by their settings: `slave_public` on public agents of DC/OS.
    """

    @property
    def offer(self) -> Offer:
        amounts = Amounts(self.cpus, self.mem, self.disk, self.gpus)
        return Offer({self.role: amounts}, self.attributes, ports_of(self.ports) if self.ports else None)


def ports_of(text: str) -> Ports:
    """`1025-2180, 2182-32000`."""
    ends = (part.strip().split("-") for part in text.split(","))
    return Ports.of((int(first), int(last)) for first, last in ends)
