"""A pool for which work waits: agents of four cores, and a burst of work that takes three cores a task.

waits = Waits("signals: [{of: waiting}]", agents=3)
waits.burst = 2                               two tasks come; each fills an agent, beside what runs there
await waits.after(minutes=5)
waits.waiting                                 those that have found no agent
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.load import Pending, Queued
from shared.model.mesos import Amounts
from shared.model.workloads import Needs
from tests.scaling.stage import Office

AGENT, WEB_TASK = Amounts(4, 8_000, 50_000), Amounts(0.5, 100)
BURST, HUGE = Amounts(3, 1_000), Amounts(64, 1_000)


class Waits(Office):
    """Each agent has two small tasks besides. `huge` tasks wait for ever. `pods` of a service have no place until there
    are as many machines more than at first."""

    burst = huge = waiting = pods = 0

    def __init__(self, scaling: str, agents: int = 3, more: str = "", mode: str = "enforce") -> None:
        self._placed: dict[str, int] = {}
        self._at_first = agents
        written = f"scaling: {{{scaling}}}\n        {more}" if more else f"scaling: {{{scaling}}}"
        super().__init__(agents, "", "", written, mode)

    def _tasks_are_placed(self) -> None:
        super()._tasks_are_placed()
        agents, left = self.scheduler.agents, self.burst
        placed: dict[str, int] = {}
        for agent_id in sorted(agents, key=lambda one: (one not in self._placed, one)):
            stays = agent_id in self._placed or self.scheduler.takes_tasks(agent_id)
            if left and stays:
                placed[agent_id], left = 1, left - 1
        self._placed, self.waiting = placed, left
        for agent_id, agent in agents.items():
            web, more = sum(agent.tasks.values()), placed.get(agent_id, 0)
            used = Amounts(
                web * WEB_TASK.cpus + more * BURST.cpus, web * WEB_TASK.mem_mb + more * BURST.mem_mb
            )
            agents[agent_id] = replace(agent, total=AGENT, used=used)
        queued = (("/burst", left, BURST), ("/huge", self.huge, HUGE))
        lacking = max(0, self.pods - max(0, len(agents) - self._at_first))
        pods = Pending(service="kafka", sort="broker", count=lacking, needs=Needs(AGENT))
        self.works.unplaced = (pods,) if lacking else ()
        self.works.queued = tuple(
            Queued(app=app, count=count, needs=Needs(needs)) for app, count, needs in queued if count
        )
