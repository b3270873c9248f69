"""Judging: from a snapshot to one finding per node. Pure.

`nodes` joins what Azure, Mesos and the inventory say of one machine; `conditions` says what that amounts to.
`judge` does both for a whole cluster. What is done about a finding is decided in `shared/decide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.model.nodes import Finding, NodeMemory
from shared.model.snapshot import Snapshot
from shared.policy.schema import ClusterPolicy

from .conditions import condition_of
from .nodes import nodes_of_pool

__all__ = ["judge"]


def judge(
    snapshot: Snapshot, policy: ClusterPolicy, memory: Mapping[str, NodeMemory], now: datetime
) -> tuple[Finding, ...]:
    """One finding per node of every pool, ordered by pool and node. Same inputs, same findings."""
    findings: list[Finding] = []
    for pool in sorted(policy.pools, key=lambda pool: pool.name):
        grace = pool.repair.join_timeout
        findings.extend(
            condition_of(node, snapshot, grace, now) for node in nodes_of_pool(snapshot, pool.name, memory)
        )
    return tuple(findings)
