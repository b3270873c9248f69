"""What a master's answer amounts to, whichever of its two languages it spoke; made into one `SchedulerState`.

v1.py and older.py decode and say what each agent is; this file counts tasks and puts the state together. Agents come in
the order of their ids, because a master lists them in the order of a hash table and the same cluster must give the same
decisions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from shared.dcos.generation import generation
from shared.dcos.leader import Leader
from shared.model.mesos import Agent, Framework, SchedulerState, workload_key

RUNNING = "TASK_RUNNING"
OVER = frozenset(
    {
        "TASK_FINISHED",
        "TASK_FAILED",
        "TASK_KILLED",
        "TASK_ERROR",
        "TASK_LOST",
        "TASK_DROPPED",
        "TASK_GONE",
        "TASK_GONE_BY_OPERATOR",
    }
)
"""A master lists a task that is over until its framework has acknowledged that."""


class Work:
    """What runs where. `running` is agent id -> workload key -> number of tasks in TASK_RUNNING; `ids` is agent id ->
    framework id -> ids of the tasks that are not over."""

    def __init__(self) -> None:
        self.running: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.ids: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def add(self, agent_id: str, framework_id: str, task_id: str, name: str, state: str) -> None:
        if state == RUNNING:
            self.running[agent_id][workload_key(framework_id, name)] += 1
        if state not in OVER:
            self.ids[agent_id][framework_id].append(task_id)

    def running_on(self, agent_id: str) -> Mapping[str, int]:
        return dict(self.running.get(agent_id, {}))

    def ids_on(self, agent_id: str) -> Mapping[str, tuple[str, ...]]:
        return {framework: tuple(sorted(ids)) for framework, ids in self.ids.get(agent_id, {}).items()}


class Reading(Struct, frozen=True):
    version: str
    elected_at: datetime
    reregister_window: timedelta
    agents: Iterable[Agent]
    recovered: frozenset[str]
    frameworks: dict[str, Framework]


def state_of(leader: Leader, reading: Reading) -> SchedulerState:
    """`ValueError` when a version or an address can't be read, or an agent has no id."""
    agents = tuple(sorted(reading.agents, key=lambda agent: agent.agent_id))
    if any(not agent.agent_id for agent in agents):
        raise ValueError("an agent without an id is listed")
    return SchedulerState(
        leader=leader.master,
        version=reading.version,
        generation=generation(reading.version, leader.capabilities),
        elected_at=reading.elected_at,
        reregister_window=reading.reregister_window,
        agents=agents,
        recovered=tuple(sorted(reading.recovered - {agent.agent_id for agent in agents})),
        frameworks=reading.frameworks,
        answered_at=leader.answered_at,
    )
