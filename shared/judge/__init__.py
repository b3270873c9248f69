"""Judging: from a snapshot to one finding per node. Pure.

`nodes` joins what Azure, Mesos and the inventory say of one machine; `conditions` says what that amounts to.
`ill` and `notices` know what speaks against a node whose agent is connected. `judge` does all of that for a whole
cluster. What failed nodes share is found by `correlation`. What is done about a finding is decided in `shared/decide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import chain

from shared.model.nodes import Finding, NodeMemory
from shared.model.snapshot import Snapshot
from shared.policy.schema import ClusterPolicy

from .conditions import Light, condition_of
from .ill import Ills
from .nodes import nodes_of_pool

__all__ = ["judge"]


def judge(
    snapshot: Snapshot, policy: ClusterPolicy, memory: Mapping[str, NodeMemory], now: datetime
) -> tuple[Finding, ...]:
    """One finding per node of every pool, ordered by pool and node. Same inputs, same findings."""
    pools = sorted(policy.pools, key=lambda pool: pool.name)
    nodes = {pool.name: nodes_of_pool(snapshot, pool.name, memory) for pool in pools}
    ills = Ills(snapshot, chain.from_iterable(nodes.values()), now)
    findings: list[Finding] = []
    for pool in pools:
        light = Light(snapshot, ills, pool.repair.join_timeout, now)
        findings.extend(condition_of(node, light) for node in nodes[pool.name])
    return tuple(findings)
