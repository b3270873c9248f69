"""What the inventory has to learn from a snapshot. No I/O.

Mesos forgets an agent that it gave up and Azure forgets a deleted instance, so what both said while the node was well
is kept: address, agent id, what ran there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from shared.model.nodes import Finding, Node, NodeMemory
from shared.records import Change, Kept


def inventory_changes(
    findings: Iterable[Finding],
    inventory: Mapping[str, Kept[NodeMemory]],
    forgotten: Iterable[str],
    now: datetime,
) -> list[Change[NodeMemory]]:
    """Only what differs from what is remembered. Nodes that Azure does not list keep what is remembered of them."""
    changes: list[Change[NodeMemory]] = []
    for finding in findings:
        node = finding.node
        if node.instance is None:
            continue
        new = learned_of(node, now)
        if new != node.memory:
            kept = inventory.get(node.name)
            changes.append(Change(node.name, new, kept.etag if kept else None))
    dropped = (name for name in forgotten if name in inventory)
    changes.extend(Change(name, None, inventory[name].etag) for name in sorted(dropped))
    return changes


def learned_of(node: Node, now: datetime) -> NodeMemory | None:
    """What is to be remembered of a node from now on; None for one that neither Azure nor memory knows."""
    instance, agent = node.instance, node.agent
    if instance is None:
        return node.memory
    memory = node.memory or NodeMemory(node.name, node.pool, instance.instance_id, instance.vm_id, now)
    memory = replace(
        memory, fault_domain=instance.fault_domain, zone=instance.zone, address=node.address or memory.address
    )
    if agent is None or not agent.active:
        return memory
    return replace(
        memory,
        agent_id=agent.agent_id,
        hostname=agent.hostname,
        tasks=agent.tasks,
        joined_at=memory.joined_at or now,
    )
