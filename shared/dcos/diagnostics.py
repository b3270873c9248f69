"""dcos-diagnostics (3DT): which units fail on which nodes, in a number of requests that does not grow with the nodes.

One master is asked for itself (its release), for all nodes, for all units, and for the nodes of each unit that is not
well. The shapes have changed over ten releases, so everything but ids is optional: `3dt_version` became
`dcos_diagnostics_version`, names and descriptions are missing, one release wrote `role:` for `role`, and Go writes an
empty list as null. Sources: dcos/dcos-diagnostics:api/router.go, structures.go, docs/api.yaml; dcos/dcos-ui fixtures.

Two traps (mesosphere/dcos-docs-site 2.2/monitoring, known issues): an agent whose Mesos agent is down is missing in the
list instead of being unhealthy, and a node can be unhealthy with no unit that is.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct, field

from shared.dcos.components import failed_unit
from shared.dcos.doors import Door, Masters, understood
from shared.errors import Retry
from shared.model.health import Diagnostics, FailedUnit, Health, NodeHealth, Role

BASE = "/system/health/v1"
MOST_UNITS = 64
"""Failing units that are followed to their nodes; a release has about 45. The rest counts as not read."""
AT_ONCE = 4
LONGEST_ADDRESS = 64
"""Characters; what is longer is no address, and would be no key of a table."""
NOT_DCOS = frozenset({"dcos-setup.service", "dcos-link-env.service", "dcos-download.service"})
"""Units of the set-up, which run once: newer diagnostics leave them out themselves (api/health_linux.go)."""
CODES = {0: Health.OK, 1: Health.CRITICAL, 2: Health.WARNING}


class _Node(Struct):
    host_ip: str = ""
    health: Any = None
    role: str | None = None
    slip: str | None = field(default=None, name="role:")


class _Nodes(Struct):
    nodes: tuple[_Node, ...] | None = None


class _Unit(Struct):
    id: str = ""
    health: Any = None


class _Units(Struct):
    units: tuple[_Unit, ...] | None = None


class _Self(Struct):
    dcos_version: str | None = None


_nodes = msgspec.json.Decoder(_Nodes)
_units = msgspec.json.Decoder(_Units)
_self = msgspec.json.Decoder(_Self)


async def read(masters: Masters, port: int) -> Diagnostics:
    """`Retry` when no master's diagnostics answer, or not in a way that can be read."""
    host, answer = await masters.first(Door(port, f"{BASE}/nodes"))
    one = Masters(masters.http, (host,))
    nodes = understood("the node list", _nodes.decode, answer.body).nodes or ()
    units = understood("the unit list", _units.decode, await _body(one, port, f"{BASE}/units")).units or ()
    failing = sorted({unit.id for unit in units if health_of(unit.health).is_bad and unit.id} - NOT_DCOS)
    where, unread = await _follow(one, port, failing)
    return Diagnostics(_joined(nodes, where), tuple(unread), await _release(one, port))


def health_of(code: object) -> Health:
    """The health that a code stands for; whatever is not 0, 1 or 2 is unknown, and unknown is never well."""
    return CODES.get(code, Health.UNKNOWN) if type(code) is int else Health.UNKNOWN


async def _body(masters: Masters, port: int, path: str) -> bytes:
    return (await masters.first(Door(port, path)))[1].body


async def _release(masters: Masters, port: int) -> str:
    """The release of the node that was asked; empty when it does not say."""
    try:
        body = await _body(masters, port, BASE)
        return understood("the node itself", _self.decode, body).dcos_version or ""
    except Retry:
        return ""


async def _follow(
    masters: Masters, port: int, failing: list[str]
) -> tuple[dict[str, list[FailedUnit]], list[str]]:
    """By address, what fails there; and the units of which that could not be read."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def nodes_of(unit: str) -> tuple[_Node, ...] | None:
        path = f"{BASE}/units/{quote(unit, safe='')}/nodes"
        async with gate:
            try:
                return understood(unit, _nodes.decode, await _body(masters, port, path)).nodes or ()
            except Retry:
                return None

    followed = failing[:MOST_UNITS]
    answers = await asyncio.gather(*(nodes_of(unit) for unit in followed))
    where: dict[str, list[FailedUnit]] = defaultdict(list)
    unread = failing[MOST_UNITS:]
    for unit, nodes in zip(followed, answers, strict=True):
        if nodes is None:
            unread.append(unit)
        for node in nodes or ():
            health = health_of(node.health)
            if health.is_bad and node.host_ip:
                where[node.host_ip].append(failed_unit(unit, health))
    return where, unread


def _joined(nodes: tuple[_Node, ...], where: dict[str, list[FailedUnit]]) -> tuple[NodeHealth, ...]:
    """One entry per address, in the order of addresses; listed twice, the worse one counts."""
    joined: dict[str, NodeHealth] = {}
    for node in nodes:
        if not 0 < len(node.host_ip) <= LONGEST_ADDRESS:
            continue
        mine = NodeHealth(
            address=node.host_ip,
            role=_role(node.role or node.slip),
            health=health_of(node.health),
            failed=tuple(where.get(node.host_ip, ())),
        )
        other = joined.get(node.host_ip)
        if other is None or _WORSE.index(mine.health) > _WORSE.index(other.health):
            joined[node.host_ip] = mine
    return tuple(joined[address] for address in sorted(joined))


_WORSE = (Health.OK, Health.UNKNOWN, Health.WARNING, Health.CRITICAL)


def _role(text: str | None) -> Role | None:
    return Role(text) if text in set(Role) else None
