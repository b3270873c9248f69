"""The state of a master whose v1 API does not say since when it leads (Mesos 1.0 to 1.6), from `/state` and `/slaves`.

`/state` is one consistent answer with everything in it except, on old masters, the agents that the registry knows and
that have not come back since the election; those are in `/slaves`, which is read first. The id in `/state` tells that
both are of the same election. Shapes: apache/mesos:src/master/http.cpp, docs/endpoints/master/state.md.

After a failover, tasks of frameworks that have not come back yet are in `orphan_tasks` at the top (up to Mesos 1.2).
They run, and are counted.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from shared.dcos.leader import Leader
from shared.dcos.masters import AGAIN, Masters
from shared.dcos.quantities import latest, time, window
from shared.dcos.reading import AgentLine, Reading, TaskLine
from shared.errors import Retry


class _Agent(Struct):
    id: str
    pid: str
    hostname: str
    active: bool
    deactivated: bool = False
    port: int = 5051  # not in the answers of the oldest masters
    registered_time: float | None = None
    reregistered_time: float | None = None
    capabilities: tuple[str, ...] | None = None


class _Recovered(Struct):
    id: str


class _Task(Struct):
    slave_id: str
    state: str
    framework_id: str
    name: str = ""


class _Framework(Struct):
    id: str
    name: str = ""
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


class _Slaves(Struct):
    recovered_slaves: tuple[_Recovered, ...] = ()


_state = msgspec.json.Decoder(_State)
_slaves = msgspec.json.Decoder(_Slaves)


async def read(masters: Masters, leader: Leader) -> Reading:
    """`Retry` when not answered, `msgspec.MsgspecError` or `ValueError` when the answer is malformed."""
    slaves = await masters.read(leader.master, "/slaves")
    state = await masters.read(leader.master, "/state")
    return reading(leader, slaves, state)


def reading(leader: Leader, slaves: bytes, state: bytes) -> Reading:
    answer = _state.decode(state)
    if answer.id != leader.election:
        raise Retry(f"master {leader.master} was elected anew while it was read", AGAIN)
    recovered = answer.recovered_slaves
    if recovered is None:
        recovered = _slaves.decode(slaves).recovered_slaves
    flags = answer.flags
    return Reading(
        version=answer.version,
        elected_at=time(answer.elected_time),
        reregister_window=window(flags.agent_reregister_timeout, flags.slave_reregister_timeout),
        agents=tuple(_line(agent) for agent in answer.slaves),
        tasks=_lines(answer),
        recovered=frozenset(one.id for one in recovered),
        frameworks={one.id: one.name for one in answer.frameworks},
    )


def _line(agent: _Agent) -> AgentLine:
    listed = agent.capabilities
    return AgentLine(
        agent_id=agent.id,
        pid=agent.pid,
        hostname=agent.hostname,
        port=agent.port,
        active=agent.active or agent.deactivated,
        registered_at=latest(agent.registered_time, agent.reregistered_time),
        capabilities=None if listed is None else frozenset(listed),
    )


def _lines(state: _State) -> Iterator[TaskLine]:
    for framework in state.frameworks:
        for task in framework.tasks:
            yield TaskLine(framework.id, task.name, task.slave_id, task.state)
    for task in state.orphan_tasks:
        yield TaskLine(task.framework_id, task.name, task.slave_id, task.state)
