"""dcos-diagnostics (3DT): which units fail on which nodes, and what they say.

One master is asked for itself (its release), for all nodes, for the units of each node that is not well, and for what
some of the failed units printed. It has all of that in memory, from its own round each minute. Going by unit instead
would take fewer requests and mislead: the nodes of a unit are listed with the health of the *node* (api/pull.go), so a
unit that fails on one node would be blamed on every node where any other unit fails. Vendor's known issues
(mesosphere/dcos-docs-site 2.2/monitoring) are this one and another: an agent whose Mesos agent is down is missing in
the list instead of being unhealthy. A node that could not be asked is listed as unknown.

The shapes have changed over ten releases, so everything but ids is optional: `3dt_version` became
`dcos_diagnostics_version`, names and descriptions are missing, one fixture writes `role:` for `role`, and Go writes an
empty list as null. Sources: dcos/dcos-diagnostics:api/router.go, structures.go, pull.go; dcos/dcos-ui fixtures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from shared.dcos.components import failed_unit
from shared.dcos.doors import Door, Hosts, understood, within
from shared.dcos.texts import shortened
from shared.errors import Retry
from shared.model.health import Diagnostics, FailedUnit, Health, NodeHealth, Role

BASE = "/system/health/v1"
MOST_NODES = 64
"""Unhealthy nodes that are asked about, masters first. When there are more, what they share is known by then."""
MOST_TEXTS = 32
"""Failed units that are asked what they say. Each failed unit has one text before any has two."""
AT_ONCE = 8
UNITS_S, TEXTS_S = 20.0, 10.0
"""For all units, and for all texts: what is not told by then is left out, and the list of nodes still counts."""
LONGEST_ADDRESS = LONGEST_RELEASE = 64
"""Characters; what is longer is no address, and would be no key of a table."""
LONGEST_UNIT, MOST_UNITS = 255, 128
"""Characters of a unit's name (systemd's own limit) and failed units of a node; a node of DC/OS has about forty."""
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


class _Text(Struct):
    output: str | None = None


class _Self(Struct):
    dcos_version: str | None = None


_nodes = msgspec.json.Decoder(_Nodes)
_units = msgspec.json.Decoder(_Units)
_text = msgspec.json.Decoder(_Text)
_self = msgspec.json.Decoder(_Self)


async def read(hosts: Hosts, port: int) -> Diagnostics:
    """`Retry` when no master's diagnostics answer, or not in a way that can be read."""
    host, answer = await hosts.first(Door(port, f"{BASE}/nodes"))
    one = Hosts(hosts.http, (host,))
    nodes = _joined(understood("the node list", _nodes.decode, answer.body).nodes or ())
    release = await _release(one, port)
    unwell = sorted((node for node in nodes if node.health.is_bad), key=_masters_first)
    failed = await _failed(one, port, unwell)
    texts = await _texts(one, port, failed)
    explained = {node.address: _explained(node, failed, texts) for node in unwell}
    return Diagnostics(tuple(explained.get(node.address, node) for node in nodes), release)


def health_of(code: object) -> Health:
    """The health that a code stands for; whatever is not 0, 1 or 2 is unknown, and unknown is never well."""
    return CODES.get(code, Health.UNKNOWN) if type(code) is int else Health.UNKNOWN


async def _body(hosts: Hosts, port: int, path: str) -> bytes:
    return (await hosts.first(Door(port, path)))[1].body


async def _release(hosts: Hosts, port: int) -> str:
    """The release of the node that was asked; empty when it does not say."""
    try:
        body = await _body(hosts, port, BASE)
        return (understood("the node itself", _self.decode, body).dcos_version or "")[:LONGEST_RELEASE]
    except Retry:
        return ""


async def _failed(one: Hosts, port: int, unwell: list[NodeHealth]) -> dict[str, tuple[FailedUnit, ...]]:
    """By address, what fails there; a node of which it could not be read is left out."""

    async def units(address: str) -> tuple[FailedUnit, ...]:
        path = _path_of(address)
        listed = understood(path, _units.decode, await _body(one, port, path)).units or ()
        known = {unit.id: health_of(unit.health) for unit in listed if _is_dcos(unit.id)}
        failed = sorted(name for name, health in known.items() if health.is_bad)[:MOST_UNITS]
        return tuple(failed_unit(name, known[name]) for name in failed)

    asked = [node.address for node in unwell[:MOST_NODES]]
    return await within(UNITS_S, AT_ONCE, {address: partial(units, address) for address in asked})


async def _texts(
    one: Hosts, port: int, failed: Mapping[str, tuple[FailedUnit, ...]]
) -> dict[tuple[str, str], str]:
    """By address and unit, what failed units say: of each unit at one node first, then at a second one, and on."""

    async def says(address: str, unit: str) -> str:
        path = f"{_path_of(address)}/{quote(unit, safe='')}"
        return shortened(understood(path, _text.decode, await _body(one, port, path)).output or "")

    nth: Counter[str] = Counter()
    wanted: list[tuple[int, str, str]] = []
    for address, units in failed.items():
        for each in units:
            nth[each.unit] += 1
            wanted.append((nth[each.unit], address, each.unit))
    asked = [(address, unit) for _, address, unit in sorted(wanted, key=lambda each: each[0])[:MOST_TEXTS]]
    return await within(TEXTS_S, AT_ONCE, {pair: partial(says, *pair) for pair in asked})


def _explained(
    node: NodeHealth, failed: Mapping[str, tuple[FailedUnit, ...]], texts: Mapping[tuple[str, str], str]
) -> NodeHealth:
    units = failed.get(node.address)
    if units is None:
        return replace(node, is_read=False)
    told = (replace(each, says=texts.get((node.address, each.unit), "")) for each in units)
    return replace(node, failed=tuple(told))


def _is_dcos(unit: str) -> bool:
    return 0 < len(unit) <= LONGEST_UNIT and unit not in NOT_DCOS


def _path_of(address: str) -> str:
    return f"{BASE}/nodes/{quote(address, safe='')}/units"


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
