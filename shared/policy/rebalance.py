"""Whether a pool is evened out: what the policy says of it.

How full the agents of a pool are is one thing that gets uneven by itself: new ones are empty and old ones are full.
What is done about it is worked out in `shared/decide/relief.py`, by the numbers that stand here.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from shared.policy.limits import Percent


class Rebalance(Struct, frozen=True, kw_only=True):
    """Whether a pool is evened out, and from when on it is worth it. Nothing of it is done where nothing is written."""

    spread: bool = False
    """Whether a pool of which a zone or a fault domain has at least two machines more than another is evened out: one
    machine is added, and when it has joined, one that may go leaves the fullest place, emptied as when a pool shrinks.
    Azure chooses where the new one comes; where that did not help, nothing is tried again for a day. Not by default,
    because what works is taken away for it, and for some minutes there is one machine more to pay. Write it, with
    `windows`, where a pool that lost a zone is to come back to all of them."""

    load: bool = False
    """Whether a task is moved now and then from an agent that is much fuller than the others of its pool: one that is
    one of several of its application, keeps nothing and says what it needs. It is ended, Marathon starts it where it
    finds room, and nothing else moves in the pool before the application is whole and ten minutes are over. Not by
    default, because to end what works is for those who ask for it. Write it where new agents stay empty for long."""

    hot: Annotated[float, Percent(1, 99)] = 0.8
    """Above which part of what it has an agent is called hot, by the resource of which most is reserved there. 80 %
    leaves what is merely full in peace. Raise it where agents are meant to be full."""

    apart: Annotated[float, Percent(1, 99)] = 0.2
    """By how much fuller than the mean of its pool it has to be besides. Where all agents are full, nothing is gained
    by moving: such a pool has to grow."""

    pays: Annotated[float, Percent(1, 99)] = 0.1
    """By how much the fuller of the two agents, the one that the task leaves and the one to which it comes, has to be
    less full afterwards than the first was before, whichever agent Marathon chooses. What does not bring that is not
    moved; and when it did not after all, nothing moves in the pool for a day. A tenth of an agent is worth a start."""
