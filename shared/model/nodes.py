"""One machine in all its worlds, and what we judge of it.

A node is the join of an Azure instance (by scale set and instance id), its private address (by NIC), the Mesos agent
that announces that address, and what the inventory remembers. Any part may be missing; which parts are missing is
most of what there is to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from .azure import Instance
from .mesos import Agent


class Condition(StrEnum):
    """Our verdict on a node.

    healthy      there, running, and its agent is active
    joining      a young machine whose agent has not registered yet
    unreachable  the machine is there and running, its agent is lost
    stopped      powered off but still allocated: somebody may have meant it
    gone         deleted, deallocated or evicted
    unknown      the readings do not say, or contradict each other
    """

    HEALTHY = "healthy"
    JOINING = "joining"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"
    GONE = "gone"
    UNKNOWN = "unknown"


class NodeMemory(Struct, frozen=True):
    """What the inventory remembers of a node, because Mesos and Azure forget.

    `agent_id` and `tasks` are those of the last time its agent was active. `destroyed_by` and `replaces` are
    operation ids: who destroyed this node, and in whose place it came. `lost_at` is when its agent was first missed.
    """

    name: str
    pool: str
    instance_id: str
    vm_id: str
    first_seen_at: datetime
    fault_domain: int | None = None
    zone: str | None = None
    address: str | None = None
    agent_id: str | None = None
    hostname: str | None = None
    tasks: Mapping[str, int] = field(default_factory=dict[str, int])
    joined_at: datetime | None = None
    lost_at: datetime | None = None
    destroyed_by: str | None = None
    replaces: str | None = None


class Node(Struct, frozen=True):
    """A machine as the judge sees it. `address` is the NIC's, or the remembered one where there is no NIC."""

    name: str
    pool: str
    instance: Instance | None
    agent: Agent | None
    memory: NodeMemory | None
    address: str | None


class Finding(Struct, frozen=True):
    """What we judge of a node, by which numbered rule of `shared/judge/conditions.py`, in one sentence.

    `since` is when this condition was first seen, as far as memory tells.
    """

    node: Node
    condition: Condition
    rule: int
    because: str
    since: datetime
