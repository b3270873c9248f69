"""One machine in all its worlds, and what we judge of it.

A node is the join of an Azure instance (by scale set and instance id), its private address (by NIC), the Mesos agent
that announces that address, and what the inventory remembers. Any part may be missing; which parts are missing is
most of what there is to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from .azure import Instance
from .mesos import Agent
from .remedies import Remedy

SOON = timedelta(minutes=15)
"""Azure tells of a move to another host 10 to 15 minutes ahead and of a spot eviction 30 seconds ahead
(MicrosoftDocs/azure-docs, articles/virtual-machines/linux/scheduled-events.md)."""


class Condition(StrEnum):
    """Our verdict on a node.

    healthy      there, running, and its agent is active
    impaired     its agent is connected, and our own readings say that it does not do its work
    doomed       it works, and its end or its degradation is announced for a known time
    joining      a young machine whose agent has not registered yet
    stuck        a machine that was given time enough and never registered an agent
    unreachable  the machine is there and running, its agent is lost
    stopped      powered off but still allocated: somebody may have meant it
    gone         deleted, deallocated or evicted
    unknown      the readings do not say, or contradict each other

    Three are never judged of a node by itself, they say what its pool is to have (`shared/decide/capacity.py`), and
    how what runs there is spread (`shared/decide/relief.py`):

    short        a pool has fewer machines than it is to have
    surplus      it works, and its pool is to have fewer
    hot          it works, and is much fuller than the others of its pool
    """

    HEALTHY = "healthy"
    IMPAIRED = "impaired"
    DOOMED = "doomed"
    JOINING = "joining"
    STUCK = "stuck"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"
    GONE = "gone"
    UNKNOWN = "unknown"
    SHORT = "short"
    SURPLUS = "surplus"
    HOT = "hot"


OF_THE_POOL = frozenset({Condition.SHORT, Condition.SURPLUS, Condition.HOT})
"""What is said of a node, or of a size, only because of what its pool is to have: nothing is wrong with the node."""

TROUBLED = frozenset({Condition.IMPAIRED, Condition.DOOMED})


class Fate(StrEnum):
    """What an announced event does to a machine, as far as it asks for something.

    moves  its host goes or is failing: another host helps, and so does another machine
    ends   it is taken away, wherever it is: only another machine helps
    left   it is booted and keeps its disks, somebody means it, or nobody knows what it does: it is left to happen
    """

    MOVES = "moves"
    ENDS = "ends"
    LEFT = "left"


class Notice(Struct, frozen=True):
    """What somebody outside says of a node, as it is remembered until it is taken back (`shared/judge/notices.py`).

    `story` is the source's id of it, the same from its beginning to its end. `at` is the time of the last word by the
    source's clock, `heard_at` by ours. `is_doom`: an end or a degradation was announced, for `deadline` where a time
    was named; else it is an alert that the policy lets count for repair. `is_over`: it was taken back; it is remembered
    for a while, so that a message that comes late does not bring it back.
    """

    story: str
    what: str
    source: str
    since: datetime
    at: datetime
    heard_at: datetime
    deadline: datetime | None = None
    is_doom: bool = True
    is_over: bool = False


class Helped(Struct, frozen=True):
    """A remedy after which the node was well again, and when that was proved."""

    remedy: Remedy
    at: datetime


class Holding(Struct, frozen=True):
    """What an agent keeps for one role of a framework: reservations, and so many volumes. `on_own_disk`: one of those
    is on a disk of its own, which outlives the temporary disk."""

    role: str
    principal: str
    volumes: int = 0
    on_own_disk: bool = False

    @classmethod
    def of(cls, agent: Agent) -> tuple[Holding, ...]:
        """In the order of roles and principals."""
        owners = {(one.role, one.principal) for one in agent.reservations}
        owners |= {(one.role, one.principal) for one in agent.volumes}
        held: list[Holding] = []
        for role, principal in sorted(owners):
            volumes = [one for one in agent.volumes if (one.role, one.principal) == (role, principal)]
            held.append(cls(role, principal, len(volumes), any(one.source != "ROOT" for one in volumes)))
        return tuple(held)


class NodeMemory(Struct, frozen=True):
    """What the inventory remembers of a node, because Mesos and Azure forget.

    `agent_id` and `tasks` are those of the last time its agent was active. `replaces` is the operation in whose
    course it came. `connected` is whether its agent was active when it was last seen, `losses` are the times of the
    last week at which it was found lost: an agent that comes and goes is remembered for it. `told_of` is when the
    latest thing happened that events told of it, `taken_at` when Azure deleted or evicted it by its own word.
    `helped` are the remedies of the last week after which it was well again, oldest first. `traits` are what failed
    machines may share (`shared/judge/traits.py`), `created_at` is Azure's. `held` is what its agent kept for frameworks
    when it was last active; None: nobody has looked.
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
    replaces: str | None = None
    connected: bool = False
    losses: tuple[datetime, ...] = ()
    told_of: datetime | None = None
    taken_at: datetime | None = None
    helped: tuple[Helped, ...] = ()
    notices: tuple[Notice, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict[str, str])
    created_at: datetime | None = None
    held: tuple[Holding, ...] | None = None


class Node(Struct, frozen=True, gc=False):
    """A machine as the judge sees it. `address` is the NIC's, or the remembered one where there is no NIC.

    `rivals` counts agents that announce this address besides each other, so that none of them can be told to be
    this machine's; 0 in an orderly world. Of nodes and findings there are many, nothing in them refers back to them,
    and Python need not look for circles there (`gc`).
    """

    name: str
    pool: str
    instance: Instance | None
    agent: Agent | None
    memory: NodeMemory | None
    address: str | None
    rivals: int = 0


class Finding(Struct, frozen=True, gc=False):
    """What we judge of a node, by which numbered rule of `shared/judge/conditions.py`, in one sentence.

    `blind` says that the condition is unknown because a reading failed: a fault of our eyes, not of the node.
    `deadline` is when a doomed node ends and `fate` how, `unit` the failed systemd unit by which an impaired one is.
    `read_at` is when that was last read where that was before the snapshot; `is_heard`: it was told and cannot be read;
    `is_asked`: DC/OS was asked for it, and can be asked again.
    """

    node: Node
    condition: Condition
    rule: int
    because: str
    blind: bool = False
    deadline: datetime | None = None
    unit: str = ""
    fate: Fate | None = None
    read_at: datetime | None = None
    is_heard: bool = False
    is_asked: bool = False

    @property
    def is_connected(self) -> bool:
        """Whether its agent is: then it still works for somebody."""
        return self.node.agent is not None and self.node.agent.active

    @property
    def trouble(self) -> str:
        """What is wrong with a node whose agent is connected, in words that it shares with others that have the same.
        Empty for every other node."""
        if self.condition not in TROUBLED or not self.is_connected:
            return ""
        return f"{self.condition.value} ({self.unit})" if self.unit else self.condition.value

    def is_lost_anew(self, since: datetime) -> bool:
        """Whether its agent is lost and was connected again after this time, by what Mesos says of its registration.
        Whoever looks once a minute does not see that it was back in between."""
        agent = self.node.agent
        registered = agent.registered_at if agent is not None else None
        return self.condition is Condition.UNREACHABLE and registered is not None and registered > since

    def ends_soon(self, now: datetime) -> bool:
        """Whether it still works and is announced to be taken away within `SOON`: nothing can wait for long then."""
        known = self.condition is Condition.DOOMED and self.fate in {Fate.ENDS, Fate.MOVES}
        return known and self.deadline is not None and self.deadline <= now + SOON
