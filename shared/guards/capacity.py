"""Capacity sanity: do Azure's numbers make sense before one is acted on?

1. The set's capacity is zero or less, or no instance is listed: refuse. Zero is a suspicion, not a fact, and a pool
   that is to be empty has nothing to repair. A pool that may be empty by the policy, was wanted empty, and of which
   nothing is missing or in flight may grow from there: then both zeros are what was to be expected.
2. Capacity and the number of listed instances differ by more than what is in flight (active disruptions, machines
   being created or deleted): refuse. Two readings must agree.
3. Capacity lies further below the wanted size than the nodes explain that are known to be missing or in flight:
   refuse. Somebody may be scaling in at this moment.
4. Azure's own autoscale moves the pool, its capacity is within those bounds and below the wanted size, and an operation
   of ours is at work there: a machine that is not listed any more waits, because until that ends nobody can tell
   whether Azure scaled it in.

What could not be read at all is refused, as by `self_doubt`. Only while a node is emptied ahead of an end that is near,
nobody asks for the capacity if it could not be read: in a wave of evictions Azure answers too many questions with 429.
Published: a throttled read cached as -1 made a target of 3 and deleted 197 of 200 nodes
(kubernetes/autoscaler#3240).
"""

from __future__ import annotations

from shared.model.decisions import Answer
from shared.model.readings import Failure
from shared.model.remedies import Remedy

from .question import Question, allow, refuse

GUARD = "capacity"
BY_ITSELF = frozenset({"capacity_unread", "capacity_autoscaled"})
"""Reasons that end by themselves, or that a person is told of otherwise."""


def ask(question: Question) -> Answer:
    readings = question.snapshot.pools[question.pool.name]
    if isinstance(readings.scale_set, Failure) or isinstance(readings.instances, Failure):
        if question.only_empties and not isinstance(readings.instances, Failure):
            return allow(GUARD, {"listed": len(readings.instances.value)})
        return refuse(GUARD, "capacity_unread", None, {})
    capacity, listed = readings.scale_set.value.capacity, len(readings.instances.value)
    wanted = question.ledger.wanted
    in_flight, missing = len(question.ledger.active) + question.tally.moving, question.tally.missing
    numbers = {
        "capacity": capacity,
        "listed": listed,
        "wanted": wanted,
        "in_flight": in_flight,
        "missing": missing,
    }
    if (capacity <= 0 or listed == 0) and not _is_to_begin(question, capacity, listed):
        return refuse(GUARD, "capacity_zero", None, numbers)
    if abs(capacity - listed) > in_flight:
        return refuse(GUARD, "capacity_disagrees", None, numbers)
    if wanted is not None and wanted - capacity > missing + in_flight:
        return refuse(GUARD, "capacity_fell", None, numbers)
    if _may_be_scaled_in(question, capacity):
        return refuse(GUARD, "capacity_autoscaled", None, numbers)
    return allow(GUARD, numbers)


def _is_to_begin(question: Question, capacity: int, listed: int) -> bool:
    """The exception of condition 1."""
    is_quiet = not question.ledger.active and not question.tally.missing
    may_be_empty = question.pool.capacity.min == 0 and question.ledger.wanted == 0
    return question.remedy is Remedy.GROW and capacity == listed == 0 and may_be_empty and is_quiet


def _may_be_scaled_in(question: Question, capacity: int) -> bool:
    """Condition 4."""
    bounds, wanted = question.pool.azure_autoscale, question.ledger.wanted
    if bounds is None or wanted is None or question.operation is not None or not question.ledger.active:
        return False
    is_listed = question.finding.node.instance is not None
    return not is_listed and bounds.min <= capacity < min(wanted, bounds.max + 1)
