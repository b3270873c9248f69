"""The state of a master that speaks the v1 operator API fully (Mesos 1.7 and later).

GET_STATE and not the three calls that it is made of: the master answers it in one piece, so agents and tasks belong
to the same moment. GET_FLAGS has the re-register window. Who is elected since when came with GET_MASTER, from the
search for the leader. Shapes: apache/mesos:include/mesos/v1/master/master.proto, `Response`. Lists that are empty may
be left out; fields that this product does not use are skipped unread.

What frameworks keep on an agent is in `total_resources`; `agent_info.resources` lacks it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from shared.dcos import resources
from shared.dcos.generation import can_drain
from shared.dcos.leader import Leader
from shared.dcos.masters import Masters
from shared.dcos.quantities import Nanoseconds, host_of, latest, time, window
from shared.dcos.reading import Reading, Work
from shared.dcos.resources import Resource
from shared.dcos.told import Attribute, Domain, DrainInfo, attributes, drain_of, zone_of
from shared.model.mesos import Agent, Framework
from shared.model.ports import Ports


class _Id(Struct, gc=False):
    value: str


class _Capability(Struct, gc=False):
    type: str = ""  # a capability that the master's own protobuf does not know arrives as {}


class _AgentInfo(Struct, gc=False):
    id: _Id
    hostname: str
    port: int = 5051
    attributes: tuple[Attribute, ...] = ()
    domain: Domain | None = None


class _Agent(Struct, gc=False):
    agent_info: _AgentInfo
    active: bool
    pid: str
    deactivated: bool = False
    drain_info: DrainInfo | None = None
    registered_time: Nanoseconds | None = None
    reregistered_time: Nanoseconds | None = None
    capabilities: tuple[_Capability, ...] | None = None
    total_resources: tuple[Resource, ...] = ()
    allocated_resources: tuple[Resource, ...] = ()


class _Agents(Struct):
    agents: tuple[_Agent, ...] = ()
    recovered_agents: tuple[_AgentInfo, ...] = ()


class _Task(Struct, gc=False):
    task_id: _Id
    framework_id: _Id
    agent_id: _Id
    state: str
    name: str = ""


class _Tasks(Struct):
    tasks: tuple[_Task, ...] = ()
    orphan_tasks: tuple[_Task, ...] = ()


class _FrameworkInfo(Struct, gc=False):
    id: _Id
    name: str = ""
    role: str = "*"
    roles: tuple[str, ...] = ()
    principal: str = ""
    webui_url: str = ""
    checkpoint: bool = False
    capabilities: tuple[_Capability, ...] = ()


class _Framework(Struct, gc=False):
    framework_info: _FrameworkInfo
    active: bool = False
    connected: bool = False


class _Frameworks(Struct):
    frameworks: tuple[_Framework, ...] = ()


class _State(Struct):
    get_agents: _Agents
    get_tasks: _Tasks
    get_frameworks: _Frameworks


class _StateAnswer(Struct):
    get_state: _State


class _Flag(Struct):
    name: str
    value: str | None = None


class _Flags(Struct):
    flags: tuple[_Flag, ...] = ()


class _FlagsAnswer(Struct):
    get_flags: _Flags


_state_answer = msgspec.json.Decoder(_StateAnswer)
_flags_answer = msgspec.json.Decoder(_FlagsAnswer)


async def read(masters: Masters, leader: Leader) -> Reading:
    """`Retry` when not answered, `msgspec.MsgspecError` or `ValueError` when the answer is malformed."""
    flags = await masters.read(leader.master, "/api/v1", {"type": "GET_FLAGS"})
    state = await masters.read(leader.master, "/api/v1", {"type": "GET_STATE"})
    return reading(leader, flags, state)


def reading(leader: Leader, flags: bytes, state: bytes) -> Reading:
    if leader.elected is None:
        raise ValueError("GET_MASTER has no elected_time")
    given = {flag.name: flag.value for flag in _flags_answer.decode(flags).get_flags.flags}
    answer = _state_answer.decode(state).get_state
    work = _work(answer.get_tasks)
    return Reading(
        version=leader.version,
        elected_at=time(leader.elected),
        reregister_window=window(
            given.get("agent_reregister_timeout"), given.get("slave_reregister_timeout")
        ),
        agents=[_agent(agent, work) for agent in answer.get_agents.agents],
        recovered=frozenset(one.id.value for one in answer.get_agents.recovered_agents),
        frameworks={one.framework_info.id.value: _framework(one) for one in answer.get_frameworks.frameworks},
    )


def _work(tasks: _Tasks) -> Work:
    work = Work()
    for task in (*tasks.tasks, *tasks.orphan_tasks):
        work.add(task.agent_id.value, task.framework_id.value, task.task_id.value, task.name, task.state)
    return work


def _agent(agent: _Agent, work: Work) -> Agent:
    info, agent_id = agent.agent_info, agent.agent_info.id.value
    held = resources.reserved(agent.total_resources)
    return Agent(
        agent_id=agent_id,
        address=host_of(agent.pid),
        hostname=info.hostname,
        port=info.port,
        active=agent.active or agent.deactivated,
        registered_at=latest(agent.registered_time, agent.reregistered_time),
        tasks=work.running_on(agent_id),
        task_ids=work.ids_on(agent_id),
        deactivated=agent.deactivated,
        drain=drain_of(agent.drain_info),
        can_drain=can_drain(_types(agent.capabilities)),
        total=resources.amounts(agent.total_resources),
        used=resources.amounts(agent.allocated_resources),
        reserved=resources.amounts(held),
        reservations=resources.reservations(held),
        volumes=resources.volumes(held),
        attributes=attributes(info.attributes),
        zone=zone_of(info.domain),
        ports=resources.offered_ports(agent.total_resources),
        used_ports=resources.ports(agent.allocated_resources) or Ports(),
    )


def _framework(one: _Framework) -> Framework:
    info = one.framework_info
    return Framework(
        id=info.id.value,
        name=info.name,
        roles=info.roles or (info.role,),
        principal=info.principal,
        webui_url=info.webui_url,
        active=one.active,
        connected=one.connected,
        partition_aware="PARTITION_AWARE" in (_types(info.capabilities) or ()),
        checkpoint=info.checkpoint,
    )


def _types(capabilities: Iterable[_Capability] | None) -> list[str] | None:
    return None if capabilities is None else [one.type for one in capabilities]
