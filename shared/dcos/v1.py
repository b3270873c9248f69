"""The state of a master that speaks the v1 operator API fully (Mesos 1.7 and later).

GET_STATE and not the three calls that it is made of: the master answers it in one piece, so agents and tasks belong
to the same moment. GET_FLAGS has the re-register window. Who is elected since when came with GET_MASTER, from the
search for the leader. Shapes: apache/mesos:include/mesos/v1/master/master.proto, `Response`. Lists that are empty may
be left out; fields that this product does not use are skipped unread.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from shared.dcos.leader import Leader
from shared.dcos.masters import Masters
from shared.dcos.quantities import Nanoseconds, latest, time, window
from shared.dcos.reading import AgentLine, Reading, TaskLine


class _Id(Struct):
    value: str


class _Capability(Struct):
    type: str = ""  # a capability that the master's own protobuf does not know arrives as {}


class _AgentInfo(Struct):
    id: _Id
    hostname: str
    port: int = 5051


class _Agent(Struct):
    agent_info: _AgentInfo
    active: bool
    pid: str
    deactivated: bool = False
    registered_time: Nanoseconds | None = None
    reregistered_time: Nanoseconds | None = None
    capabilities: tuple[_Capability, ...] | None = None


class _Agents(Struct):
    agents: tuple[_Agent, ...] = ()
    recovered_agents: tuple[_AgentInfo, ...] = ()


class _Task(Struct):
    framework_id: _Id
    agent_id: _Id
    state: str
    name: str = ""


class _Tasks(Struct):
    tasks: tuple[_Task, ...] = ()
    orphan_tasks: tuple[_Task, ...] = ()


class _FrameworkInfo(Struct):
    id: _Id
    name: str = ""


class _Framework(Struct):
    framework_info: _FrameworkInfo


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
    return Reading(
        version=leader.version,
        elected_at=time(leader.elected),
        reregister_window=window(
            given.get("agent_reregister_timeout"), given.get("slave_reregister_timeout")
        ),
        agents=tuple(_line(agent) for agent in answer.get_agents.agents),
        tasks=_lines(answer.get_tasks),
        recovered=frozenset(one.id.value for one in answer.get_agents.recovered_agents),
        frameworks={
            one.framework_info.id.value: one.framework_info.name for one in answer.get_frameworks.frameworks
        },
    )


def _line(agent: _Agent) -> AgentLine:
    listed = agent.capabilities
    return AgentLine(
        agent_id=agent.agent_info.id.value,
        pid=agent.pid,
        hostname=agent.agent_info.hostname,
        port=agent.agent_info.port,
        active=agent.active or agent.deactivated,
        registered_at=latest(agent.registered_time, agent.reregistered_time),
        capabilities=None if listed is None else frozenset(one.type for one in listed),
    )


def _lines(tasks: _Tasks) -> Iterator[TaskLine]:
    for task in (*tasks.tasks, *tasks.orphan_tasks):
        yield TaskLine(task.framework_id.value, task.name, task.agent_id.value, task.state)
