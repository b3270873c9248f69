"""A leading Mesos master in memory, and the agents that it knows.

Agents come and go by verbs; what the port does to them is what Mesos does: an agent that was marked gone is banned
for ever, a machine that is down bars every agent with its address, and after a failover the agents are remembered
but not registered until they come back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.errors import Refused
from shared.memory.faults import Faults
from shared.model.mesos import Agent, Generation, SchedulerState
from shared.ports.clock import Clock
from shared.ports.scheduler import Scheduler

_VERSIONS = {Generation.MAINTENANCE: "1.4.0", Generation.MARK_GONE: "1.5.2", Generation.DRAIN: "1.11.0"}


class MemoryScheduler(Scheduler):
    """Public to tests: `agents`, `recovered`, `gone` (agent ids) and `down` (addresses of machines)."""

    def __init__(self, clock: Clock, generation: Generation = Generation.MARK_GONE) -> None:
        self.faults = Faults()
        self.agents: dict[str, Agent] = {}
        self.recovered: dict[str, Agent] = {}
        self.gone: set[str] = set()
        self.down: set[str] = set()
        self.frameworks: dict[str, str] = {}
        self.generation = generation
        self.leader = "master-1:5050"
        self.elected_at: datetime = clock.now() - timedelta(days=1)
        self.reregister_window = timedelta(minutes=10)
        self._clock = clock

    async def state(self) -> SchedulerState:
        self.faults.before("state")
        return SchedulerState(
            leader=self.leader,
            version=_VERSIONS[self.generation],
            generation=self.generation,
            elected_at=self.elected_at,
            reregister_window=self.reregister_window,
            agents=tuple(self.agents[id] for id in sorted(self.agents)),
            recovered=tuple(sorted(self.recovered)),
            frameworks=dict(self.frameworks),
        )

    async def mark_gone(self, agent_id: str) -> None:
        self.faults.before("mark_gone")
        if self.generation is Generation.MAINTENANCE:
            raise Refused("mesos", "call_not_known", {"call": "MARK_AGENT_GONE"})
        self.gone.add(agent_id)
        self.agents.pop(agent_id, None)
        self.recovered.pop(agent_id, None)
        self.faults.after("mark_gone")

    async def machine_down(self, hostname: str, address: str) -> None:
        self.faults.before("machine_down")
        self.down.add(address)
        for agent in [agent for agent in self.agents.values() if agent.address == address]:
            del self.agents[agent.agent_id]
        self.faults.after("machine_down")

    async def machine_up(self, hostname: str, address: str) -> None:
        self.faults.before("machine_up")
        self.down.discard(address)
        self.faults.after("machine_up")

    def join(self, agent: Agent) -> bool:
        """An agent registers, or comes back. False when the master turns it away: its id is banned or its machine
        is down."""
        if agent.agent_id in self.gone or agent.address in self.down:
            return False
        at = agent.registered_at or self._clock.now()
        self.agents[agent.agent_id] = replace(agent, active=True, registered_at=at)
        self.recovered.pop(agent.agent_id, None)
        return True

    def disconnect(self, agent_id: str) -> None:
        """The agent stopped answering; the master still lists it as not active."""
        self.agents[agent_id] = replace(self.agents[agent_id], active=False)

    def lose(self, agent_id: str) -> None:
        """The master gave the agent up: it is in no list any more."""
        self.agents.pop(agent_id, None)
        self.recovered.pop(agent_id, None)

    def run(self, agent_id: str, workload: str, tasks: int) -> None:
        """`tasks` tasks of `workload` (see `workload_key`) run on the agent now; 0 stops them."""
        running = {**self.agents[agent_id].tasks, workload: tasks}
        self.agents[agent_id] = replace(self.agents[agent_id], tasks={k: n for k, n in running.items() if n})

    def fail_over(self, leader: str) -> None:
        """Another master leads as of now. It knows all agents by the registry, none has come back to it yet."""
        self.leader = leader
        self.elected_at = self._clock.now()
        self.recovered |= self.agents
        self.agents = {}
