"""The twins with load and zones: tasks of half a core come and end in waves, on agents of four cores.

A task starts where fewest are, if there is room; what finds none waits in Marathon's queue, and the agents say what is
in use. A new machine comes where Azure puts it, which may well be where most are already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from shared.model.azure import Instance
from shared.model.load import Queued
from shared.model.mesos import Amounts
from shared.model.workloads import App, Needs
from shared.scale.work import Host, Work
from simulator.virtual_time import VirtualClock
from tests.prod import START
from tests.scale.plain_placement import placed_plainly
from tests.simulation.sizes import FIT, Sizes
from tests.simulation.tale import Tale
from tests.simulation.twins import Twins
from tests.works import WEB, WEB_APP, Works
from tests.world import World

AGENT, TASK = Amounts(4, 8_000, 50_000), Amounts(0.5, 100)


class LoadedWorks(Works):
    """Tasks of one application, each with a name of its own that no other gets: `named` by agent, the oldest first, and
    when each was started."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._numbers = count(1)
        self.named: dict[str, dict[str, datetime]] = {}

    def are_named(self, counts: Mapping[str, int]) -> None:
        """So many run on each agent by now. Who is too many are the last."""
        now = self._clock.now()
        self.named = {agent: tasks for agent, tasks in self.named.items() if agent in counts}
        for agent, many in counts.items():
            tasks = self.named.setdefault(agent, {})
            while len(tasks) > many:
                tasks.popitem()
            while len(tasks) < many:
                tasks[f"{WEB_APP}.{agent}.{next(self._numbers)}"] = now

    async def kill(self, task_ids: Collection[str], *, wipe: bool) -> None:
        await super().kill(task_ids, wipe=wipe)
        for tasks in self.named.values():
            for id in task_ids:
                tasks.pop(id, None)

    def _web(self) -> App:
        started = {id: at for tasks in self.named.values() for id, at in tasks.items()}
        found = super()._web()
        tasks = tuple(replace(one, started_at=started.get(one.id)) for one in found.tasks)
        return replace(found, tasks=tasks, needs=Needs(TASK))


class LoadedTwins(Twins):
    furniture = LoadedWorks
    works: LoadedWorks

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
        self.works.are_named({id: one.tasks.get(WEB, 0) for id, one in scheduler.agents.items()})
        for id, agent in list(scheduler.agents.items()):
            many = agent.tasks.get(WEB, 0)
            used = Amounts(many * TASK.cpus, many * TASK.mem_mb)
            ids = {**agent.task_ids, "marathon": tuple(self.works.named[id])} if many else agent.task_ids
            scheduler.agents[id] = replace(agent, total=AGENT, used=used, task_ids=ids)
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
