"""The masters of a cluster: what each says of itself, and what is judged of it.

A master is a node like an agent in most things: it has a name, an address, a machine in Azure, a condition, incidents
and operations. So it is told in the same words (`Node`, `Finding`, `Condition`), in a pool of its own that no policy
can name (`MASTERS`). What it has besides is a seat in the quorum: whether it surely serves, and whether it leads.
Read by `shared/operate/masters.py`, judged by `shared/judge/masters.py`, guarded by `shared/guards/quorum.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from .azure import Instance, Machine
from .health import Ensemble
from .nodes import Finding
from .readings import Reading

MASTERS = "(masters)"
"""The pool of the masters. No pool of a policy can have this name."""


class MesosMaster(Struct, frozen=True):
    """What one Mesos master says of itself.

    `known_as` are its own names (`host:port`) when it leads, and empty when it does not; `follows` is the leader that
    it names otherwise, None for nobody. `recovered` is its `registrar/log/recovered` (apache/mesos:docs/monitoring.md),
    None when it does not say. `started_at` is when its process began, by our clock.
    """

    known_as: frozenset[str] = frozenset()
    follows: str | None = None
    recovered: bool | None = None
    started_at: datetime | None = None

    @property
    def leads(self) -> bool:
        return bool(self.known_as)


class MastersSaid(Struct, frozen=True):
    """What the masters of one cluster say: each Mesos master by its address in the policy, and ZooKeeper's ensemble as
    Exhibitor tells it."""

    mesos: Mapping[str, Reading[MesosMaster]]
    ensemble: Reading[Ensemble]


class MasterReadings(Struct, frozen=True):
    """All readings of the masters at one time; `started_at` is before the first request was sent. `machines` None:
    Azure was not asked, because nothing is wrong with any of them or the policy does not name their machines."""

    started_at: datetime
    said: MastersSaid
    machines: Reading[tuple[Machine, ...]] | None = None


class Seat(Struct, frozen=True):
    """One master's seat in the quorum. `serves`: by all that we read it surely does its part, anything unknown counts
    against it. `moves`: it was started a moment ago, or Azure is doing something to its machine. `started_at` is when
    its Mesos was started, as far as it says."""

    finding: Finding
    serves: bool
    leads: bool
    moves: bool
    started_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.finding.node.name


class Council(Struct, frozen=True):
    """All seats, in the order of the policy. `at_work` are the masters with a running operation by the operation's id,
    `unproven` those that were worked on and have not been well since."""

    read_at: datetime
    seats: tuple[Seat, ...]
    ensemble: Reading[Ensemble]
    at_work: Mapping[str, str]
    unproven: frozenset[str]

    @property
    def majority(self) -> int:
        """Of all that the policy names, whether they answer or not: 1 of 1, 2 of 3, 3 of 5."""
        return len(self.seats) // 2 + 1

    def seat(self, name: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.name == name), None)


def as_instance(machine: Machine) -> Instance:
    """A master's machine in the words of an instance; Azure knows it by its name alone."""
    return Instance(
        name=machine.name,
        instance_id=machine.name,
        vm_id=machine.vm_id,
        power=machine.power,
        provisioning=machine.provisioning,
        fault_domain=machine.fault_domain,
        zone=machine.zone,
        created_at=machine.created_at,
        update_domain=machine.update_domain,
        image=machine.image,
        size=machine.size,
        guest_agent=machine.guest_agent,
        health=machine.health,
        failure=machine.failure,
    )
