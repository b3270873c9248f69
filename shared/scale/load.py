"""From what was read of a pool to how many nodes that load needs: one demand for each signal, with its reason.

A pool follows several signals at a time: how much of its agents is allocated, the work that waits for room, a metric,
a constant. Each becomes the same four words here, so that `rule.py` compares nodes with nodes and knows nothing of
processors and queues. What could not be read stays a failure: it is neither no load nor the load of before. What was
read too long ago, and numbers that can't be true, are failures as well.

Nothing here asks how large the pool is to be now, but for waiting work, which comes on top of the agents that there
are. So the answer is the same however often it is asked while machines boot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.mesos import Agent, Amounts
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Aim, Resource

FRESH = timedelta(minutes=5)
"""What is older says nothing of now. A look comes each minute; five of them may fail one after the other."""

_EXACT = 1e-9  # a sum of shares of a core is not exact, and 10.0000000001 nodes are ten


_HELD: dict[Resource, Callable[[Amounts], float]] = {
    Resource.CPU: lambda amounts: amounts.cpus,
    Resource.MEMORY: lambda amounts: amounts.mem_mb,
    Resource.DISK: lambda amounts: amounts.disk_mb,
    Resource.GPU: lambda amounts: amounts.gpus,
}


class Demand(Struct, frozen=True):
    """What one signal asks for, in nodes. `nodes` are right; fewer than `grow_below` are too few, more than
    `shrink_above` are too many, and between the two nothing is done. `because` is for people."""

    of: str
    nodes: int
    grow_below: int
    shrink_above: int
    because: str


def allocated(
    resource: Resource, agents: Reading[Sequence[Agent]], aim: Aim, now: datetime
) -> Reading[Demand]:
    """Nodes at which what tasks of the pool have reserved for themselves is the part of the agents that `aim` says.

    `agents` are the registered ones of the pool. All tasks count, also those on agents that get no new ones: they will
    be somewhere. An agent is worth what all of them have on average. Without any agent nothing can be said: then it is
    waiting work that asks for the first one.
    """
    found = _fresh(agents, now)
    if isinstance(found, Failure):
        return found
    held = _HELD[resource]
    totals = [total for agent in found.value if (total := held(agent.total)) > 0]
    if not totals:
        return _failed(found, f"no agent of the pool has any {resource}, so there is nothing to divide by")
    used = sum(held(agent.used) for agent in found.value)
    each = sum(totals) / len(totals)
    if not _is_amount(used) or not _is_amount(each):
        return _failed(found, f"{used} of {each} {resource} for each agent can't be")
    because = (
        f"{used / sum(totals):.0%} of the {resource} of {len(totals)} agents is allocated; {aim.setpoint:.0%} is"
        f" to be, {aim.margin:.0%} less or half as much more is left alone"
    )
    return _told(found, _around(resource, used / each, aim, because))


def waiting(nodes: Reading[int], agents: int, now: datetime, *, on_trial: bool = False) -> Reading[Demand]:
    """Nodes for what waits for room, on top of the `agents` that have joined and have none for it.

    `nodes` is how many empty agents of the pool would take all that waits and fits on none that is there, by simulated
    placement. Machines that boot are not among the agents: they are what was ordered for it. While anything waits,
    nothing goes away; when nothing does, it asks for nothing. `on_trial`: nobody knows what an agent of the pool holds,
    and one is to tell.
    """
    found = _fresh(nodes, now)
    if isinstance(found, Failure):
        return found
    if found.value < 0:
        return _failed(found, f"{found.value} nodes' worth of work can't wait")
    wanted = agents + found.value if found.value else 0
    because = f"what waits fills {found.value} nodes besides the {agents} that are there"
    if wanted and on_trial:
        because = (
            "work waits that fits nowhere else, and nobody knows yet what an agent of the pool holds: one machine on"
            f" trial besides the {agents} that are there"
        )
    because = because if wanted else "nothing waits"
    return _told(found, Demand(WAITING, wanted, wanted, wanted, because))


def metric(
    name: str, value: Reading[float], per_node: float, margin: float, now: datetime
) -> Reading[Demand]:
    """Nodes for a number that is to be `per_node` on each, `margin` (0 to 1) of that less or half as much more."""
    if not per_node > 0 or not 0 <= margin < 1:
        raise ValueError(f"{per_node} of {name} for each node, give or take {margin}, can't be kept to")
    found = _fresh(value, now)
    if isinstance(found, Failure):
        return found
    if not _is_amount(found.value):
        return _failed(found, f"{name} is {found.value}, which is no amount")
    because = f"{name} is {found.value:g}, and {per_node:g} is right for each node"
    ratio = found.value / per_node
    return _told(
        found, Demand(name, _up(ratio), _up(ratio / (1 + margin / 2)), _up(ratio / (1 - margin)), because)
    )


class Left(Struct, frozen=True):
    """As many nodes as are left when thin agents have been emptied, or as there are where none is, and why."""

    nodes: int
    because: str


WAITING, THIN, CONSTANT = "waiting", "thin", "constant"


def thin(left: Reading[Left], now: datetime) -> Reading[Demand]:
    """Nodes that are left when agents of which little is in use are emptied onto the others. They are never too few for
    that."""
    found = _fresh(left, now)
    if isinstance(found, Failure):
        return found
    nodes = found.value.nodes
    return _told(found, Demand(THIN, nodes, 0, nodes, found.value.because))


def constant(nodes: int, now: datetime) -> Reading[Demand]:
    """So many, whatever the load."""
    return Value(Demand(CONSTANT, nodes, nodes, nodes, f"the policy says {nodes}"), "policy", now)


def _around(of: str, filled: float, aim: Aim, because: str) -> Demand:
    """`filled`: nodes that would be full with what is allocated."""
    return Demand(
        of,
        _up(filled / aim.setpoint),
        _up(filled / aim.grows_above),
        _up(filled / aim.shrinks_below),
        because,
    )


def _fresh[T](reading: Reading[T], now: datetime) -> Reading[T]:
    if isinstance(reading, Failure) or abs(now - reading.taken_at) <= FRESH:
        return reading
    age_s = (now - reading.taken_at).total_seconds()
    if age_s < 0:
        return Failure(f"its time is {-age_s:.0f} s from now", reading.source, reading.taken_at)
    return Failure(
        f"it is {age_s:.0f} s old, more than {FRESH.total_seconds():.0f}", reading.source, reading.taken_at
    )


def _failed[T](found: Value[T], why: str) -> Failure:
    return Failure(why, found.source, found.taken_at)


def _told[T](found: Value[T], demand: Demand) -> Value[Demand]:
    return Value(demand, found.source, found.taken_at)


def _is_amount(value: float) -> bool:
    return math.isfinite(value) and value >= 0


def _up(nodes: float) -> int:
    return math.ceil(nodes - _EXACT)
