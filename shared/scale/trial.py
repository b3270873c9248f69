"""One machine on trial: for a pool of which nobody knows what its machines hold.

What waits may be far too large for it, or of a kind that it never offers. Nobody can tell before one has joined, and
then it is known for good. So one is worth it when something waits that found no room elsewhere, and that nothing known
of the pool excludes:

1. A machine may hold any amount of anything, and any host port.
2. It offers something for the roles of agents that the pool had before, and has their attributes. Where it never had
   any, it may be for every role, and constraints are no hindrance.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.model.mesos import Amounts
from shared.model.offer import Offer
from shared.scale.placement import Placement, grow
from shared.scale.work import Blank, Host, Work

ANY_AMOUNT = Amounts(1e6, 1e9, 1e9, 1e4)
ANY_PORTS = 1_000_000


def on_trial(works: Sequence[Work], hosts: Sequence[Host], like: Offer | None) -> Placement:
    """What of this work, which found no room on the hosts, would go to a machine on trial; `new` is 0 or 1. `like` is
    what agents of another size offered there."""
    asked, roles, attributes = works, {role for one in works for role in one.roles}, dict[str, str]()
    if like is None:
        asked = [replace(one, constraints=()) for one in works]
    else:
        roles, attributes = set(like.free), dict(like.attributes)
    full = [replace(one, is_open=False) for one in hosts]
    blank = Blank(free=dict.fromkeys(sorted(roles), ANY_AMOUNT), ports=ANY_PORTS, attributes=attributes)
    return grow(asked, full, blank, most=1, gpus_are_kept=False)
