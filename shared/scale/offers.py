"""From agents, as Mesos tells of them, to what they would offer.

Mesos tells what an agent has, what of it is reserved and what is used, but not whether that which is used is reserved.
So each role is taken to be the one that uses it all: never is more said to be free than there is, and where frameworks
hold reservations it may be less. A pool is then held for fuller than it is, which costs a machine and no task.

What frameworks reserved while they ran is theirs and is offered to nobody else; what an agent's settings reserve is
taken to be for the role of public agents, as on DC/OS.
Source: dcos/dcos:gen/dcos-config.yaml (`MESOS_DEFAULT_ROLE=slave_public`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from msgspec.structs import replace

from shared.model.mesos import ANYBODY, Agent, Amounts
from shared.model.offer import Offer
from shared.model.ports import Ports
from shared.scale.work import PORTS, PUBLIC, Blank, Host

NONE = Amounts()


def host_of(agent: Agent) -> Host:
    """As it is now. Open is one that is connected and gets new tasks."""
    ports = agent.ports.without(agent.used_ports) if agent.ports is not None else None
    return Host(
        name=agent.agent_id,
        hostname=agent.hostname,
        free=_by_role(agent, agent.used),
        ports=_count(ports),
        open_ports=ports,
        attributes=agent.attributes,
        zone=agent.zone,
        is_open=agent.active and not agent.deactivated,
    )


def offer_of(agents: Sequence[Agent], size: str | None = None) -> Offer | None:
    """What one more agent like these would offer: the least that any of them would if it were new, and the attributes
    that all of them have. None: there is no agent to learn from, or none that says what it has."""
    # Agents of a pool are alike, and they are thousands: each kind is looked at once.
    kinds = {(agent.total, agent.reserved, agent.reservations): agent for agent in agents}
    new = [_when_new(agent) for agent in kinds.values()]
    roles = set.intersection(*(set(free) for free in new)) if new else set[str]()
    if not roles:
        return None
    common = dict(agents[0].attributes)
    for agent in agents:
        if agent.attributes != common:
            common = dict(common.items() & agent.attributes.items())
    told = {agent.ports for agent in agents if agent.ports is not None}
    return Offer(
        free={role: _least([free[role] for free in new]) for role in sorted(roles)},
        attributes=dict(sorted(common.items())),
        ports=reduce(Ports.common, told) if told else None,
        size=size,
    )


def blank_of(offer: Offer, zones: Sequence[str] = ()) -> Blank:
    """`zones` in the order in which machines come (`spread.py`)."""
    return Blank(
        free=offer.free,
        ports=_count(offer.ports),
        open_ports=offer.ports,
        attributes=offer.attributes,
        zones=tuple(zones),
    )


def fullness(used: Amounts, total: Amounts) -> float:
    """Of the resource of which most is in use, from 0 to 1."""
    pairs = ((used.cpus, total.cpus), (used.mem_mb, total.mem_mb), (used.disk_mb, total.disk_mb))
    return max((part / whole for part, whole in pairs if whole > 0), default=0.0)


def _by_role(agent: Agent, used: Amounts) -> dict[str, Amounts]:
    """What is free for anybody, and what for public agents' work where something is reserved for that."""
    free: dict[str, Amounts] = {}
    static = _static(agent)
    if agent.reserved != agent.total:
        free[ANYBODY] = _less(_less(agent.total, agent.reserved), used)
    if static != NONE:
        free[PUBLIC] = _less(static, used)
    return free


def _when_new(agent: Agent) -> dict[str, Amounts]:
    """The same of one on which nothing runs and nobody has reserved anything yet."""
    static = _static(agent)
    return _by_role(replace(agent, reserved=static, reservations=()), NONE)


def _static(agent: Agent) -> Amounts:
    """What its settings reserve."""
    static = agent.reserved
    for reservation in agent.reservations:
        static = _less(static, reservation.amounts)
    return static


def _count(ports: Ports | None) -> int:
    return PORTS if ports is None else len(ports)


def _less(one: Amounts, other: Amounts) -> Amounts:
    """In thousandths, as Mesos counts, and never below zero."""
    return Amounts(
        max(0.0, round(one.cpus - other.cpus, 3)),
        max(0.0, round(one.mem_mb - other.mem_mb, 3)),
        max(0.0, round(one.disk_mb - other.disk_mb, 3)),
        max(0.0, round(one.gpus - other.gpus, 3)),
    )


def _least(of: Sequence[Amounts]) -> Amounts:
    return Amounts(
        min(one.cpus for one in of),
        min(one.mem_mb for one in of),
        min(one.disk_mb for one in of),
        min(one.gpus for one in of),
    )
