"""What the inventory has to learn from a snapshot. No I/O.

Mesos forgets an agent that it gave up and Azure forgets a deleted instance, so what both said while the node was well
is kept: address, agent id, what ran there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from shared.judge.flapping import MOST_LOSSES, WEEK, Losses, losses_of
from shared.judge.traits import lasting_traits
from shared.model.nodes import Condition, Finding, Holding, Node, NodeMemory
from shared.records import Change, Kept


def inventory_changes(
    findings: Iterable[Finding],
    inventory: Mapping[str, Kept[NodeMemory]],
    forgotten: Iterable[str],
    told_of: Mapping[str, datetime],
    now: datetime,
) -> list[Change[NodeMemory]]:
    """Only what differs from what is remembered. Nodes that Azure does not list keep what is remembered of them, and
    what was told of them now. `told_of` is by node when the latest thing happened that was told now."""
    changes: list[Change[NodeMemory]] = []
    for finding in findings:
        node = finding.node
        new = _with_loss(finding, learned_of(node, now), now)
        at = told_of.get(node.name) if node.instance is not None else None
        if new is not None and at is not None and (new.told_of is None or at > new.told_of):
            new = replace(new, told_of=at)
        kept = inventory.get(node.name)
        if new != (kept.value if kept else None) and (kept or node.instance is not None):
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
        memory,
        fault_domain=instance.fault_domain,
        zone=instance.zone,
        address=node.address or memory.address,
        traits=lasting_traits(instance),
        created_at=instance.created_at or memory.created_at,
    )
    if agent is None or not agent.active:
        return memory
    return replace(
        memory,
        agent_id=agent.agent_id,
        hostname=agent.hostname,
        tasks=agent.tasks,
        held=Holding.of(agent),
        joined_at=memory.joined_at or now,
        connected=True,
    )


def _with_loss(finding: Finding, memory: NodeMemory | None, now: datetime) -> NodeMemory | None:
    """A loss is counted once, when an agent that was connected is found lost; not while nobody can see."""
    if memory is None or not memory.connected or finding.condition is not Condition.UNREACHABLE:
        return memory
    recent = tuple(at for at in memory.losses if at > now - WEEK)
    return replace(memory, connected=False, losses=(*recent, now)[-MOST_LOSSES:])


def flapping(changes: Iterable[Change[NodeMemory]], now: datetime) -> list[tuple[str, Losses]]:
    """Nodes that were lost just now, and often before: name and how often."""
    told = ((change.row, change.value) for change in changes if change.value is not None)
    return [
        (name, losses_of(memory, now))
        for name, memory in told
        if memory.losses[-1:] == (now,) and losses_of(memory, now).is_flapping
    ]
