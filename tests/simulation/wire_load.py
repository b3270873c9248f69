"""The simulator with load and zones: tasks of half a core come and end in waves, on agents of four cores.

Azure puts new machines where fewest are, and Marathon starts tasks where it finds room. What finds none waits.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from simulator.virtual_time import VirtualClock
from simulator.world.agent import Agent, Resources
from simulator.world.build import ClusterSpec
from tests.simulation.sizes import FIT, Sizes
from tests.simulation.tale import Tale
from tests.simulation.wire import Wire
from tests.simulation.wire_agents import WEB, process_of

CPUS, MEM_MB = 4.0, 8_000.0
TASK_CPUS, TASK_MEM_MB = CPUS / FIT, 100.0


class LoadedWire(Wire):
    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        self._sizes = tale.sizes or Sizes()
        super().__init__(clock, tale)
        for at_s, tasks in self._sizes.waves:
            self._world.timeline.after(at_s, partial(self._wave, tasks))

    def furnished(self, spec: ClusterSpec) -> ClusterSpec:
        apps = tuple(replace(one, cpus=TASK_CPUS, mem=TASK_MEM_MB) for one in spec.apps)
        return replace(spec, apps=apps, zones=("1", "2", "3"), agent_resources=Resources(CPUS, MEM_MB))

    def _wave(self, tasks: int) -> None:
        """So many are wanted from now on. Who is too many ends."""
        marathon = self._cluster.mesos.schedulers[0]
        live = sorted(marathon.live[WEB], key=lambda one: one.id)
        marathon.add(replace(marathon.framework.apps[WEB], instances=tasks))
        for task in live[tasks:]:
            agent = marathon.offers.get(task.agent_id)
            if agent is not None:
                marathon.kill(agent, [task])

    def idle(self) -> list[str]:
        """What finds no room waits: that is no fault where the pool has as many machines as it may."""
        return super().idle() if self.capacity < self._sizes.most else []

    def finds_room(self, node: str) -> int:
        """How many of the tasks on this machine would find room on the others, which are all alike."""
        instance = self._instance(node)
        machine = self._machine(instance)
        if instance is None or machine is None:
            return 0
        own = process_of(instance).agent_id
        agents = self._cluster.mesos.registered.values()
        return min(machine.tasks, sum(self._free(one) for one in agents if one.id != own))

    def _free(self, agent: Agent) -> int:
        marathon = self._cluster.mesos.schedulers[0]
        is_open = agent.connected and not agent.deactivated and agent.address not in marathon.declines
        free = round((CPUS - agent.used_cpus) / TASK_CPUS)
        return max(0, free) if is_open and agent.process.responsive else 0
