"""What a guard is asked: may this node be taken away and brought back, now?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared.model.azure import Provisioning
from shared.model.decisions import Answer, Number
from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Finding
from shared.model.overrides import Override
from shared.model.readings import Value
from shared.model.remedies import Remedy
from shared.model.snapshot import Snapshot
from shared.policy.schema import ClusterPolicy, PoolPolicy

MOVING = frozenset({Provisioning.CREATING, Provisioning.DELETING})


class Tally(Struct, frozen=True):
    """A pool in numbers, counted once for all questions about it.

    `missing` are nodes that Azure does not list, `moving` instances that are being created or deleted. `machines` and
    `connected` are those of the whole cluster: nodes that are not gone, and those of all nodes whose agent is
    connected. Agents of machines that we do not know count for nothing: they may be another cluster's.
    """

    conditions: Mapping[Condition, int]
    missing: int
    moving: int
    machines: int
    connected: int

    @property
    def nodes(self) -> int:
        return sum(self.conditions.values())


class Question(Struct, frozen=True):
    """`remedy` is what is asked for. `operation` is the one on whose behalf is asked, None before there is one; its own
    disruption does not stand in its way. `incident` is the open incident's id, None before it is written; `begun_at` is
    when the operation began, None before."""

    cluster: ClusterPolicy
    pool: PoolPolicy
    snapshot: Snapshot
    tally: Tally
    finding: Finding
    remedy: Remedy
    ledger: Ledger
    overrides: Sequence[Override]
    incident: str | None
    operation: str | None
    begun_at: datetime | None
    now: datetime


def tally_pools(snapshot: Snapshot, findings: Sequence[Finding]) -> dict[str, Tally]:
    """Every pool of the snapshot in numbers."""
    conditions: dict[str, Counter[Condition]] = {pool: Counter() for pool in snapshot.pools}
    missing: Counter[str] = Counter()
    for finding in findings:
        conditions[finding.node.pool][finding.condition] += 1
        missing[finding.node.pool] += finding.node.instance is None
    machines = sum(finding.condition is not Condition.GONE for finding in findings)
    connected = sum(finding.node.agent is not None and finding.node.agent.active for finding in findings)
    return {
        pool: Tally(conditions[pool], missing[pool], _moving(snapshot, pool), machines, connected)
        for pool in snapshot.pools
    }


def _moving(snapshot: Snapshot, pool: str) -> int:
    instances = snapshot.pools[pool].instances
    if not isinstance(instances, Value):
        return 0
    return sum(instance.provisioning in MOVING for instance in instances.value)


def allow(guard: str, numbers: Mapping[str, Number]) -> Answer:
    return Answer(guard, True, "ok", numbers)


def refuse(guard: str, reason: str, until: datetime | None, numbers: Mapping[str, Number]) -> Answer:
    return Answer(guard, False, reason, numbers, until)
