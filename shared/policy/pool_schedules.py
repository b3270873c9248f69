"""What decides about a pool by the clock needs of the policy: its schedules, and what they move within.

Apart from `schedules.py`, because it also needs the hard bounds of the pool, which `schema.py` has.
"""

from __future__ import annotations

from msgspec import Struct

from shared.policy.schedules import Schedule
from shared.policy.schema import Capacity


class PoolSchedules(Struct, frozen=True, kw_only=True):
    """The schedules of one pool, and what they move within. `price` is that of a node for an hour, in any currency;
    None where nobody said."""

    cluster: str
    pool: str
    capacity: Capacity
    schedules: tuple[Schedule, ...] = ()
    price: float | None = None
