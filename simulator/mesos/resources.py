"""Resources of an agent as the master shows them: sums in /state, one by one in /slaves and in the v1 API.

Who reserved a resource is written in two ways. Before Mesos 1.4 it has a role, and `reservation` when a framework
reserved it. Since then there is a stack, `reservations`, and the older form beside it as long as the stack has one
entry; what a framework reserves on a public agent lies on top of what the agent's own settings reserve. As seen on a
Mesos 1.11 after RESERVE_RESOURCES and CREATE_VOLUMES.
"""

from typing import Any

from simulator.world.agent import Agent
from simulator.world.kept import Reserved
from simulator.world.room import ports_in_use
from simulator.world.versions import Release

PUBLIC = "slave_public"
NO_RESOURCES = {"disk": 0.0, "mem": 0.0, "gpus": 0.0, "cpus": 0.0}


def role_of(agent: Agent) -> str:
    """Public agents of DC/OS reserve everything for one role (MESOS_DEFAULT_ROLE=slave_public)."""
    return PUBLIC if agent.public else "*"


def scalar(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}}


def totals(agent: Agent) -> dict[str, Any]:
    own = agent.resources
    return _sums(own.cpus, own.mem, own.disk) | {"ports": _ports(agent)}


def free(agent: Agent) -> dict[str, Any]:
    """What no framework has reserved: anybody's, or on a public agent anybody's who has its role."""
    return _sums(*_left(agent)) | {"ports": _ports(agent)}


def reserved(agent: Agent) -> dict[str, Any]:
    """Sums by role."""
    by_role = {PUBLIC: free(agent)} if agent.public else {}
    for one in agent.kept:
        there = by_role.get(one.role, NO_RESOURCES)
        more = _sums(one.cpus, one.mem, one.disk)
        by_role[one.role] = there | {name: there[name] + more[name] for name in more}
    return by_role


def used(agent: Agent) -> dict[str, Any]:
    sums = _sums(round(agent.used_cpus, 3), float(agent.used_mem), 0.0)
    ports = ports_in_use(agent)
    return sums | {"ports": f"[{', '.join(f'{port}-{port}' for port in ports)}]"} if ports else sums


def declared(agent: Agent) -> list[dict[str, Any]]:
    """The agent's own description: without what frameworks keep there, and without roles."""
    return _listed(agent, agent.resources.cpus, agent.resources.mem, agent.resources.disk)


def full_free(agent: Agent, release: Release) -> list[dict[str, Any]]:
    role = role_of(agent)
    static = agent.public and release.stacks_reservations
    whose = {"role": role} | ({"reservations": [{"role": role, "type": "STATIC"}]} if static else {})
    return [one | whose for one in _listed(agent, *_left(agent))]


def full_reserved(agent: Agent, release: Release) -> dict[str, list[dict[str, Any]]]:
    """By role."""
    by_role = {PUBLIC: full_free(agent, release)} if agent.public else {}
    for one in agent.kept:
        by_role.setdefault(one.role, []).extend(_kept(one, release))
    return by_role


def full(agent: Agent, release: Release) -> list[dict[str, Any]]:
    """All of it in one list."""
    return full_free(agent, release) + [part for one in agent.kept for part in _kept(one, release)]


def full_used(agent: Agent) -> list[dict[str, Any]]:
    if not agent.tasks:
        return []
    role = role_of(agent)
    extra = {"role": role, "allocation_info": {"role": role}}
    ranges = {"range": [{"begin": port, "end": port} for port in ports_in_use(agent)]}
    ports = [{"name": "ports", "type": "RANGES", "ranges": ranges} | extra] if ranges["range"] else []
    cpus, mem = round(agent.used_cpus, 3), float(agent.used_mem)
    return [scalar("cpus", cpus) | extra, scalar("mem", mem) | extra, *ports]


def _kept(one: Reserved, release: Release) -> list[dict[str, Any]]:
    whose = _reservation(one, release)
    in_volumes = sum(volume.disk for volume in one.volumes)
    amounts = (("cpus", one.cpus), ("mem", one.mem), ("disk", one.disk - in_volumes))
    volumes = [
        scalar("disk", volume.disk)
        | whose
        | {
            "disk": {
                "persistence": {"id": volume.id, "principal": one.principal},
                "volume": {"mode": "RW", "container_path": volume.path},
            }
        }
        for volume in one.volumes
    ]
    return [scalar(name, value) | whose for name, value in amounts if value > 0] + volumes


def _reservation(one: Reserved, release: Release) -> dict[str, Any]:
    older = {"role": one.role, "reservation": {"principal": one.principal}}
    if not release.stacks_reservations:
        return older
    dynamic = {"type": "DYNAMIC", "role": one.role, "principal": one.principal}
    if one.role.startswith(f"{PUBLIC}/"):
        return {"reservations": [{"type": "STATIC", "role": PUBLIC}, dynamic]}
    return older | {"reservations": [dynamic]}


def _left(agent: Agent) -> tuple[float, float, float]:
    own, kept = agent.resources, agent.kept
    return (
        own.cpus - sum(one.cpus for one in kept),
        own.mem - sum(one.mem for one in kept),
        own.disk - sum(one.disk for one in kept),
    )


def _sums(cpus: float, mem: float, disk: float) -> dict[str, Any]:
    return {"disk": disk, "mem": mem, "gpus": 0.0, "cpus": cpus}


def _ports(agent: Agent) -> str:
    return f"[{agent.resources.ports[0]}-{agent.resources.ports[1]}]"


def _listed(agent: Agent, cpus: float, mem: float, disk: float) -> list[dict[str, Any]]:
    begin, end = agent.resources.ports
    ports = {"range": [{"begin": begin, "end": end}]}
    return [
        scalar("cpus", cpus),
        scalar("mem", mem),
        scalar("disk", disk),
        {"name": "ports", "type": "RANGES", "ranges": ports},
    ]
