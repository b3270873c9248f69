"""What a guard is asked: may this node be taken away and brought back, now?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from shared.model.azure import Provisioning
from shared.model.decisions import Answer, Number
from shared.model.ledger import Disruption, Ledger
from shared.model.masters import Council
from shared.model.nodes import Condition, Finding
from shared.model.overrides import Override, OverrideKind, in_force
from shared.model.readings import Value
from shared.model.remedies import Remedy
from shared.model.snapshot import Snapshot
from shared.model.suspects import Suspect
from shared.policy.schema import ClusterPolicy, PoolPolicy

MOVING = frozenset({Provisioning.CREATING, Provisioning.DELETING})
NOT_YET = frozenset({Condition.GONE, Condition.JOINING})
"""What has no agent, and should not have one."""


class Tally(Struct, frozen=True):
    """A pool in numbers, counted once for all questions about it.

    `missing` are nodes that Azure does not list, `moving` instances that are being created or deleted. `machines` and
    `connected` are those of the whole cluster: nodes that are not gone and had time to join, and those of all nodes
    whose agent is connected. Agents of machines that we do not know count for nothing: they may be another cluster's.
    `sizes` are the nodes of every pool of the cluster. `troubles` counts connected nodes by what is wrong with them,
    `stuck` are the machines that never joined and after which no other one has.
    """

    conditions: Mapping[Condition, int]
    missing: int
    moving: int
    machines: int
    connected: int
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])
    troubles: Mapping[str, int] = field(default_factory=dict[str, int])
    stuck: tuple[str, ...] = ()

    @property
    def nodes(self) -> int:
        return sum(self.conditions.values())


class Question(Struct, frozen=True):
    """`remedy` is what is asked for. `operation` is the one on whose behalf is asked, None before there is one; its own
    disruption does not stand in its way. `incident` is the open incident's id, None before it is written; `begun_at` is
    when the operation began, None before. `elsewhere` is what is disrupted in the cluster's other pools, `suspects`
    are what the failed nodes share; `moving`: the operation is moving what runs on the node. `aim` is the size that the
    pool is to have, where that is why it is asked."""

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
    elsewhere: Sequence[Disruption] = ()
    suspects: Sequence[Suspect] = ()
    moving: bool = False
    council: Council | None = None
    """The masters, where it is one of them that is asked about."""
    aim: int | None = None

    @property
    def own(self) -> Disruption | None:
        """The place in the ledger of the operation on whose behalf is asked."""
        mine = (entry for entry in self.ledger.active if entry.operation == self.operation)
        return next(mine, None) if self.operation else None

    @property
    def is_urgent(self) -> bool:
        """Whether the node is emptied ahead of an end that is near: that cannot wait, and destroys nothing."""
        own = self.own
        if own is not None:
            return own.urgent
        return self.remedy is Remedy.REPLACE and self.finding.ends_soon(self.now)

    @property
    def only_empties(self) -> bool:
        """Urgent, and Azure has not taken the machine yet: its tasks move, and a successor is ordered after a look at
        the set of its own. What is left of it is destroyed when it was taken, and that is another finding."""
        return self.is_urgent and self.finding.condition is Condition.DOOMED


def tally_pools(snapshot: Snapshot, findings: Sequence[Finding]) -> dict[str, Tally]:
    """Every pool of the snapshot in numbers."""
    of_pool: dict[str, list[Finding]] = {pool: [] for pool in snapshot.pools}
    machines = connected = 0
    for finding in findings:
        of_pool[finding.node.pool].append(finding)
        machines += finding.condition not in NOT_YET
        connected += finding.is_connected
    sizes = {pool: len(own) for pool, own in of_pool.items()}
    return {
        pool: Tally(
            conditions=Counter([finding.condition for finding in own]),
            missing=len([0 for finding in own if finding.node.instance is None]),
            moving=_moving(snapshot, pool),
            machines=machines,
            connected=connected,
            sizes=sizes,
            troubles=Counter([trouble for finding in own if (trouble := finding.trouble)]),
            stuck=_stuck(own),
        )
        for pool, own in of_pool.items()
    }


def _stuck(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The machines that never joined, that new ones would be like, and after whose coming no other one has joined."""
    stuck = [one.node for one in findings if one.condition is Condition.STUCK and not is_outdated(one)]
    last = last_join(findings) if stuck else None
    return tuple(
        [
            node.name
            for node in stuck
            if node.memory is None or last is None or node.memory.first_seen_at >= last
        ]
    )


def is_outdated(finding: Finding) -> bool:
    """Whether the set's model was changed since the machine was made."""
    instance = finding.node.instance
    return instance is not None and instance.latest_model is False


def last_join(findings: Iterable[Finding]) -> datetime | None:
    """When a machine of these last joined for the first time, of those that are connected now."""
    joined = [
        finding.node.memory.joined_at
        for finding in findings
        if finding.is_connected and finding.node.memory is not None and finding.node.memory.joined_at
    ]
    return max(joined, default=None)


def _moving(snapshot: Snapshot, pool: str) -> int:
    instances = snapshot.pools[pool].instances
    if not isinstance(instances, Value):
        return 0
    return sum([instance.provisioning in MOVING for instance in instances.value])


def approval_since(question: Question, since: datetime | None) -> Override | None:
    """A person's word, given at `since` or later, that this remedy is to be used in this pool, or for this incident;
    with None, in this pool at whatever time."""
    subjects = [question.pool.name]
    if since is not None and question.incident is not None:
        subjects.append(question.incident)
    for override in in_force(question.overrides, OverrideKind.APPROVE, subjects, question.now):
        if override.remedy == question.remedy.value and (since is None or override.since >= since):
            return override
    return None


def allow(guard: str, numbers: Mapping[str, Number]) -> Answer:
    return Answer(guard, True, "ok", numbers)


def refuse(guard: str, reason: str, until: datetime | None, numbers: Mapping[str, Number]) -> Answer:
    return Answer(guard, False, reason, numbers, until)
