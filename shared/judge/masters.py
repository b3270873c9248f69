"""What the readings of the masters amount to: one seat each, by numbered rules in the order in which they are asked.

 1. No Mesos master answers, or the readings are from the future: unknown (blind). It is likelier us that is cut off
    than all of them at once.
 2. Azure says that it is stopped, deallocated, or on its way there, but its Mesos answers: unknown, the two contradict
    each other.
 3. Azure says the same, and its Mesos does not answer: stopped.
 4. Azure is starting it or doing something else to it, and its Mesos does not answer: stopped, on its way somewhere.
 5. Its Mesos does not answer, and its machine could not be read: unknown (blind).
 6. Its Mesos does not answer, but its ZooKeeper serves: impaired, by the unit of its Mesos master.
 7. Its Mesos does not answer: unreachable.
 8. The ensemble could not be read: unknown (blind).
 9. Exhibitor names none of the masters by their address, so that its ZooKeeper cannot be told; or its ZooKeeper runs
    and cannot serve, because those that do not run leave no majority, which is no fault of its own: it is judged by
    what follows, and healthy at best, but never serves.
10. Its ZooKeeper does not serve, or is not in the ensemble: impaired, by Exhibitor's unit.
11. It does not say whether its registry is recovered: unknown.
12. Its registry is not recovered: impaired, by the unit of its Mesos master.
13. Two masters lead, or it follows another one than the one that leads: unknown, they contradict each other.
14. Nobody leads: unknown (blind), an election may be under way.
15. It follows nobody, though another leads: impaired, by the unit of its Mesos master.
16. DC/OS's own diagnostics said, lately and since its Mesos was started, that a critical unit has failed there:
    impaired, by that unit.
17. Otherwise: healthy.

Only by rules 16 and 17, and with a ZooKeeper that does, a master surely serves; everything that is not known counts
against it. Each rule has a test of
the same number in tests/judge/test_masters.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.azure import Machine, Power, Provisioning
from shared.model.health import ClusterHealth, FailedUnit, Health
from shared.model.masters import MASTERS, MasterReadings, MesosMaster, Seat, as_instance
from shared.model.nodes import Condition, Finding, Node, NodeMemory
from shared.model.readings import Failure, Reading, Value
from shared.model.signals import Severity
from shared.policy.schema import ClusterPolicy

from .ill import AHEAD, FRESH

MESOS_UNIT, EXHIBITOR_UNIT = "dcos-mesos-master.service", "dcos-exhibitor.service"
SETTLING = timedelta(minutes=3)
"""How long a master that was started counts as one that moves."""
OFF = frozenset({Power.STOPPING, Power.STOPPED, Power.DEALLOCATING, Power.DEALLOCATED})
ON_ITS_WAY = frozenset({Power.STARTING, Power.STOPPING, Power.DEALLOCATING})
BUSY = frozenset({Provisioning.CREATING, Provisioning.UPDATING, Provisioning.DELETING})
SERVES = frozenset({16, 17})
RUNS, NOT_THERE = "not serving", frozenset({"down", "latent", None})
"""States of Exhibitor: of a ZooKeeper that runs without serving, and of those that do not run (dcos/exhibitor,
InstanceStateTypes); None for one that is not in the ensemble."""
_UNIT = re.compile(r"dcos-[A-Za-z0-9_.@-]{1,100}")
"""What may be named in a command on the master."""


def judge_masters(
    cluster: ClusterPolicy,
    readings: MasterReadings,
    health: Reading[ClusterHealth],
    memory: Mapping[str, NodeMemory],
    now: datetime,
) -> tuple[Seat, ...]:
    """One seat per master, in the order of the policy. Each is named by its private address."""
    hall = _Hall(cluster, readings, health, now)
    places = zip(cluster.masters, cluster.master_addresses, strict=True)
    return tuple(_seat(_Place(hall, master, name, memory.get(name))) for master, name in places)


class _Hall:
    """What is said of all masters together."""

    def __init__(
        self,
        cluster: ClusterPolicy,
        readings: MasterReadings,
        health: Reading[ClusterHealth],
        now: datetime,
    ) -> None:
        self.readings, self.now = readings, now
        self.mesos, self.ensemble = readings.said.mesos, readings.said.ensemble
        self.health = health.value if isinstance(health, Value) else None
        self.addresses = cluster.master_addresses
        self.leading = [
            master for master, one in self.mesos.items() if isinstance(one, Value) and one.value.leads
        ]
        self.leader_names = self._names(cluster)
        found = readings.machines.value if isinstance(readings.machines, Value) else ()
        members = self.ensemble.value.members if isinstance(self.ensemble, Value) else ()
        self.states = {one.address: one.state for one in reversed(members)}
        """Of the servers of the ensemble; of two with one address the first one counts."""
        self.of_strangers = self.states.keys().isdisjoint(self.addresses)
        """Whether the ensemble is one of servers with other names than ours."""
        self.machines = {machine.address: machine for machine in found if machine.address is not None}

    @property
    def is_silent(self) -> bool:
        return all(isinstance(one, Failure) for one in self.mesos.values())

    def _names(self, cluster: ClusterPolicy) -> frozenset[str]:
        """Everything that the one leader is called."""
        if len(self.leading) != 1:
            return frozenset()
        (leader,) = self.leading
        said = self.mesos[leader]
        own = said.value.known_as if isinstance(said, Value) else frozenset[str]()
        host = dict(zip(cluster.masters, cluster.master_addresses, strict=True))[leader]
        port = leader.partition(":")[2] or "5050"
        return own | {f"{leader.partition(':')[0]}:{port}", f"{host}:{port}"}


class _Place(Struct, frozen=True):
    """One master in the hall: as the policy names it, its private address, and what is remembered of it."""

    hall: _Hall
    master: str
    address: str
    memory: NodeMemory | None

    @property
    def said(self) -> MesosMaster | None:
        """None: its Mesos does not answer."""
        reading = self.hall.mesos.get(self.master)
        return reading.value if isinstance(reading, Value) else None

    @property
    def machine(self) -> Machine | None:
        return self.hall.machines.get(self.address)

    def is_(self, condition: Condition, rule: int, because: str, unit: str = "") -> Finding:
        return Finding(self._node(), condition, rule, because, unit=unit)

    def blind(self, rule: int, because: str) -> Finding:
        return Finding(self._node(), Condition.UNKNOWN, rule, because, blind=True)

    def _node(self) -> Node:
        instance = as_instance(self.machine) if self.machine is not None else None
        return Node(self.address, MASTERS, instance, None, self.memory, self.address)


def _seat(place: _Place) -> Seat:
    finding, said = _finding(place), place.said
    return Seat(
        finding=finding,
        serves=finding.rule in SERVES and _zookeeper(place) is True,
        leads=said is not None and said.leads,
        moves=_moves(place),
        started_at=said.started_at if said is not None else None,
    )


def _moves(place: _Place) -> bool:
    said, machine, now = place.said, place.machine, place.hall.now
    started = said.started_at if said is not None else None
    if started is not None and now - started < SETTLING:
        return True
    return machine is not None and (machine.provisioning in BUSY or machine.power in ON_ITS_WAY)


def _finding(place: _Place) -> Finding:
    hall = place.hall
    if hall.readings.started_at > hall.now + AHEAD:
        return place.blind(1, "the readings are from the future, our clock was put back")
    if hall.is_silent:
        return place.blind(1, "no Mesos master answers: it may be us that is cut off")
    by_azure = _by_azure(place)
    if by_azure is not None:
        return by_azure
    said = place.said
    if said is None:
        return _silent(place)
    return _by_zookeeper(place) or _by_mesos(place, said) or _by_units(place, said)


def _by_azure(place: _Place) -> Finding | None:
    """Rules 2 to 4."""
    machine, answers = place.machine, place.said is not None
    if machine is None:
        return None
    if machine.power in OFF:
        if answers:
            contradiction = f"Azure says {machine.power.value}, but its Mesos answers"
            return place.is_(Condition.UNKNOWN, 2, contradiction)
        return place.is_(Condition.STOPPED, 3, f"its machine is {machine.power.value}")
    if not answers and (machine.power is Power.STARTING or machine.provisioning in BUSY):
        return place.is_(Condition.STOPPED, 4, "Azure is doing something to its machine")
    return None


def _silent(place: _Place) -> Finding:
    """Rules 5 to 7."""
    machines, serves = place.hall.readings.machines, _zookeeper(place) is True
    if isinstance(machines, Failure):
        return place.blind(5, f"its Mesos does not answer, and Azure could not be read: {machines.why}")
    if serves:
        text = "its Mesos does not answer, though its ZooKeeper serves"
        return place.is_(Condition.IMPAIRED, 6, text, MESOS_UNIT)
    return place.is_(Condition.UNREACHABLE, 7, "its Mesos does not answer")


def _zookeeper(place: _Place) -> bool | None:
    """Whether its ZooKeeper serves; None when nobody says."""
    ensemble = place.hall.ensemble
    return None if isinstance(ensemble, Failure) else ensemble.value.mode_of(place.address) is not None


def _by_zookeeper(place: _Place) -> Finding | None:
    """Rules 8 and 10."""
    ensemble = place.hall.ensemble
    if isinstance(ensemble, Failure):
        return place.blind(8, f"the ensemble of ZooKeeper could not be read: {ensemble.why}")
    state = place.hall.states.get(place.address)
    serves = ensemble.value.mode_of(place.address) is not None
    if not serves and not place.hall.of_strangers and not _lacks_a_majority(place):
        text = "its ZooKeeper is not in the ensemble" if state is None else f"its ZooKeeper is {state}"
        return place.is_(Condition.IMPAIRED, 10, text, EXHIBITOR_UNIT)
    return None


def _lacks_a_majority(place: _Place) -> bool:
    """Whether its ZooKeeper runs without serving, as it must when a majority of the ensemble is down or missing."""
    states, addresses = place.hall.states, place.hall.addresses
    if states.get(place.address) != RUNS:
        return False
    everybody = {*states, *addresses}
    down = sum(states.get(one) in NOT_THERE for one in everybody)
    return len(everybody) - down < len(everybody) // 2 + 1


def _by_mesos(place: _Place, said: MesosMaster) -> Finding | None:
    """Rules 11 to 15."""
    hall = place.hall
    if said.recovered is None:
        return place.is_(Condition.UNKNOWN, 11, "it does not say whether its registry is recovered")
    if not said.recovered:
        return place.is_(Condition.IMPAIRED, 12, "its registry is not recovered", MESOS_UNIT)
    if len(hall.leading) > 1:
        return place.is_(Condition.UNKNOWN, 13, f"masters {' and '.join(hall.leading)} both lead")
    if not hall.leading:
        return place.blind(14, "no master leads, an election may be under way")
    if said.leads:
        return None
    if said.follows is None:
        return place.is_(
            Condition.IMPAIRED, 15, f"it follows nobody, while {hall.leading[0]} leads", MESOS_UNIT
        )
    if said.follows not in hall.leader_names:
        text = f"it follows {said.follows}, while {hall.leading[0]} leads"
        return place.is_(Condition.UNKNOWN, 13, text)
    return None


def _by_units(place: _Place, said: MesosMaster) -> Finding:
    """Rules 9, 16 and 17."""
    hall = place.hall
    if hall.health is not None and isinstance(hall.health.diagnostics, Value):
        at = hall.health.diagnostics.taken_at
        is_fresh = -AHEAD <= hall.now - at <= FRESH and not (said.started_at and said.started_at > at)
        node = hall.health.diagnostics.value.node(place.address)
        failed = [unit for unit in node.failed if _counts(unit)] if node and is_fresh else []
        if failed:
            text = f"DC/OS said at {at:%H:%M:%S} UTC that {failed[0].unit} has failed there"
            return place.is_(Condition.IMPAIRED, 16, text, failed[0].unit)
    what = "leads" if said.leads else "follows the leader"
    if hall.of_strangers:
        text = f"it {what}, its registry is recovered; its ZooKeeper cannot be told, for Exhibitor names no master so"
        return place.is_(Condition.HEALTHY, 9, text)
    if _lacks_a_majority(place):
        text = f"it {what}, its registry is recovered; its ZooKeeper runs, and has no majority to serve with"
        return place.is_(Condition.HEALTHY, 9, text)
    return place.is_(Condition.HEALTHY, 17, f"it {what}, its registry is recovered, its ZooKeeper serves")


def _counts(unit: FailedUnit) -> bool:
    is_critical = unit.health is Health.CRITICAL and unit.severity is Severity.CRITICAL
    return is_critical and _UNIT.fullmatch(unit.unit) is not None
