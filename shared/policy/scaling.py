"""Scaling by load: which signals a pool follows, how fast, and who goes when it shrinks.

Here is what the policy says. What a signal asks for in nodes is worked out in `shared/scale/load.py`, the size that
follows in `shared/scale/rule.py`, and who goes in `shared/scale/victims.py`; the rules stand above their code there.
`schedules.py` has the sizes by the clock, within which load chooses.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from shared.policy.limits import METRIC, ZONE, Amount, Between, Percent
from shared.policy.share import Share

UP_TO_AN_HOUR = Between(timedelta(0), timedelta(hours=1))
UP_TO_A_DAY = Between(timedelta(0), timedelta(days=1))

_EXACT = 1e-9  # 0.9 and 0.1 are 1

PROTECTED = timedelta(minutes=30)
"""For how long a new machine is not taken. It came because somebody needed it, it fills up slowly while work is placed
on it, and to take it at once is to go to and fro. Yelp's Clusterman protects for 15 minutes and Kubernetes waits for 10
after any growth (Yelp/clusterman, min_node_scalein_uptime_seconds; kubernetes/autoscaler, scale-down-delay-after-add).
Both start machines in less time than DC/OS takes to install itself."""


class Resource(StrEnum):
    """Of an agent, as Mesos offers it."""

    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    GPU = "gpu"


class Age(StrEnum):
    """Who goes first among machines that differ in nothing else.

    youngest  what came last goes first: who has long been there stays, with caches that are filled
    oldest    who has long been there goes first: a pool renews itself as it breathes
    """

    YOUNGEST = "youngest"
    OLDEST = "oldest"


class Aim(Struct, frozen=True):
    """Which part of the nodes is to be in use, and by how much it may differ from that before anything is done; both
    from 0 to 1. 0.7 and 0.1: nothing is done between 60 and 75 %."""

    setpoint: Annotated[float, Percent(1, 100)] = 0.7
    """The part that is to be in use. 70 % leaves a node in three of room for what comes while new machines boot; more
    is cheaper where tasks come slowly."""

    margin: Annotated[float, Percent(0, 99)] = 0.1
    """Within so much less, or half as much more, nothing is done: what lacks is work that waits, and what is too much
    is a bill. With a larger margin a pool changes its size less often, and is too small for longer in the hours in
    which its load goes down and up again; 10 % came out best in `benchmarks/scaling.py`."""

    @property
    def grows_above(self) -> float:
        """The part in use above which there are too few nodes."""
        return self.setpoint + self.margin / 2

    @property
    def shrinks_below(self) -> float:
        """The part in use below which there are too many."""
        return self.setpoint - self.margin

    def __post_init__(self) -> None:
        if not 0 <= self.margin < self.setpoint <= 1 or self.grows_above > 1 + _EXACT:
            raise ValueError(f"a setpoint of {self.setpoint} with a margin of {self.margin} can't be kept to")


class Allocated(Struct, frozen=True):
    """What tasks of the pool have reserved for themselves of one resource, as a part of what its agents have."""

    of: Resource
    aim: Aim = Aim()


class Waiting(Struct, frozen=True):
    """Work that waits because it fits on no agent: as many nodes as it needs, by simulated placement."""


class Metric(Struct, frozen=True):
    """A number of the firehose, of which `per_node` is right for each node, and so is as much less as `margin` says, or
    half as much more. It is the sum over the nodes of the pool, and over all series of a node; or, of a metric with the
    tag `scales: POOL`, one number for that pool, whoever tells it."""

    name: Annotated[str, METRIC]
    per_node: Annotated[float, Amount(1e9)]
    margin: Annotated[float, Percent(0, 99)] = 0.1


class Thin(Struct, frozen=True):
    """Agents that are less full than `below`: as many nodes as are left when what runs there is moved onto the others,
    by simulated placement. It never asks for more nodes than there are, and for no fewer while work waits, a machine is
    not well, or it could not be read what runs where."""

    below: Annotated[float, Percent(1, 90)] = 0.4
    """Less full than this an agent is thin, by the resource of which most is reserved there. Two agents of less than
    half fit into one, so that more than 50% seldom finds any that can be emptied."""


class Constant(Struct, frozen=True):
    """So many nodes, whatever the load: one signal beside the others, of which the largest counts."""

    nodes: Annotated[int, Between(1, 1000)]


type Signal = Allocated | Waiting | Metric | Thin | Constant


class Pace(Struct, frozen=True, kw_only=True):
    """How fast the size follows the load. Growing is fast and shrinking slow: too few machines is work that waits now,
    too many is a bill. The defaults were chosen with `benchmarks/scaling.py`, which drives the rule through traces of
    load beside a model of another autoscaler."""

    window: Annotated[timedelta, Between(timedelta(minutes=1), timedelta(days=1))] = timedelta(minutes=15)
    """Stabilisation: a pool shrinks to the most that was asked for within this time, sooner only by a `drop`, and its
    direction changes at most once within it, but for a `jump`. Longer where load comes in bursts that follow each
    other; Kubernetes takes five minutes for pods, which cost less to start again than machines
    (HorizontalPodAutoscaler, scaleDown)."""

    grow_after: Annotated[timedelta, UP_TO_AN_HOUR] = timedelta(0)
    """For how long the pool must have been too small at every look before it grows. None: work waits meanwhile."""

    grow_pause: Annotated[timedelta, UP_TO_AN_HOUR] = timedelta(minutes=1)
    """Between two growths. A scale set takes a handful of writes a minute, and repair needs some of them."""

    shrink_pause: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=5)
    """Between any change of the size and shrinking it: as long as what was moved takes to come to rest."""

    jump: Share | None = Share(25, True)
    """Growth by so many nodes or more does not wait until the direction may change again. `none`: everything does, and
    then a load that jumps just after the pool began to shrink waits for up to a window."""

    drop: Share | None = Share(40, True)
    """So many nodes or more that nothing asked for in a quarter of the window are given up then already: a load that
    ended is no noise, and a short peak is not paid for twice. `none`: everything is kept for a whole window."""

    step_up: Share = Share(100, True)
    """How many nodes may be added at once: as many as there are. It is a limit for what numbers gone wrong can order,
    not a brake: ten times the size is reached in four pauses."""

    step_down: Share = Share(50, True)
    """How many nodes may be given up at once. It is no brake either: the window is one, and how many nodes are emptied
    at a time is a matter of the ledger, which repair draws from too."""


class Foresight(Struct, frozen=True, kw_only=True):
    """What the last weeks needed at the same hour is one signal more: machines are ordered ahead of it. It never makes
    a pool smaller than its other signals do, and while it was too wrong on the last day, it does not count."""

    weeks: Annotated[int, Between(2, 5)] = 4
    """How many weeks are looked back on. Two have to know an hour before anything is foreseen for it."""

    zone: Annotated[str, ZONE] = "UTC"
    """In whose local time an hour of this week is the same as one of the last."""

    trusted: Annotated[float, Percent(1, 100)] = 0.25
    """The largest error of the last day with which it counts: by how much of what was needed it was off, on the mean.
    """


class Spot(Struct, frozen=True, kw_only=True):
    """When Azure takes so many machines of a pool back that others are to stand in for it. Machines at the price of
    spot alone are ever evicted, so for a pool of others this says nothing."""

    evictions: Annotated[int, Between(1, 50)] = 3
    """More than so many within the time below are a wave. A spot machine now and then is what spot means, and its
    successor is ordered at once; when several go, the next ones mostly follow. Raise it for pools of hundreds."""

    within: Annotated[timedelta, Between(timedelta(minutes=5), timedelta(hours=12))] = timedelta(hours=1)
    """Within which time they are counted."""

    rest: Annotated[timedelta, Between(timedelta(minutes=5), timedelta(hours=12))] = timedelta(hours=1)
    """The wave is over when no machine was evicted for so long. Until then what the pool is to grow by is asked of its
    alternates first, and none of those shrinks. Shorter is cheaper, and work comes back sooner to machines that are
    taken again."""


class Scaling(Struct, frozen=True, kw_only=True):
    """How a pool follows its load, and how it shrinks, by the clock as well."""

    signals: tuple[Signal, ...] = ()
    """What the size follows; of several the largest counts. Not written: nothing, and schedules alone move it."""

    forecast: Foresight | None = None
    """What the signals asked for in the last weeks at this hour, as one more of them; the closest one counts as a
    whole. `{}` is one with its defaults."""

    alternates: tuple[str, ...] = ()
    """Pools of the same cluster that grow in the place of this one, in that order, while Azure has had no room for it
    for a quarter of an hour, its new machines do not join, or its spot machines are evicted in a wave. With `cheapest`
    in the order of what they cost for what a node of this one holds, by `price`; without a price they come last. Each
    has to follow a resource, a metric or `{nodes: N}`,
    so that it is known how many it needs of its own; they shrink again by their own rule when it is over. Two pools may
    name each other."""

    by_price: bool = False
    """Whether the alternates are written as `cheapest`, and their prices say in which order they are asked."""

    spot: Spot | None = Spot()
    """When evictions of spot machines are a wave. `none`: they never are."""

    pace: Pace = Pace()
    """How fast."""

    age: Age = Age.YOUNGEST
    """Who goes first among machines that differ in nothing else."""

    protect_new: Annotated[timedelta, UP_TO_A_DAY] = PROTECTED
    """For how long a new machine is not taken."""

    serving: Annotated[int, Between(0, 1000)] = 0
    """How many machines of the pool must go on to serve: what the load balancer of a public pool needs."""
