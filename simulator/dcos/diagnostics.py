"""dcos-diagnostics, 3dt up to 1.9: /system/health/v1 of a master or an agent.

Shapes: dcos/dcos-diagnostics api/structures.go. Every master tells of the whole cluster; an agent of itself alone.
"""

from typing import Any

from simulator.dcos.services import OK, Node, Services
from simulator.wire import Response, json_response, text_response

BASE = "/system/health/v1"


def answer(services: Services, me: Node, path: str) -> Response:
    """`path` as asked, below or at `BASE`."""
    parts = [part for part in path.removeprefix(BASE).split("/") if part]
    if not parts:
        return json_response(200, _self(services, me))
    nodes = services.nodes() if me.role == "master" else [me]
    match parts:
        case ["nodes"]:
            return json_response(200, {"nodes": [_node(services, one) for one in nodes]})
        case ["nodes", address]:
            found = [one for one in nodes if one.address == address]
            return json_response(200, _node(services, found[0])) if found else _nothing(address)
        case ["nodes", address, "units"]:
            found = [one for one in nodes if one.address == address]
            return json_response(200, {"units": _units(services, found[:1])}) if found else _nothing(address)
        case ["nodes", address, "units", unit]:
            found = [one for one in nodes if one.address == address and unit in services.units(one)]
            return json_response(200, _told(services, found[0], unit)) if found else _nothing(unit)
        case ["units"]:
            return json_response(200, {"units": _units(services, nodes)})
        case ["units", unit, "nodes"]:
            having = [one for one in nodes if unit in services.units(one)]
            # With the health of each node and not of the unit on it, as the real ones do (api/pull.go).
            listed = [_node(services, one) for one in having]
            return json_response(200, {"nodes": listed}) if having else _nothing(unit)
        case ["units", unit]:
            found_units = [one for one in _units(services, nodes) if one["id"] == unit]
            return json_response(200, found_units[0]) if found_units else _nothing(unit)
    return text_response(404, "404 page not found\n")


def _nothing(what: str) -> Response:
    return text_response(404, f"Unable to find {what}\n")


def _node(services: Services, node: Node) -> dict[str, Any]:
    return {"host_ip": node.address, "health": services.health(node), "role": node.role}


def _units(services: Services, nodes: list[Node]) -> list[dict[str, Any]]:
    """Over these nodes, each unit with its worst health."""
    worst: dict[str, int] = {}
    for node in nodes:
        for unit, health in services.units(node).items():
            worst[unit] = max(health, worst.get(unit, OK))
    return [
        {"id": unit, "name": unit.partition(".")[0], "health": health, "description": unit}
        for unit, health in sorted(worst.items())
    ]


def _self(services: Services, me: Node) -> dict[str, Any]:
    major, minor = (int(part) for part in services.release.split(".")[:2])
    version = "3dt_version" if (major, minor) < (1, 10) else "dcos_diagnostics_version"
    return {
        "units": [_told(services, me, unit) for unit in services.units(me)],
        "hostname": me.address,
        "ip": me.address,
        "dcos_version": services.release,
        "node_role": me.role,
        "mesos_id": me.mesos_id,
        version: "0.4.0",
    }


def _told(services: Services, node: Node, unit: str) -> dict[str, Any]:
    health = services.units(node)[unit]
    output = services.output(node, unit, health)
    return {
        "id": unit,
        "health": health,
        "output": output,
        "description": unit,
        "help": "",
        "name": unit,
    }
