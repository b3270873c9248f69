"""The words for DC/OS's own parts: what a component is, and which units it has in which release on which role.

The data are in `component_services.py` (what runs), `component_beside.py` (what runs and is not in the component list)
and `component_parts.py` (what is built in), the questions in `components.py`.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from shared.model.health import Role
from shared.model.signals import Severity

RELEASES = ("1.7", "1.8", "1.9", "1.10", "1.11", "1.12", "1.13", "2.0", "2.1", "2.2")
"""The DC/OS releases that are known, oldest first (tags of dcos/dcos)."""

MASTERS = frozenset({Role.MASTER})
AGENTS = frozenset({Role.AGENT, Role.AGENT_PUBLIC})
EVERYWHERE = MASTERS | AGENTS


class Kind(StrEnum):
    """service  has units, so DC/OS reports its health
    part     is built into the image: no unit and no health, only a version"""

    SERVICE = "service"
    PART = "part"


class Reach(StrEnum):
    """How far a failure goes: nothing notices, this node, or the whole cluster when no other master does the work."""

    NOTHING = "nothing"
    NODE = "node"
    CLUSTER = "cluster"


class Units(Struct, frozen=True):
    """Units that are there from release `since` to release `until`, both included, on `roles`."""

    names: tuple[str, ...]
    roles: frozenset[Role]
    since: str = RELEASES[0]
    until: str = RELEASES[-1]
    enterprise: bool = False
    """Only in the Enterprise edition."""

    def is_in(self, release: str) -> bool:
        first, last, here = (RELEASES.index(one) for one in (self.since, self.until, release))
        return first <= here <= last


class Component(Struct, frozen=True, kw_only=True):
    """`takes_down` is a sentence: what no longer works when it fails. For a part, how its failure shows.

    `spellings` are other names of its units and packages; `successors` maps the first release in which another
    component does its work to that component. `is_listed` is false for parts that came later or stand beside.
    """

    name: str
    kind: Kind
    what: str
    takes_down: str
    source: str
    reach: Reach = Reach.NOTHING
    severity: Severity = Severity.INFO
    units: tuple[Units, ...] = ()
    spellings: tuple[str, ...] = ()
    successors: tuple[tuple[str, str], ...] = ()
    is_listed: bool = True

    @property
    def has_health(self) -> bool:
        return bool(self.units)
