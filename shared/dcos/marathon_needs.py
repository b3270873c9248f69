"""What one instance of an application or pod needs on its agent, as Marathon writes it.

Marathon has written ports in five places over the years, and which of them count depends on the network:

    own network  (`ipAddress`, networks of mode `container`)   mappings with a host port, 0 included
    bridge       (docker's `BRIDGE`, mode `container/bridge`)  every mapping, and 0 is its default
    host         (everything else)                             `portDefinitions`, or `ports` before 0.16

A pod needs what its containers need and what its executor does. A volume on the agent's own disk is part of the disk.
Nothing here is required: what is missing where Marathon has always written it, and what can't be, negative or not
finite, is None, and nobody takes it for nothing.
Sources: mesosphere/marathon:docs/docs/rest-api/public/api/v2/types (app, pod, appContainer, podContainer, network,
volumes), docs/docs/networking.md; dcos/dcos:packages/marathon (`--default_accepted_resource_roles "*"`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from shared.dcos.marathon_shapes import AppShape, ContainerShape, DockerShape, PodSpecShape, VolumeShape
from shared.model.mesos import ANYBODY, Amounts
from shared.model.workloads import Needs

MOST = 1e9
"""More than this of anything, megabytes included, no machine has."""

_RESOURCES = ("cpus", "mem", "disk", "gpus")


def needs_of_app(one: AppShape) -> Needs | None:
    container = one.container or ContainerShape()
    amounts = _amounts([one.cpus, one.mem, one.disk or 0, one.gpus or 0], container.volumes or ())
    return _needs(amounts, list(_ports_of_app(one, container)), one.accepted_resource_roles)


def needs_of_pod(spec: PodSpecShape) -> Needs | None:
    parts = [part.resources for part in spec.containers]
    if spec.executor_resources is not None:
        parts.append(spec.executor_resources)
    if not all(isinstance(part, Mapping) for part in parts) or not parts:
        return None
    each = [[_number(part.get(name, 0)) for part in parts] for name in _RESOURCES]
    if any(amount is None for of in each for amount in of):
        return None
    sums = [sum(amount for amount in of if amount is not None) for of in each]
    ports = [
        point.get("hostPort")
        for part in spec.containers
        for point in _mappings(part.endpoints)
        if point.get("hostPort") is not None
    ]
    placement = spec.scheduling.placement if spec.scheduling else None
    roles = placement.accepted_resource_roles if placement else None
    return _needs(_amounts(sums, spec.volumes or ()), ports, roles)


def _needs(amounts: Amounts | None, ports: list[object], roles: object) -> Needs | None:
    if amounts is None or (roles is not None and not isinstance(roles, list)):
        return None
    named = tuple(role for role in roles or () if isinstance(role, str))
    own = tuple(sorted({port for port in ports if isinstance(port, int) and port}))
    return Needs(amounts, len(ports), own, named or (ANYBODY,))


def _amounts(raw: Iterable[object], volumes: Iterable[VolumeShape]) -> Amounts | None:
    cpus, mem, disk, gpus = (_number(one) for one in raw)
    on_disk = [_number(size) for volume in volumes for size in _on_own_disk(volume.persistent)]
    if cpus is None or mem is None or disk is None or gpus is None or None in on_disk:
        return None
    return Amounts(cpus, mem, disk + sum(size for size in on_disk if size is not None), gpus)


def _on_own_disk(persistent: object) -> Iterator[object]:
    """The size in megabytes, unless the volume is on a disk of its own (`path`, `mount`)."""
    if isinstance(persistent, Mapping) and persistent.get("type", "root") == "root":
        yield persistent.get("size", 0)


def _ports_of_app(one: AppShape, container: ContainerShape) -> Iterator[object]:
    """One for each host port: which one, 0 or None for any."""
    docker = container.docker or DockerShape()
    modes = {network.get("mode") for network in _mappings(one.networks)}
    mapped = list(_mappings(container.port_mappings)) + list(_mappings(docker.port_mappings))
    if "container/bridge" in modes or docker.network == "BRIDGE":
        yield from (mapping.get("hostPort") or 0 for mapping in mapped)
    elif "container" in modes or one.ip_address is not None or docker.network == "USER":
        yield from (mapping["hostPort"] for mapping in mapped if mapping.get("hostPort") is not None)
    else:
        defined = [definition.get("port") for definition in _mappings(one.port_definitions)]
        plain = one.ports if isinstance(one.ports, list) else []
        ports = defined or plain
        yield from ports if one.require_ports is True else [0] * len(ports)


def _mappings(raw: object) -> Iterator[Mapping[str, Any]]:
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, Mapping):
            yield one


def _number(raw: object) -> float | None:
    """None for what can't be an amount."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return float(raw) if 0 <= raw <= MOST and isfinite(raw) else None
