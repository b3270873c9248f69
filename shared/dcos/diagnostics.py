"""dcos-diagnostics (3DT): which units fail on which nodes.

One master is asked for itself (its release), for all nodes, and for the units of each node that is not well. Going by
unit instead would take fewer requests and mislead: the nodes of a unit are listed with the health of the *node*
(api/pull.go), so a unit that fails on one node would be blamed on every node where any other unit fails. Vendor's
known issues (mesosphere/dcos-docs-site 2.2/monitoring) are this one and another: an agent whose Mesos agent is down is
missing in the list instead of being unhealthy. A node that could not be asked is listed as unknown.

The shapes have changed over ten releases, so everything but ids is optional: `3dt_version` became
`dcos_diagnostics_version`, names and descriptions are missing, one fixture writes `role:` for `role`, and Go writes an
empty list as null. Sources: dcos/dcos-diagnostics:api/router.go, structures.go, pull.go; dcos/dcos-ui fixtures.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from shared.dcos.components import failed_unit
from shared.dcos.doors import Door, Masters, understood
from shared.errors import Retry
from shared.model.health import Diagnostics, FailedUnit, Health, NodeHealth, Role

BASE = "/system/health/v1"
MOST_NODES = 64
"""Unhealthy nodes that are asked about, masters first. When there are more, what they share is known by then."""
AT_ONCE = 8
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
    nodes = _joined(understood("the node list", _nodes.decode, answer.body).nodes or ())
    unwell = sorted((node for node in nodes if node.health.is_bad), key=_masters_first)
    explained = await _explained(one, port, unwell)
    release = await _release(one, port)
    return Diagnostics(tuple(explained.get(node.address, node) for node in nodes), release)


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


async def _explained(masters: Masters, port: int, unwell: list[NodeHealth]) -> dict[str, NodeHealth]:
    """By address, the same nodes with what fails there; those of which it could not be read say so."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def explain(node: NodeHealth) -> NodeHealth:
        path = f"{BASE}/nodes/{quote(node.address, safe='')}/units"
        async with gate:
            try:
                units = understood(path, _units.decode, await _body(masters, port, path)).units or ()
            except Retry:
                return replace(node, is_read=False)
        return replace(node, failed=_failed(units))

    asked = await asyncio.gather(*(explain(node) for node in unwell[:MOST_NODES]))
    left = (replace(node, is_read=False) for node in unwell[MOST_NODES:])
    return {node.address: node for node in (*asked, *left)}


def _failed(units: tuple[_Unit, ...]) -> tuple[FailedUnit, ...]:
    known = {unit.id: health_of(unit.health) for unit in units if unit.id and unit.id not in NOT_DCOS}
    return tuple(failed_unit(name, known[name]) for name in sorted(known) if known[name].is_bad)


def _joined(nodes: tuple[_Node, ...]) -> tuple[NodeHealth, ...]:
    """One entry per address, in the order of addresses; listed twice, the worse one counts."""
    joined: dict[str, NodeHealth] = {}
    for node in nodes:
        if not 0 < len(node.host_ip) <= LONGEST_ADDRESS:
            continue
        mine = NodeHealth(node.host_ip, _role(node.role or node.slip), health_of(node.health))
        other = joined.get(node.host_ip)
        if other is None or _WORSE.index(mine.health) > _WORSE.index(other.health):
            joined[node.host_ip] = mine
    return tuple(joined[address] for address in sorted(joined))


def _masters_first(node: NodeHealth) -> tuple[bool, str]:
    return node.role is not Role.MASTER, node.address


_WORSE = (Health.OK, Health.UNKNOWN, Health.WARNING, Health.CRITICAL)


def _role(text: str | None) -> Role | None:
    return Role(text) if text in set(Role) else None
