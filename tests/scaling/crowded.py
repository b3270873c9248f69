"""A pool of agents of four cores on which what runs is spread unevenly: the small world of `tests/scene.py`, with
applications that say what they need.

crowded = Crowded("rebalance: {load: true}", agents=4)
crowded.runs("/shop", 1.0, 4, 4, 4, 2)        tasks of one core: three on the fourth agent, one on the second
await crowded.after(minutes=20)                virtual time, nobody waits
crowded.tasks_on(4)                            how many are there now
crowded.ended                                  the tasks that were ended so far

What is ended starts where fewest of its application are, on the first agent by name if there are several.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.model.last_move import LastMove
from shared.model.mesos import Amounts, Generation
from shared.model.workloads import RUNNING, App, Needs, Task
from tests.scene import Scene

FOUR = Amounts(4, 8_000, 50_000)
LOAD = "rebalance: {load: true}"


class Crowded(Scene):
    """Agents are numbered from 1. Beside what a test adds, each has two small tasks."""

    def __init__(
        self,
        more: str = LOAD,
        agents: int = 4,
        mode: str = "enforce",
        generation: Generation = Generation.DRAIN,
        boot_s: float = 120,
    ) -> None:
        self._seen = set[str]()
        super().__init__(agents, more, mode, generation, boot_s)

    def runs(self, app: str, cpus: float, *numbers: int, **other: Any) -> None:
        """An application with a task of so many cores on each of these agents; a number twice is two of them."""
        name = app.strip("/")
        agents = [self.scheduler.agents[f"agent-S{number}"] for number in numbers]
        tasks = tuple(
            Task(f"{name}.old-{i}", agent.agent_id, agent.address, RUNNING) for i, agent in enumerate(agents)
        )
        plain = App(id=app, wanted=len(tasks), running=0, healthy=0, tasks=tasks, needs=needs_of(cpus))
        self.works.keep(replace(plain, **other))
        self._tasks_are_placed()

    def tasks_on(self, number: int, app: str = "/shop") -> int:
        return len(self.works.apps[app].on(f"agent-S{number}"))

    @property
    def ended(self) -> list[str]:
        return sorted(self._seen - self._running())

    def _running(self) -> set[str]:
        return {task.id for app in self.works.apps.values() for task in app.tasks}

    async def last_move(self) -> LastMove | None:
        kept = (await self.reader.last_moves("prod")).kept.get("private")
        return kept.value if kept is not None else None

    def _tasks_are_placed(self) -> None:
        super()._tasks_are_placed()
        agents, self._seen = self.scheduler.agents, self._seen | self._running()
        for agent_id, agent in list(agents.items()):
            used = Amounts(0.1 * agent.tasks.get("marathon:web", 0), 100.0)
            for app in self.works.apps.values():
                count, needs = len(app.on(agent_id)), (app.needs or needs_of(0)).amounts
                used = Amounts(round(used.cpus + count * needs.cpus, 3), used.mem_mb + count * needs.mem_mb)
            agents[agent_id] = replace(agent, total=FOUR, used=used)


def needs_of(cpus: float) -> Needs:
    return Needs(Amounts(cpus, 100))
