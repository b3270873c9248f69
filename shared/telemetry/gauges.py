"""How much there is now, as a pass sees it: nodes by condition, sizes, what is used of the ledger, open incidents.

What could not be read is not told, so that a line breaks off and does not fall to zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from shared.decide.repair import Situation
from shared.model.incidents import IncidentState
from shared.model.readings import Failure
from shared.model.signals import SignalKind
from shared.policy.schema import PoolPolicy
from shared.ports.telemetry import Fact, Point

from .measures import (
    HAD,
    INCIDENTS_OPEN,
    LEDGER_LIMIT,
    LEDGER_USED,
    NODES,
    PASSES,
    WANTED,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def gauges_of(situation: Situation) -> list[Point]:
    cluster = situation.cluster.name
    states = Counter(one.state for one in situation.incidents.values())
    is_sweep = any(signal.kind is SignalKind.SWEEP for signal in situation.signals)
    points = [Point(PASSES.name, 1, {"cluster": cluster, "woken_by": "sweep" if is_sweep else "signal"})]
    points += [
        Point(INCIDENTS_OPEN.name, states[state], {"cluster": cluster, "state": state.value})
        for state in (IncidentState.OPEN, IncidentState.HANDED_OVER)
    ]
    return [*points, *(point for pool in situation.cluster.pools for point in _of_pool(situation, pool))]


def _of_pool(situation: Situation, pool: PoolPolicy) -> Iterator[Point]:
    facts: dict[str, Fact] = {"cluster": situation.cluster.name, "pool": pool.name}
    readings, book = situation.snapshot.pools[pool.name], situation.ledgers[pool.name]
    conditions = situation.tallies[pool.name].conditions
    for condition, count in conditions.items():
        yield Point(NODES.name, count, {**facts, "condition": condition.value})
    if not isinstance(readings.instances, Failure):
        yield Point(HAD.name, len(readings.instances.value), facts)
    if book.is_unread:
        return
    if book.wanted is not None:
        yield Point(WANTED.name, book.wanted, facts)
    now, limits = situation.now, pool.disruption
    nodes = max(book.wanted or 0, sum(conditions.values()))
    for over, used, limit in (
        ("now", sum(not entry.urgent for entry in book.active), limits.at_once.of(nodes)),
        ("hour", sum(at > now - HOUR for at in book.started), limits.per_hour),
        ("day", sum(at > now - DAY for at in book.started), limits.per_day),
    ):
        yield Point(LEDGER_USED.name, used, {**facts, "over": over})
        yield Point(LEDGER_LIMIT.name, limit, {**facts, "over": over})
