"""What DC/OS says of itself: units on nodes, ZooKeeper's ensemble, Marathon, checks.

These are readings like all others: each part is a value or a failure, and a part that could not be read says nothing,
neither well nor unwell. A unit that failed carries the name of its component and what its failure takes down, so that
whoever reads of it need not know DC/OS by heart.
Sources: dcos/dcos-diagnostics:api/structures.go, dcos/exhibitor (InstanceStateTypes), dcos/dcos-check-runner:runner.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct, field

from .readings import Failure, Reading
from .signals import Severity


class Role(StrEnum):
    """What a node is in DC/OS, in the words of its diagnostics."""

    MASTER = "master"
    AGENT = "agent"
    AGENT_PUBLIC = "agent_public"


class Health(StrEnum):
    """Diagnostics say 0, 1, 2, 3 for these; checks say 0, 2, 1, 3. Anything else is unknown."""

    OK = "ok"
    CRITICAL = "critical"
    WARNING = "warning"
    UNKNOWN = "unknown"

    @property
    def is_bad(self) -> bool:
        """Unknown is neither good nor bad."""
        return self in {Health.CRITICAL, Health.WARNING}


class FailedUnit(Struct, frozen=True):
    """A unit that is not well on one node. `component` is None for a unit that nobody has told us of. `says` is the
    beginning and the end of what it printed, empty where it was not asked. `stops_work`: without it an agent does not
    do its work, though its Mesos agent may be connected."""

    unit: str
    health: Health
    component: str | None
    takes_down: str
    severity: Severity
    says: str = ""
    stops_work: bool = False


class NodeHealth(Struct, frozen=True):
    """One node as the diagnostics of a master see it. `role` None: it was not said, or in no word that we know.
    `is_read` false: it is not well, and which of its units fail could not be read."""

    address: str
    role: Role | None
    health: Health
    failed: tuple[FailedUnit, ...] = ()
    is_read: bool = True


class Diagnostics(Struct, frozen=True):
    """All nodes that the diagnostics list. An agent whose Mesos agent is down is *not* in it (the list is made from
    the agents of the leading master), so absence says nothing about health. `dcos_version` is that of the node that
    was asked, empty where it does not say. `others` counts nodes that are not in `nodes`, by health: in what is kept of
    a reading (`shared/records/last_health.py`) those are the well agents, and what went beyond its limits.
    """

    nodes: tuple[NodeHealth, ...]
    dcos_version: str = ""
    others: Mapping[Health, int] = field(default_factory=dict[Health, int])

    @property
    def masters(self) -> tuple[NodeHealth, ...]:
        return tuple(node for node in self.nodes if node.role is Role.MASTER)

    def node(self, address: str) -> NodeHealth | None:
        return next((node for node in self.nodes if node.address == address), None)


class Mode(StrEnum):
    """What a ZooKeeper server is in its ensemble, in ZooKeeper's own words."""

    LEADER = "leader"
    FOLLOWER = "follower"
    STANDALONE = "standalone"


class Member(Struct, frozen=True):
    """One ZooKeeper server as its Exhibitor sees it: latent, down, not serving or serving."""

    address: str
    state: str
    serves: bool
    leads: bool


class Ensemble(Struct, frozen=True):
    members: tuple[Member, ...]

    def mode_of(self, address: str) -> Mode | None:
        """None for a server that does not serve or is not in the ensemble."""
        found = next((one for one in self.members if one.address == address), None)
        if found is None or not found.serves:
            return None
        if len(self.members) == 1:
            return Mode.STANDALONE
        return Mode.LEADER if found.leads else Mode.FOLLOWER

    @property
    def is_whole(self) -> bool:
        """All serve, and exactly one leads."""
        return bool(self.members) and all(one.serves for one in self.members) and self.leaders == 1

    @property
    def leaders(self) -> int:
        return sum(one.leads for one in self.members)


class Waiting(Struct, frozen=True):
    """An application that Marathon can't place: `missing` instances. `overdue`: it is not waiting for a back-off."""

    app: str
    missing: int
    overdue: bool


class Marathon(Struct, frozen=True):
    """`leader` None: Marathon answers, and none of it leads."""

    leader: str | None
    waiting: tuple[Waiting, ...] = ()


class Check(Struct, frozen=True):
    """One check of DC/OS 1.12 and later. `output` is the beginning and the end of what it printed. `stops_work` is as
    for a unit."""

    name: str
    health: Health
    output: str = ""
    stops_work: bool = False


UNREAD = Failure(
    "nobody has asked DC/OS for its own health yet", "dcos.health", datetime.min.replace(tzinfo=UTC)
)
"""Stands where a reading of the health would stand."""


class ClusterHealth(Struct, frozen=True):
    """`checks` is the cluster's checks, `node_checks` those of each master and of some ill agents, by address. Both are
    empty where the release has no checks API. `packages` are those that are active on a master, name to version: all
    that can be known of components that are built in and have no health."""

    diagnostics: Reading[Diagnostics]
    ensemble: Reading[Ensemble]
    marathon: Reading[Marathon]
    checks: Reading[tuple[Check, ...]]
    node_checks: Mapping[str, Reading[tuple[Check, ...]]]
    packages: Reading[Mapping[str, str]] = UNREAD
