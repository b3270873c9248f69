"""The state of a master whose v1 API does not say since when it leads (Mesos 1.0 to 1.6), from `/state` and `/slaves`.

`/state` is one consistent answer with everything in it except what frameworks keep on each agent and, on old masters,
the agents that the registry knows and that have not come back since the election; those are in `/slaves`, which is read
first. The id in `/state` tells that both are of the same election. An agent that registered between the two answers and
has something reserved can't be told yet, so both are read again. Shapes: apache/mesos:src/master/http.cpp,
docs/endpoints/master/state.md, docs/endpoints/master/slaves.md.

After a failover, tasks of frameworks that have not come back yet are in `orphan_tasks` at the top (up to Mesos 1.2).
They run, and are counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from shared.dcos import resources
from shared.dcos.generation import can_drain
from shared.dcos.leader import Leader
from shared.dcos.masters import AGAIN, Masters
from shared.dcos.quantities import host_of, latest, time, window
from shared.dcos.reading import Reading, Work
from shared.dcos.resources import Resource
from shared.dcos.told import Domain, DrainInfo, drain_of, older_attributes, zone_of
from shared.errors import Retry
from shared.model.mesos import Agent, Amounts, Framework
from shared.model.ports import Ports


class _Amounts(Struct, frozen=True, gc=False):
    cpus: float = 0.0
    mem: float = 0.0
    disk: float = 0.0
    gpus: float = 0.0
    ports: str | None = None


class _Agent(Struct, gc=False):
    id: str
    pid: str
    hostname: str
    active: bool
    deactivated: bool = False
    drain_info: DrainInfo | None = None
    port: int = 5051  # not in the answers of the oldest masters
    registered_time: float | None = None
    reregistered_time: float | None = None
    capabilities: tuple[str, ...] | None = None
    resources: _Amounts = _Amounts()
    used_resources: _Amounts = _Amounts()
    reserved_resources: dict[str, _Amounts] = {}
    attributes: dict[str, Any] = {}
    domain: Domain | None = None


class _Recovered(Struct, gc=False):
    id: str


class _Task(Struct, gc=False):
    id: str
    slave_id: str
    state: str
    framework_id: str
    name: str = ""


class _Framework(Struct, gc=False):
    id: str
    name: str = ""
    role: str = "*"
    roles: tuple[str, ...] = ()
    principal: str = ""
    webui_url: str = ""
    active: bool = False
    connected: bool | None = None  # not in the answers of the oldest masters
    checkpoint: bool = False
    capabilities: tuple[str, ...] = ()
    tasks: tuple[_Task, ...] = ()


class _Flags(Struct):
    agent_reregister_timeout: str | None = None
    slave_reregister_timeout: str | None = None


class _State(Struct):
    id: str
    version: str
    elected_time: float
    slaves: tuple[_Agent, ...]
    flags: _Flags
    recovered_slaves: tuple[_Recovered, ...] | None = None
    frameworks: tuple[_Framework, ...] = ()
    orphan_tasks: tuple[_Task, ...] = ()


class _Slave(Struct, gc=False):
    id: str
    reserved_resources_full: dict[str, tuple[Resource, ...]] = {}


class _Slaves(Struct):
    slaves: tuple[_Slave, ...] = ()
    recovered_slaves: tuple[_Recovered, ...] = ()


type _Held = Mapping[str, Mapping[str, tuple[Resource, ...]]]

_state = msgspec.json.Decoder(_State)
_slaves = msgspec.json.Decoder(_Slaves)


async def read(masters: Masters, leader: Leader) -> Reading:
    """`Retry` when not answered, `msgspec.MsgspecError` or `ValueError` when the answer is malformed."""
    slaves = await masters.read(leader.master, "/slaves")
    state = await masters.read(leader.master, "/state")
    return reading(leader, slaves, state)


def reading(leader: Leader, slaves: bytes, state: bytes) -> Reading:
    answer, listed = _state.decode(state), _slaves.decode(slaves)
    if answer.id != leader.election:
        raise Retry(f"master {leader.master} was elected anew while it was read", AGAIN)
    recovered = listed.recovered_slaves if answer.recovered_slaves is None else answer.recovered_slaves
    held = {slave.id: slave.reserved_resources_full for slave in listed.slaves}
    work = _work(answer)
    flags = answer.flags
    return Reading(
        version=answer.version,
        elected_at=time(answer.elected_time),
        reregister_window=window(flags.agent_reregister_timeout, flags.slave_reregister_timeout),
        agents=[_agent(agent, work, held) for agent in answer.slaves],
        recovered=frozenset(one.id for one in recovered),
        frameworks={one.id: _framework(one) for one in answer.frameworks},
    )


def _work(state: _State) -> Work:
    work = Work()
    for framework in state.frameworks:
        for task in framework.tasks:
            work.add(task.slave_id, framework.id, task.id, task.name, task.state)
    for task in state.orphan_tasks:
        work.add(task.slave_id, task.framework_id, task.id, task.name, task.state)
    return work


def _agent(agent: _Agent, work: Work, held: _Held) -> Agent:
    parts = _kept_on(agent, held)
    return Agent(
        agent_id=agent.id,
        address=host_of(agent.pid),
        hostname=agent.hostname,
        port=agent.port,
        active=agent.active or agent.deactivated,
        registered_at=latest(agent.registered_time, agent.reregistered_time),
        tasks=work.running_on(agent.id),
        task_ids=work.ids_on(agent.id),
        deactivated=agent.deactivated,
        drain=drain_of(agent.drain_info),
        can_drain=can_drain(agent.capabilities),
        total=_amounts(agent.resources),
        used=_amounts(agent.used_resources),
        reserved=_sum(agent.reserved_resources.values()),
        reservations=resources.reservations(parts),
        volumes=resources.volumes(parts),
        attributes=older_attributes(agent.attributes),
        zone=zone_of(agent.domain),
        ports=_offered_ports(agent.resources.ports, parts),
        used_ports=resources.ports_in(agent.used_resources.ports or "[]"),
    )


def _kept_on(agent: _Agent, held: _Held) -> list[Resource]:
    """All that is reserved on the agent."""
    if agent.id not in held and agent.reserved_resources:
        raise Retry(f"agent {agent.id} registered while the masters were read", AGAIN)
    return [one for parts in held.get(agent.id, {}).values() for one in parts]


def _offered_ports(of: str | None, parts: Collection[Resource]) -> Ports | None:
    if of is None:
        return None
    held = resources.ports(one for one in parts if one.dynamic() is not None)
    return resources.ports_in(of).without(held or Ports())


def _amounts(one: _Amounts) -> Amounts:
    return Amounts(one.cpus, one.mem, one.disk, one.gpus)


def _sum(parts: Collection[_Amounts]) -> Amounts:
    if not parts:
        return Amounts()
    return Amounts(
        sum(one.cpus for one in parts),
        sum(one.mem for one in parts),
        sum(one.disk for one in parts),
        sum(one.gpus for one in parts),
    )


def _framework(one: _Framework) -> Framework:
    return Framework(
        id=one.id,
        name=one.name,
        roles=one.roles or (one.role,),
        principal=one.principal,
        webui_url=one.webui_url,
        active=one.active,
        connected=one.active if one.connected is None else one.connected,
        partition_aware="PARTITION_AWARE" in one.capabilities,
        checkpoint=one.checkpoint,
    )
