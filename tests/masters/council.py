"""What the pure core is given about masters, in one line each.

    masters = Masters(3)                 three that serve, the first leads, on running machines
    masters.is_silent(1)                 nobody hears of the second
    masters.seats(), masters.council()   what is judged
    masters.decide()                     what is decided, by address

For pure functions, as tests/builders.py is; tests of the whole product use hall.py.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from shared.decide.masters import decide_masters, question_about
from shared.decide.repair import Situation
from shared.guards import Question
from shared.judge.masters import judge_masters
from shared.model.azure import GuestAgent, Machine, Power, Provisioning
from shared.model.decisions import Decision
from shared.model.health import (
    UNREAD,
    ClusterHealth,
    Diagnostics,
    Ensemble,
    FailedUnit,
    Health,
    Member,
    NodeHealth,
    Role,
)
from shared.model.incidents import Incident
from shared.model.masters import MASTERS, Council, MasterReadings, MastersSaid, MesosMaster, Seat
from shared.model.nodes import Condition, NodeMemory
from shared.model.overrides import Override
from shared.model.readings import Failure, Reading, Value
from shared.model.remedies import Remedy
from shared.model.signals import Severity
from shared.policy.quorum import Quorum
from shared.policy.schema import Mode
from tests.builders import DAY, NOW, Cluster, cluster_policy, read, unread

VMS = "dcos-master-633E21A3-*"


def diagnosed(
    address: str,
    unit: str,
    health: Health = Health.CRITICAL,
    severity: Severity = Severity.CRITICAL,
    ago: timedelta = timedelta(0),
) -> Reading[ClusterHealth]:
    """DC/OS's own diagnostics say this of one master."""
    failed = FailedUnit(unit, health, None, "It goes down.", severity)
    diagnostics = Diagnostics((NodeHealth(address, Role.MASTER, health, (failed,)),))
    said = read(diagnostics, NOW - ago)
    return read(ClusterHealth(said, unread(), unread(), unread(), {}), NOW - ago)


class Masters:
    """`named` is how the policy calls them, where that is not by their address."""

    def __init__(self, count: int, quorum: Quorum | None = None, named: tuple[str, ...] = ()) -> None:
        self.addresses = tuple(f"172.16.0.{5 + number}" for number in range(count))
        self.named = named or self.addresses
        given = quorum if quorum is not None else Quorum(vms=VMS, addresses=self.addresses if named else ())
        self.policy = cluster_policy(masters=self.named, quorum=given, mode=Mode.ENFORCE)
        leader = frozenset({f"{self.addresses[0]}:5050"})
        first = MesosMaster(leader, None, True, NOW - DAY)
        other = MesosMaster(frozenset(), f"{self.addresses[0]}:5050", True, NOW - DAY)
        self.mesos: list[MesosMaster | None] = [first, *[other] * (count - 1)]
        self.ensemble = [(address, "serving") for address in self.addresses]
        self.azure = [_machine(number, address) for number, address in enumerate(self.addresses)]
        self.health: Reading[ClusterHealth] = UNREAD
        self.memory: dict[str, NodeMemory] = {}
        self.incidents: dict[str, Incident] = {}
        self.overrides: list[Override] = []
        self.at_work: dict[str, str] = {}
        self.unproven: set[str] = set()
        self.ensemble_unread = self.machines_unread = False
        self.elected_at = NOW - DAY
        self.started_at = self.now = NOW

    # What happens to them.

    def is_silent(self, number: int) -> None:
        """Neither its Mesos nor its ZooKeeper is heard."""
        self.mesos_is_silent(number)
        self.ensemble[number] = (self.addresses[number], "down")

    def mesos_is_silent(self, number: int) -> None:
        self.mesos[number] = None

    def said(self, number: int, **other: Any) -> None:
        """Its Mesos says something else."""
        known = self.mesos[number]
        if known is None:
            raise ValueError(f"master {number} is silent")
        self.mesos[number] = replace(known, **other)

    def machine(self, number: int, **other: Any) -> None:
        self.azure[number] = replace(self.azure[number], **other)

    def has_been(
        self, number: int, condition: Condition, ago: timedelta = timedelta(hours=1), **other: Any
    ) -> None:
        """Its incident is open for so long."""
        address, since = self.addresses[number], NOW - ago
        plain = Incident(f"i-{number}", "prod", MASTERS, address, condition, "", since, since)
        self.incidents[address] = replace(plain, **other)

    def hung(self, number: int, ago: timedelta = timedelta(hours=1), **other: Any) -> None:
        """Silent, and its incident is open for so long."""
        self.is_silent(number)
        self.has_been(number, Condition.UNREACHABLE, ago, **other)

    # What is asked about them.

    def readings(self) -> MasterReadings:
        mesos = {name: self._mesos(said) for name, said in zip(self.named, self.mesos, strict=True)}
        members = tuple(Member(one, state, state == "serving", False) for one, state in self.ensemble)
        if members:
            members = (replace(members[0], leads=True), *members[1:])
        ensemble: Reading[Ensemble] = unread("exhibitor") if self.ensemble_unread else read(Ensemble(members))
        machines: Reading[tuple[Machine, ...]] = (
            unread("azure.machines") if self.machines_unread else read(tuple(self.azure))
        )
        return MasterReadings(self.started_at, MastersSaid(mesos, ensemble), machines)

    def seats(self) -> tuple[Seat, ...]:
        return judge_masters(self.policy, self.readings(), self.health, self.memory, self.now)

    def seat(self, number: int) -> Seat:
        return self.seats()[number]

    def council(self) -> Council:
        readings = self.readings()
        return Council(
            readings.started_at, self.seats(), readings.said.ensemble, self.at_work, frozenset(self.unproven)
        )

    def situation(self) -> Situation:
        plain = Cluster(3)
        plain.elected_at = self.elected_at
        return Situation(
            cluster=self.policy,
            snapshot=plain.snapshot(),
            findings=(),
            incidents=self.incidents,
            ledgers={},
            busy=frozenset(self.at_work),
            signals=(),
            overrides=tuple(self.overrides),
            now=self.now,
        )

    def question(self, number: int, operation: str | None = None) -> Question:
        seat, council = self.seat(number), self.council()
        return question_about(self.situation(), council, seat.finding, Remedy.RESTART, operation)

    def decide(self) -> dict[str, Decision]:
        return {one.node: one for one in decide_masters(self.situation(), self.council())}

    def decision(self, number: int) -> Decision | None:
        return self.decide().get(self.addresses[number])

    def _mesos(self, said: MesosMaster | None) -> Reading[MesosMaster]:
        return Failure("does not answer", "mesos", NOW) if said is None else Value(said, "mesos", NOW)


def _machine(number: int, address: str) -> Machine:
    return Machine(
        name=f"dcos-master-633E21A3-{number}",
        vm_id=f"vm-master-{number}",
        power=Power.RUNNING,
        provisioning=Provisioning.SUCCEEDED,
        address=address,
        fault_domain=number % 3,
        guest_agent=GuestAgent.READY,
    )
