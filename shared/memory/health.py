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
    """`nodes` maps addresses to roles; `failed` is (address, unit); `checks` are those of the cluster."""

    def __init__(self, clock: Clock, nodes: Mapping[str, Role]) -> None:
        self.nodes = dict(nodes)
        self.failed: set[tuple[str, str]] = set()
        self.not_serving: set[str] = set()
        self.leader: str | None = "master-1:8080"
        self.checks: dict[str, Health] = {}
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
        checks = tuple(Check(name, health) for name, health in self.checks.items())
        return ClusterHealth(
            self._say("diagnostics", Diagnostics(tuple(self._node(one) for one in sorted(self.nodes)))),
            self._say("exhibitor", Ensemble(members)),
            self._say("marathon", Marathon(self.leader)),
            self._say("checks", checks),
            {},
            self._say("pkgpanda", dict(self.active)),
        )

    def _node(self, address: str) -> NodeHealth:
        failed = tuple(
            FailedUnit(unit, Health.CRITICAL, None, f"What {unit} does.", Severity.CRITICAL)
            for where, unit in sorted(self.failed)
            if where == address
        )
        return NodeHealth(address, self.nodes[address], Health.CRITICAL if failed else Health.OK, failed)

    def _say[T](self, part: str, value: T) -> Reading[T]:
        if part in self.blind:
            return Failure("no answer", part, self._clock.now())
        return Value(value, part, self._clock.now())
