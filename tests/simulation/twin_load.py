"""The twins with load and zones: tasks of half a core come and end in waves, on agents of four cores.

A task starts where fewest are, if there is room; what finds none waits in Marathon's queue, and the agents say what is
in use. A new machine comes where Azure puts it, which may well be where most are already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.model.azure import Instance
from shared.model.load import Queued
from shared.model.mesos import Amounts
from shared.model.workloads import Needs
from shared.scale.work import Host, Work
from simulator.virtual_time import VirtualClock
from tests.prod import START
from tests.scale.plain_placement import placed_plainly
from tests.simulation.sizes import Sizes
from tests.simulation.tale import Tale
from tests.simulation.twins import Twins
from tests.works import WEB

AGENT, TASK = Amounts(4, 8_000, 50_000), Amounts(0.5, 100)
FIT = 8
"""Tasks on an agent."""


class LoadedTwins(Twins):
    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        self._sizes, self._at_first = tale.sizes or Sizes(), tale.agents * 2
        super().__init__(clock, tale)

    def are_made(self, instances: dict[str, Instance], ids: Sequence[str]) -> None:
        zones = self._sizes.zones
        for id in ids:
            instances[id] = replace(instances[id], zone=zones[int(id) % len(zones)], fault_domain=None)

    def next_events(self) -> Iterator[datetime]:
        yield from super().next_events()
        yield from (START + timedelta(seconds=at_s) for at_s, _ in self._sizes.waves)

    def _tasks_are_placed(self) -> None:
        scheduler = self.scheduler
        scheduler.finish_drains()
        self.tasks = self._sizes.tasks_at((self.clock.now() - START).total_seconds(), self._at_first)
        counts = {id: one.tasks.get(WEB, 0) for id, one in scheduler.agents.items()}
        for _ in range(sum(counts.values()) - self.tasks):
            fullest = max(sorted(counts), key=lambda id: counts[id])
            counts[fullest] -= 1
            scheduler.run(fullest, WEB, counts[fullest])
        waiting = self.tasks - sum(counts.values())
        while waiting > 0:
            roomy = [id for id in sorted(counts) if counts[id] < FIT and scheduler.takes_tasks(id)]
            if not roomy:
                break
            emptiest = min(roomy, key=lambda id: counts[id])
            counts[emptiest] += 1
            scheduler.run(emptiest, WEB, counts[emptiest])
            waiting -= 1
        self.works.follow()
        for id, agent in list(scheduler.agents.items()):
            count = agent.tasks.get(WEB, 0)
            used = Amounts(count * TASK.cpus, count * TASK.mem_mb)
            scheduler.agents[id] = replace(agent, total=AGENT, used=used)
        queued = Queued(app="/web", count=waiting, needs=Needs(TASK))
        self.works.queued = (queued,) if waiting else ()

    def idle(self) -> list[str]:
        """What finds no room waits: that is no fault where the pool has as many machines as it may."""
        return super().idle() if self.capacity < self._sizes.most else []

    def finds_room(self, node: str) -> int:
        """How many of the tasks on this machine would find room on the others, placed one after the other."""
        machine = next((one for one in self.machines() if one.name == node), None)
        agent = self.agent_at(node)
        if machine is None or agent is None:
            return 0
        scheduler = self.scheduler
        hosts = [
            Host(name=id, hostname=id, free={"*": _free(one.tasks.get(WEB, 0))})
            for id, one in sorted(scheduler.agents.items())
            if id != agent.agent_id and scheduler.takes_tasks(id) and id not in scheduler.silent
        ]
        work = Work(app="/web", count=machine.tasks, needs=TASK)
        return sum(placed_plainly([work], hosts).values())


def _free(tasks: int) -> Amounts:
    return Amounts(AGENT.cpus - tasks * TASK.cpus, AGENT.mem_mb - tasks * TASK.mem_mb)
