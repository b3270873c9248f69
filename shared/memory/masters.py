"""The masters of a cluster in memory: Mesos, registry, ZooKeeper.

Everything is well until a verb says otherwise: `dies`, `process_dies`, `returns`, `elects`. The first that serves
leads, unless `elects` said another one. Without a majority nobody leads.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.health import Ensemble, Member
from shared.model.masters import MastersSaid, MesosMaster
from shared.model.readings import Failure, Reading, Value
from shared.ports.clock import Clock
from shared.ports.masters import MasterReports

LONG_AGO = timedelta(days=30)


class MemoryMasters(MasterReports):
    """`addresses` are both those in the policy and the private ones."""

    def __init__(self, clock: Clock, addresses: tuple[str, ...]) -> None:
        self.addresses = addresses
        self.down: set[str] = set()
        """Those whose Mesos master does not answer."""
        self.without_zookeeper: set[str] = set()
        self.without_registry: set[str] = set()
        self.outside: set[str] = set()
        """Those that are not in the ensemble of ZooKeeper."""
        self.exhibitor_hangs = False
        self.reads = 0
        self._clock = clock
        self._started = dict.fromkeys(addresses, clock.now() - LONG_AGO)
        self._leader: str | None = addresses[0]

    @property
    def leader(self) -> str | None:
        """None while fewer than a majority serve."""
        able = [one for one in self.addresses if one not in self.down and one not in self.without_zookeeper]
        if 2 * len(able) <= len(self.addresses):
            return None
        if self._leader not in able:
            self._leader = able[0]
        return self._leader

    def dies(self, address: str) -> None:
        """The whole machine hangs or is off: neither Mesos nor ZooKeeper answers there."""
        self.down.add(address)
        self.without_zookeeper.add(address)

    def process_dies(self, address: str) -> None:
        """Its Mesos master alone."""
        self.down.add(address)

    def returns(self, address: str) -> None:
        """It runs again, started just now."""
        self.down.discard(address)
        self.without_zookeeper.discard(address)
        self._started[address] = self._clock.now()

    def elects(self, address: str) -> None:
        self._leader = address

    def started_at(self, address: str) -> datetime:
        return self._started[address]

    async def read(self) -> MastersSaid:
        self.reads += 1
        return MastersSaid({one: self._mesos(one) for one in self.addresses}, self._ensemble())

    def _mesos(self, address: str) -> Reading[MesosMaster]:
        now, leader = self._clock.now(), self.leader
        if address in self.down:
            return Failure("does not answer", f"mesos {address}", now)
        said = MesosMaster(
            known_as=frozenset({f"{address}:5050"}) if address == leader else frozenset(),
            follows=f"{leader}:5050" if leader is not None and address != leader else None,
            recovered=address not in self.without_registry,
            started_at=self._started[address],
        )
        return Value(said, f"mesos {address}", now)

    def _ensemble(self) -> Reading[Ensemble]:
        now = self._clock.now()
        if self.exhibitor_hangs or len(self.without_zookeeper) == len(self.addresses):
            return Failure("Exhibitor tells nothing within 5 s", "exhibitor", now)
        serving = [one for one in self.addresses if one not in self.without_zookeeper]
        has_quorum = 2 * len(serving) > len(self.addresses)
        inside = [one for one in self.addresses if one not in self.outside]
        members = tuple(self._member(one, serving, has_quorum) for one in inside)
        return Value(Ensemble(members), "exhibitor", now)

    def _member(self, address: str, serving: list[str], has_quorum: bool) -> Member:
        if address not in serving:
            return Member(address, "down", False, False)
        state = "serving" if has_quorum else "not serving"
        return Member(address, state, has_quorum, has_quorum and address == serving[0])
