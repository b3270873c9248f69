"""A leading Mesos master in memory, and the agents that it knows.

Agents come and go by verbs; what the port does to them is what Mesos does: an agent that was marked gone is banned
for ever, a machine that is down bars every agent with its address, and after a failover the agents are remembered
but not registered until they come back. Volumes and reservations stay with whoever comes back (`join`), because they
are on its disk.

Nothing happens by itself: a drain goes on until `finish_drains`, and whoever places tasks here asks `takes_tasks`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.errors import Refused
from shared.memory.faults import Faults
from shared.model.mesos import Agent, Drain, Framework, Generation, Headcount, SchedulerState
from shared.ports.clock import Clock
from shared.ports.scheduler import Scheduler

_VERSIONS = {Generation.MAINTENANCE: "1.4.0", Generation.MARK_GONE: "1.5.2", Generation.DRAIN: "1.11.0"}

type Machine = tuple[str, str]
"""Hostname and address."""


class MemoryScheduler(Scheduler):
    """Public to tests: `agents`, `recovered`, `gone` (agent ids), `down` (addresses of machines), `windows` (start and
    duration by machine; None for a machine that was taken down without one), `graces` (of drains, by agent id) and
    `silent` (ids of agents whose process does not answer)."""

    def __init__(self, clock: Clock, generation: Generation = Generation.MARK_GONE) -> None:
        self.faults = Faults()
        self.agents: dict[str, Agent] = {}
        self.recovered: dict[str, Agent] = {}
        self.gone: set[str] = set()
        self.down: set[str] = set()
        self.windows: dict[Machine, tuple[datetime, timedelta] | None] = {}
        self.graces: dict[str, timedelta] = {}
        self.silent: set[str] = set()
        self.frameworks: dict[str, Framework] = {}
        self.generation = generation
        self._registrations = self._removals = 0
        self.leader = "master-1:5050"
        self.elected_at: datetime = clock.now() - timedelta(days=1)
        self.reregister_window = timedelta(minutes=10)
        self.clock_differs_by = timedelta(0)
        self._clock = clock

    async def state(self) -> SchedulerState:
        self.faults.before("state")
        return self._state()

    async def headcount(self) -> Headcount:
        self.faults.before("headcount")
        connected = [agent for agent in self.agents.values() if agent.agent_id not in self.silent]
        active = [agent for agent in connected if not agent.deactivated]
        return Headcount(self.leader, len(connected), len(active), self._registrations, self._removals)

    async def deactivate(self, agent_id: str) -> None:
        self.faults.before("deactivate")
        agent = self._known(agent_id, "DEACTIVATE_AGENT")
        self.agents[agent_id] = replace(agent, deactivated=True, active=True)
        self.faults.after("deactivate")

    async def reactivate(self, agent_id: str) -> None:
        self.faults.before("reactivate")
        agent = self._known(agent_id, "REACTIVATE_AGENT")
        if agent.drain is Drain.DRAINING:
            raise Refused("mesos", "agent_is_draining", {"agent": agent_id})
        connected = agent_id not in self.silent
        self.agents[agent_id] = replace(agent, deactivated=False, drain=Drain.NONE, active=connected)
        self.faults.after("reactivate")

    async def drain(self, agent_id: str, grace: timedelta) -> None:
        self.faults.before("drain")
        agent = self._known(agent_id, "DRAIN_AGENT")
        if not agent.can_drain:
            raise Refused("mesos", "agent_cannot_drain", {"agent": agent_id})
        if agent.drain is Drain.NONE:
            if (agent.hostname, agent.address) in self.windows:
                raise Refused("mesos", "machine_in_maintenance", {"agent": agent_id})
            self.agents[agent_id] = replace(agent, deactivated=True, drain=Drain.DRAINING, active=True)
            self.graces[agent_id] = grace
        self.faults.after("drain")

    async def schedule_maintenance(
        self, hostname: str, address: str, start: datetime, duration: timedelta
    ) -> None:
        self.faults.before("schedule_maintenance")
        machine = (hostname, address)
        if not any((agent.hostname, agent.address) == machine for agent in self.agents.values()):
            raise Refused("mesos", "machine_not_announced", {"hostname": hostname, "address": address})
        if self.windows.setdefault(machine, (start, duration)) != (start, duration):
            raise Refused("mesos", "machine_scheduled_by_others", {"machine": f"{hostname}/{address}"})
        self.faults.after("schedule_maintenance")

    async def unschedule_maintenance(self, hostname: str, address: str) -> None:
        self.faults.before("unschedule_maintenance")
        if address in self.down:
            raise Refused("mesos", "machine_is_down", {"machine": f"{hostname}/{address}"})
        self.windows.pop((hostname, address), None)
        self.faults.after("unschedule_maintenance")

    async def mark_gone(self, agent_id: str) -> None:
        self.faults.before("mark_gone")
        if self.generation is Generation.MAINTENANCE:
            raise self._not_known("MARK_AGENT_GONE")
        self.gone.add(agent_id)
        self.lose(agent_id)
        self.faults.after("mark_gone")

    async def machine_down(self, hostname: str, address: str) -> None:
        self.faults.before("machine_down")
        self.down.add(address)
        self.windows.setdefault((hostname, address), None)
        for agent in [agent for agent in self.agents.values() if agent.address == address]:
            self.lose(agent.agent_id)
        self.faults.after("machine_down")

    async def machine_up(self, hostname: str, address: str) -> None:
        self.faults.before("machine_up")
        self.down.discard(address)
        self.windows.pop((hostname, address), None)
        self.faults.after("machine_up")

    def join(self, agent: Agent) -> bool:
        """An agent registers, or comes back. False when the master turns it away: its id is banned or its machine
        is down."""
        if agent.agent_id in self.gone or agent.address in self.down:
            return False
        at = agent.registered_at or self._clock.now()
        self._registrations += agent.agent_id not in self.agents and agent.agent_id not in self.recovered
        known = self.agents.get(agent.agent_id) or self.recovered.pop(agent.agent_id, agent)
        self.agents[agent.agent_id] = replace(
            agent, active=True, registered_at=at, deactivated=known.deactivated, drain=known.drain
        )
        self.silent.discard(agent.agent_id)
        return True

    def disconnect(self, agent_id: str) -> None:
        """The agent stopped answering. The master lists it as not active, unless an operator deactivated it: then it
        can't be told from one that lives."""
        self.silent.add(agent_id)
        agent = self.agents[agent_id]
        self.agents[agent_id] = replace(agent, active=agent.deactivated)

    def lose(self, agent_id: str) -> None:
        """The master gave the agent up: it is in no list any more."""
        self._removals += agent_id in self.agents or agent_id in self.recovered
        self.agents.pop(agent_id, None)
        self.recovered.pop(agent_id, None)

    def run(self, agent_id: str, workload: str, tasks: int) -> None:
        """`tasks` tasks of `workload` (see `workload_key`) run on the agent now; 0 stops them."""
        agent = self.agents[agent_id]
        running = {key: n for key, n in {**agent.tasks, workload: tasks}.items() if n}
        self.agents[agent_id] = replace(agent, tasks=running, task_ids=_ids(agent_id, running))

    def takes_tasks(self, agent_id: str) -> bool:
        """Would Marathon place a task there now? It heeds windows from DC/OS 1.11 on, not before."""
        agent = self.agents[agent_id]
        window = self.windows.get((agent.hostname, agent.address))
        heeded = window is not None and self.generation is not Generation.MAINTENANCE
        is_open = heeded and window is not None and window[0] <= self._clock.now() < window[0] + window[1]
        return agent.active and not agent.deactivated and not is_open

    def finish_drains(self) -> None:
        """The tasks of every agent that drains have ended, unless it does not answer. Whoever keeps them running
        starts them elsewhere."""
        for agent in list(self.agents.values()):
            done = agent.agent_id not in self.silent or not agent.tasks
            if agent.drain is Drain.DRAINING and done:
                self.agents[agent.agent_id] = replace(agent, tasks={}, task_ids={}, drain=Drain.DRAINED)

    def fail_over(self, leader: str) -> None:
        """Another master leads as of now. It knows all agents by the registry, none has come back to it yet."""
        self.leader = leader
        self.elected_at = self._clock.now()
        self._registrations = self._removals = 0
        self.recovered |= self.agents
        self.agents = {}

    def _state(self) -> SchedulerState:
        return SchedulerState(
            leader=self.leader,
            version=_VERSIONS[self.generation],
            generation=self.generation,
            elected_at=self.elected_at,
            reregister_window=self.reregister_window,
            agents=tuple(self.agents[id] for id in sorted(self.agents)),
            recovered=tuple(sorted(self.recovered)),
            frameworks=dict(self.frameworks),
            answered_at=self._clock.now() + self.clock_differs_by,
        )

    def _known(self, agent_id: str, call: str) -> Agent:
        if self.generation is not Generation.DRAIN:
            raise self._not_known(call)
        if agent_id not in self.agents:
            raise Refused("mesos", "agent_not_known", {"agent": agent_id})
        return self.agents[agent_id]

    def _not_known(self, call: str) -> Refused:
        return Refused("mesos", "call_not_known", {"call": call})


def _ids(agent_id: str, running: dict[str, int]) -> dict[str, tuple[str, ...]]:
    """Made-up ids for so many tasks of each workload, by framework."""
    ids: dict[str, list[str]] = {}
    for key, count in running.items():
        framework, _, name = key.partition(":")
        ids.setdefault(framework, []).extend(f"{name}.{agent_id}.{number}" for number in range(count))
    return {framework: tuple(sorted(each)) for framework, each in ids.items()}
