"""What a master's answer amounts to, whichever of its two languages it spoke; made into one `SchedulerState`.

v1.py and older.py decode; this file counts and orders. Agents come in the order of their ids, because a master lists
them in the order of a hash table and the same cluster must give the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from shared.dcos.generation import generation
from shared.dcos.leader import Leader
from shared.dcos.quantities import host_of
from shared.model.mesos import Agent, SchedulerState, workload_key

RUNNING = "TASK_RUNNING"


class AgentLine(Struct, frozen=True):
    """One registered agent as listed. `capabilities` None: this master does not list any.

    `active` here is registered and connected. The master's own `active` is also false for an agent that an operator
    deactivated or drains, which is no failure; whether such an agent is connected is not said anywhere, so it counts
    as connected until the master drops it from the list.
    """

    agent_id: str
    pid: str
    hostname: str
    port: int
    active: bool
    registered_at: datetime | None
    capabilities: frozenset[str] | None


class TaskLine(Struct, frozen=True):
    framework_id: str
    name: str
    agent_id: str
    state: str


class Reading(Struct, frozen=True):
    version: str
    elected_at: datetime
    reregister_window: timedelta
    agents: tuple[AgentLine, ...]
    tasks: Iterable[TaskLine]
    recovered: frozenset[str]
    frameworks: dict[str, str]


def running_by_agent(tasks: Iterable[TaskLine]) -> dict[str, dict[str, int]]:
    """Agent id -> workload key -> number of tasks in TASK_RUNNING. Staging, killing and lost tasks don't count."""
    counts: dict[str, dict[str, int]] = {}
    for task in tasks:
        if task.state == RUNNING:
            mine = counts.setdefault(task.agent_id, {})
            key = workload_key(task.framework_id, task.name)
            mine[key] = mine.get(key, 0) + 1
    return counts


def state_of(leader: Leader, reading: Reading) -> SchedulerState:
    """`ValueError` when a version or an address can't be read, or an agent has no id."""
    if not all(line.agent_id for line in reading.agents):
        raise ValueError("an agent without an id is listed")
    counts = running_by_agent(reading.tasks)
    agents = tuple(
        Agent(
            agent_id=line.agent_id,
            address=host_of(line.pid),
            hostname=line.hostname,
            port=line.port,
            active=line.active,
            registered_at=line.registered_at,
            tasks=counts.get(line.agent_id, {}),
        )
        for line in sorted(reading.agents, key=lambda line: line.agent_id)
    )
    return SchedulerState(
        leader=leader.master,
        version=reading.version,
        generation=generation(
            reading.version, leader.capabilities, (line.capabilities for line in reading.agents)
        ),
        elected_at=reading.elected_at,
        reregister_window=reading.reregister_window,
        agents=agents,
        recovered=tuple(sorted(reading.recovered - {agent.agent_id for agent in agents})),
        frameworks=reading.frameworks,
    )
