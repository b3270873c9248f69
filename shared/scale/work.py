"""What waits for room and where there could be room: the words of the simulated placement.

`Work` is so many like tasks of one application, as Marathon's queue tells of them or as they run on an agent that is to
go. `Host` is an agent as its offers show it. Both are plain numbers; `offers.py` makes hosts of what Mesos says,
`placement.py` brings the two together, and what does not fit comes back as a `Refusal` that says what was short.
Sources: mesosphere/marathon:docs/docs/rest-api/public/api/v2 (queue), docs/docs/constraints.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from shared.model.mesos import ANYBODY, Amounts
from shared.model.ports import Ports

PUBLIC = "slave_public"
"""The role for which DC/OS reserves all of a public agent by its settings."""

PORTS = 1000
"""Of an agent that does not say which host ports it has. Those of DC/OS have some 30,000."""

type Constraint = tuple[str, ...]
"""As Marathon writes it: field, operator, and where there is one a value."""


class Work(Struct, frozen=True, kw_only=True):
    """`count` tasks of one application that need the same: `needs` and a number of host ports each, among them those of
    `certain` numbers.

    `roles` are those whose resources it accepts (`acceptedResourceRoles`). `runs_on` says how many tasks of the
    application, beside these, run on which hosts, by the hosts' names: constraints are about all of them together. So
    the hosts of the whole cluster are told of; what runs on others is not counted.
    """

    app: str
    needs: Amounts
    count: int = 1
    ports: int = 0
    certain: tuple[int, ...] = ()
    roles: tuple[str, ...] = (ANYBODY,)
    constraints: tuple[Constraint, ...] = ()
    runs_on: Mapping[str, int] = field(default_factory=dict[str, int])


class Host(Struct, frozen=True, kw_only=True):
    """`name` is ours and unique, such as the agent's id; constraints are about `hostname`. `free` is what nobody uses,
    by role; `ports` how many host ports, and `open_ports` which: None where that is not known, and each is taken to be
    free. A host that is not `is_open` takes nothing, and what runs there counts for constraints all the same."""

    name: str
    hostname: str
    free: Mapping[str, Amounts]
    ports: int = PORTS
    open_ports: Ports | None = None
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    zone: str | None = None
    region: str | None = None
    is_open: bool = True


class Blank(Struct, frozen=True, kw_only=True):
    """What one more agent of a pool would offer, empty; ports as for a host. `zones` are those in which new machines
    come, one after the other and then again from the first; none: the pool has no zones."""

    free: Mapping[str, Amounts]
    ports: int = PORTS
    open_ports: Ports | None = None
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    zones: tuple[str, ...] = ()
    region: str | None = None

    def host(self, number: int, name: str = "") -> Host:
        """The new agent of this number, counted from 0; `name` it where it has been ordered already. Its hostname is
        not known before it is there: it differs from all others, and a constraint that asks for a certain one is not
        met."""
        name = name or f"new-{number + 1}"
        return Host(
            name=name,
            hostname=name,
            free=self.free,
            ports=self.ports,
            open_ports=self.open_ports,
            attributes=self.attributes,
            zone=self.zones[number % len(self.zones)] if self.zones else None,
            region=self.region,
        )


class Why(StrEnum):
    """Why work finds no room, in the order in which it is looked for.

    closed      no host takes new tasks
    role        no open host has anything for its roles
    gpus_kept   only hosts with graphics processors are left, and they are kept for work that needs some
    constraint  no host is left that its constraints allow
    cpus, memory, disk, gpus, ports
                hosts are left, and this is what most of them are short of
    most        new hosts would help, but there may not be so many
    """

    CLOSED = "closed"
    ROLE = "role"
    GPUS_KEPT = "gpus_kept"
    CONSTRAINT = "constraint"
    CPUS = "cpus"
    MEMORY = "memory"
    DISK = "disk"
    GPUS = "gpus"
    PORTS = "ports"
    MOST = "most"


class Spot(Struct, frozen=True):
    """`count` tasks of the application fit on the host."""

    app: str
    host: str
    count: int


class Refusal(Struct, frozen=True):
    """`count` tasks of the application fit nowhere. `detail` is the constraint that refuses. `short` says how many of
    the hosts that would do otherwise are short of what, the largest number first."""

    app: str
    count: int
    why: Why
    detail: str = ""
    short: Mapping[Why, int] = field(default_factory=dict[Why, int])

    def __str__(self) -> str:
        said = f"{self.why.value} ({self.detail})" if self.detail else self.why.value
        return f"{self.count} of {self.app}: {said}"
