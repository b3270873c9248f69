"""How fast a pool follows its load, and what is remembered from one look to the next.

Growing is fast and shrinking slow: too few machines is work that waits now, too many is a bill. The defaults were
chosen with `benchmarks/scaling.py`, which drives the rule through traces of load beside a model of another autoscaler.
The rule itself is in `rule.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.policy.schema import Share


class Pace(Struct, frozen=True, kw_only=True):
    """How fast the size follows the load."""

    window: timedelta = timedelta(minutes=20)
    """Stabilisation: a pool shrinks to the most that was asked for within this time, and its direction changes at
    most once within it, but for a `jump`. Longer where load comes in bursts that follow each other; Kubernetes takes
    five minutes for pods, which cost less to start again than machines (HorizontalPodAutoscaler, scaleDown)."""

    grow_after: timedelta = timedelta(0)
    """For how long the pool must have been too small at every look before it grows. None: work waits meanwhile."""

    grow_pause: timedelta = timedelta(minutes=1)
    """Between two growths. A scale set takes a handful of writes a minute, and repair needs some of them."""

    shrink_pause: timedelta = timedelta(minutes=5)
    """Between any change of the size and shrinking it: as long as what was moved takes to come to rest."""

    jump: Share | None = Share(25, True)
    """Growth by so many nodes or more does not wait until the direction may change again. None: everything does, and
    then a load that jumps just after the pool began to shrink waits for up to a window."""

    step_up: Share = Share(100, True)
    """How many nodes may be added at once: as many as there are. It is a limit for what numbers gone wrong can order,
    not a brake: ten times the size is reached in four pauses."""

    step_down: Share = Share(50, True)
    """How many nodes may be given up at once. It is no brake either: the window is one, and how many nodes are emptied
    at a time is a matter of the ledger, which repair draws from too."""


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
    last, and `turned_at` when the direction last was another than before.
    """

    looks: tuple[Look, ...] = ()
    since: datetime | None = None
    seen_at: datetime | None = None
    short_since: datetime | None = None
    changed_at: datetime | None = None
    grown_at: datetime | None = None
    turned_at: datetime | None = None
    way: Way | None = None
