"""A DC/OS in memory that says how it is.

Everything is well until a verb says otherwise. `blind` takes a part's answer away, as a hanging Exhibitor does.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.model.health import (
    Check,
    ClusterHealth,
    Diagnostics,
    Ensemble,
    FailedUnit,
    Health,
    Marathon,
    Member,
    NodeHealth,
    Role,
)
from shared.model.readings import Failure, Reading, Value
from shared.model.signals import Severity
from shared.ports.clock import Clock
from shared.ports.health import HealthReports


class MemoryHealth(HealthReports):
    """`nodes` maps addresses to roles; `failed` is (address, unit); `checks` are those of the cluster, `node_checks`
    those of nodes, by address. `weighty` are the units and checks without which an agent does no work."""

    def __init__(self, clock: Clock, nodes: Mapping[str, Role]) -> None:
        self.nodes = dict(nodes)
        self.failed: set[tuple[str, str]] = set()
        self.not_serving: set[str] = set()
        self.leader: str | None = "master-1:8080"
        self.checks: dict[str, Health] = {}
        self.node_checks: dict[str, dict[str, Health]] = {}
        self.weighty = {"dcos-mesos-slave.service", "dcos-net.service", "docker"}
        self.blind: set[str] = set()
        self.active = {"mesos": "1.11.0", "marathon": "1.11.23"}
        self._clock = clock

    async def read(self) -> ClusterHealth:
        masters = [address for address, role in self.nodes.items() if role is Role.MASTER]
        serving = [address for address in masters if address not in self.not_serving]
        members = tuple(
            Member(
                one,
                "serving" if one in serving else "down",
                one in serving,
                one in serving[:1],
            )
            for one in masters
        )
        return ClusterHealth(
            self._say("diagnostics", Diagnostics(tuple(self._node(one) for one in sorted(self.nodes)))),
            self._say("exhibitor", Ensemble(members)),
            self._say("marathon", Marathon(self.leader)),
            self._say("checks", self._checks(self.checks)),
            {one: self._say("checks", self._checks(each)) for one, each in self.node_checks.items()},
            self._say("pkgpanda", dict(self.active)),
        )

    def _checks(self, checks: Mapping[str, Health]) -> tuple[Check, ...]:
        return tuple(Check(name, health, "", name in self.weighty) for name, health in checks.items())

    def _node(self, address: str) -> NodeHealth:
        failed = tuple(
            FailedUnit(
                unit,
                Health.CRITICAL,
                None,
                f"What {unit} does.",
                Severity.CRITICAL,
                stops_work=unit in self.weighty,
            )
            for where, unit in sorted(self.failed)
            if where == address
        )
        return NodeHealth(address, self.nodes[address], Health.CRITICAL if failed else Health.OK, failed)

    def _say[T](self, part: str, value: T) -> Reading[T]:
        if part in self.blind:
            return Failure("no answer", part, self._clock.now())
        return Value(value, part, self._clock.now())
