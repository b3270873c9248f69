"""`DcosHealth`: everything that DC/OS says of its own health, behind the port `HealthReports`.

The parts are read side by side and each stands for itself: an Exhibitor that hangs takes its own reading with it and no
other. Checks are run only where the release has them, which the diagnostics tell: nothing is posted to a cluster whose
release is not known. They are run for the cluster, on each master, and on a few of the agents that the diagnostics call
ill. On the others there is nothing to learn: their own timer runs them each minute, and is one of their units.
"""

from __future__ import annotations

import asyncio

from shared.dcos import checks, diagnostics, exhibitor, marathon, pkgpanda
from shared.dcos.doors import Hosts
from shared.dcos.of_masters import OfMasters
from shared.model.health import Check, ClusterHealth, Diagnostics, Role
from shared.model.readings import Failure, Reading, Value
from shared.ports.clock import Clock
from shared.ports.health import HealthReports
from shared.ports.http import Http
from shared.settings import DcosPorts

LONGEST_S = 40.0
"""For one part, however many masters are asked for it."""

MOST_AGENTS = 8
"""Ill agents whose checks are run. When there are more, what they share is known from their units."""

type Checks = tuple[Check, ...]


class DcosHealth(OfMasters, HealthReports):
    def __init__(
        self,
        http: Http,
        clock: Clock,
        masters: tuple[str, ...],
        ports: DcosPorts | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:
        super().__init__(http, clock, masters, ports, longest_s)

    async def read(self) -> ClusterHealth:
        ports, masters = self._ports, self._hosts
        units, ensemble, applications, packages = await asyncio.gather(
            self._reading("diagnostics", diagnostics.read(masters, ports.diagnostics)),
            self._reading("exhibitor", exhibitor.read(masters, ports)),
            self._reading("marathon", marathon.read(masters, ports.marathon)),
            self._reading("pkgpanda", pkgpanda.read(masters, ports.router)),
        )
        cluster, nodes = await self._checks(units)
        return ClusterHealth(units, ensemble, applications, cluster, nodes, packages)

    async def _checks(
        self, units: Reading[Diagnostics]
    ) -> tuple[Reading[Checks], dict[str, Reading[Checks]]]:
        """The cluster's checks, and those of nodes by address."""
        offered = checks.has_checks(units.value.dcos_version) if isinstance(units, Value) else None
        if not isinstance(units, Value) or offered is None:
            why = "the release is not known, so no check was run"
            return Failure(why, "checks", self._clock.now()), {}
        if not offered:
            return Value((), "checks", self._clock.now()), {}
        ports, masters = self._ports, self._hosts
        where = dict.fromkeys(masters.names, ports.router)
        if ports.agents:
            where = dict.fromkeys(_ill_agents(units.value), ports.agents) | where
        cluster, *nodes = await asyncio.gather(
            self._reading("checks", checks.read(masters, ports.router, checks.CLUSTER)),
            *(
                self._reading("checks", checks.read(Hosts(masters.http, (host,)), port, checks.NODE))
                for host, port in where.items()
            ),
        )
        return cluster, dict(zip(where, nodes, strict=True))


def _ill_agents(diagnostics: Diagnostics) -> list[str]:
    agents = (node for node in diagnostics.nodes if node.role in {Role.AGENT, Role.AGENT_PUBLIC})
    return [node.address for node in agents if node.health.is_bad][:MOST_AGENTS]
