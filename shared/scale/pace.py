"""What is remembered of a pool's size from one look to the next.

How fast the size follows the load is said by the policy (`shared/policy/scaling.py`), and the rule is in `rule.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field


class Way(StrEnum):
    """In which direction the size was changed."""

    UP = "up"
    DOWN = "down"


class Look(Struct, frozen=True):
    """The most that was asked for in a slice of time that begins at `at`. `shrink_above` None: a signal could not be
    read, so nobody knows whether there were too many."""

    at: datetime
    nodes: int
    shrink_above: int | None


class Course(Struct, frozen=True):
    """What the rule remembers of a pool: goes in and comes out, and is kept with the ledger.

    `looks` reach back one window, without a gap since `since`, and the last was at `seen_at`. `short_since`: every look
    since then found too few nodes. `changed_at` and `grown_at` are the last changes of the size, `way` is that of the
    last, and `turned_at` when the direction last was another than before. `needed`: the most that load asked for in
    each quarter of an hour, of those that are not in the pool's past yet (`shared/model/past.py`).
    """

    looks: tuple[Look, ...] = ()
    since: datetime | None = None
    seen_at: datetime | None = None
    short_since: datetime | None = None
    changed_at: datetime | None = None
    grown_at: datetime | None = None
    turned_at: datetime | None = None
    way: Way | None = None
    needed: Mapping[int, int] = field(default_factory=dict[int, int])
