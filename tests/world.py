"""Azure and Mesos around the app: what they do by themselves, and what happens to them.

A machine that was ordered boots and joins, tasks of an agent that was removed start elsewhere. What the app does to
them is watched: `destroyed` and `ordered` are its orders, `wronged` are the machines that it destroyed although they
were healthy, which must stay empty in every story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from shared.errors import Retry
from shared.memory.compute import MemoryCompute
from shared.memory.guests import Guests
from shared.memory.scheduler import MemoryScheduler
from shared.model.azure import Instance, PoolAddress, Power
from shared.model.mesos import Agent, Framework, Generation
from shared.ports.clock import Clock
from tests.prod import PINGS, POOL, SET, START, arm_event
from tests.works import WEB, Works


class _Watchful(MemoryCompute):
    """Remembers what was ordered, and whether what was destroyed was healthy at that moment."""

    def __init__(self, world: World, takes: timedelta) -> None:
        super().__init__(world.clock, takes, _Inhabitants(world))
        self._world = world

    def _grow(self, pool: PoolAddress, there: Any, by: int) -> list[str]:
        ids = super()._grow(pool, there, by)
        self._world.are_made(there.instances, ids)
        return ids

    async def destroy(self, pool: PoolAddress, instance_ids: Sequence[str]) -> str:
        healthy = [id for id in instance_ids if self._world.is_healthy(id)]
        no_room = [failure for failure in self._failures if failure[0] == "AllocationFailed"]
        self._failures = [failure for failure in self._failures if failure not in no_room]
        try:
            token = await super().destroy(pool, instance_ids)
        finally:
            self._failures += no_room  # to destroy needs no room
        self._world.wronged.extend(healthy)
        for id in instance_ids:
            self._world.machine_halts(f"{pool.scale_set}_{id}")
        return token

    async def set_capacity(self, pool: PoolAddress, capacity: int, etag: str) -> str:
        before = self._pools[pool].capacity
        try:
            return await super().set_capacity(pool, capacity, etag)
        finally:
            if self._pools[pool].capacity != before:
                self._world.ordered.append(capacity - before)


class _Inhabitants(Guests):
    """The agents in the machines feel what happens to these."""

    def __init__(self, world: World) -> None:
        self._world = world

    def halted(self, name: str) -> None:
        self._world.machine_halts(name)

    def booted(self, name: str, *, has_its_disk: bool) -> None:
        self._world.machine_boots(name, has_its_disk)

    def run(self, name: str, script: Sequence[str]) -> str:
        return self._world.command_runs(name, script)


class World:
    """One pool of `agents` machines, each with its agent, two tasks on each."""

    clock: Clock
    furniture: type[Works] = Works

    def __init__(
        self, clock: Clock, agents: int, generation: Generation, boot: timedelta, takes: timedelta
    ) -> None:
        self.clock = clock
        self.ordered: list[int] = []
        self.wronged: list[str] = []
        self.compute: MemoryCompute = _Watchful(self, takes)
        self.scheduler = MemoryScheduler(self.clock, generation)
        self.scheduler.frameworks["marathon"] = Framework("marathon", "marathon", ("marathon",))
        self.boot, self.tasks, self.booting, self._joins = boot, agents * 2, True, 0
        self.dead: set[str] = set()
        self.cured_by = frozenset({"restart_unit", "restart", "redeploy"})
        self._silent_since: dict[str, datetime] = {}
        self.works = self.furniture(self)
        self.compute.add_pool(POOL, agents)
        self.turns(at_once=True)

    # What happens to it.

    def are_made(self, instances: dict[str, Instance], ids: Sequence[str]) -> None:
        """Azure begins to make machines, and chooses where."""

    def name(self, number: int) -> str:
        return f"{SET}_{number}"

    def cures(self, act: str) -> bool:
        return act in self.cured_by

    def boots(self, id: str) -> bool:
        """Whether an agent will ever start in this machine."""
        return self.booting

    def machine_halts(self, name: str) -> None:
        agent = self.agent_at(name)
        if agent is not None and agent.active:
            self.scheduler.disconnect(agent.agent_id)

    def machine_boots(self, name: str, has_its_disk: bool) -> None:
        """Agents boot with their machines. What made one fail is cured by those acts that `cures` names."""
        agent = self.agent_at(name)
        cured = self.cures("restart" if has_its_disk else "redeploy")
        if agent is None or (agent.agent_id in self.dead and not cured):
            return
        self.dead.discard(agent.agent_id)
        if has_its_disk:
            self.scheduler.join(replace(agent, registered_at=self.clock.now()))
        else:
            self.agent_joins(agent.address)

    def command_runs(self, name: str, script: Sequence[str]) -> str:
        agent = self.agent_at(name)
        if agent is None or not self.cures("restart_unit"):
            return "dcos-mesos-slave: failed"
        self.agent_returns(agent.agent_id)
        return "dcos-mesos-slave: active"

    def agent_at(self, name: str) -> Agent | None:
        """The agent of the machine with this name, connected or not."""
        address = self.compute._pools[POOL].addresses.get(name.rpartition("_")[2])
        agents = [agent for agent in self.scheduler.agents.values() if agent.address == address]
        return max(agents, key=lambda agent: agent.active, default=None)

    def agent_joins(self, address: str) -> None:
        """A new agent registers at this address; the ones that were there before are given up."""
        for agent in [one for one in self.scheduler.agents.values() if one.address == address]:
            self.scheduler.lose(agent.agent_id)
        self._joins += 1
        self.scheduler.join(Agent(f"agent-S{self._joins}", address, address, 5051, True, None))

    def agent_of(self, number: int) -> str:
        address = self.compute._pools[POOL].addresses[str(number)]
        agents = [agent for agent in self.scheduler.agents.values() if agent.address == address]
        return max(agents, key=lambda agent: agent.active).agent_id

    def agent_dies(self, number: int) -> None:
        """The Mesos agent's process dies, its machine goes on."""
        agent = self.agent_of(number)
        self.dead.add(agent)
        self.scheduler.disconnect(agent)

    def agent_comes_back(self, number: int) -> None:
        self.agent_returns(self.agent_of(number))

    def lost_agents(self) -> list[str]:
        """Agents that died and could come back, because their machines run."""
        there, agents = self.compute._pools[POOL], self.scheduler.agents
        running = {there.addresses[id] for id, one in there.instances.items() if one.power is Power.RUNNING}
        return sorted(id for id in self.dead if id in agents and agents[id].address in running)

    def agent_returns(self, agent: str) -> None:
        self.dead.discard(agent)
        self.scheduler.join(replace(self.scheduler.agents[agent], registered_at=self.clock.now()))

    def machine_is_deleted(self, number: int) -> dict[str, Any]:
        """Somebody deletes the instance. Returns the event that Azure sends about it."""
        self.scheduler.disconnect(self.agent_of(number))
        self.compute.lose(POOL, str(number))
        return self.event(number, "Delete", "delete")

    def machine_is_deallocated(self, number: int) -> dict[str, Any]:
        self.scheduler.disconnect(self.agent_of(number))
        self.compute.evict(POOL, str(number))
        return self.event(number, "Action", "deallocate/action")

    def pool_is_resized(self, size: int) -> dict[str, Any]:
        """Somebody writes another capacity: Azure takes the highest ids away, or adds machines."""
        there = self.compute._pools[POOL]
        for id in sorted(there.instances, key=int)[size:]:
            if self.is_healthy(id):
                self.scheduler.disconnect(self.agent_of(int(id)))
            self.compute.lose(POOL, id)
        self.compute._grow(POOL, there, max(0, size - len(there.instances)))
        for id in there.instances:
            if there.instances[id].power is Power.STARTING:
                self.compute.set_power(POOL, id, Power.RUNNING)
        there.capacity, there.version = size, there.version + 1
        return self.event(None, "Write", "write")

    def azure_says_capacity(self, capacity: int) -> None:
        """The model of the set has this number now, whatever instances there are."""
        there = self.compute._pools[POOL]
        there.capacity, there.version = capacity, there.version + 1

    def masters_fall_silent(self) -> None:
        self.scheduler.faults.always("state", Retry("no master answers", timedelta(seconds=5)))

    def azure_falls_silent(self) -> None:
        for call in ("scale_set", "instances", "instance", "addresses", "destroy", "set_capacity", "look"):
            self.compute.faults.always(call, Retry("Azure answers 503", timedelta(seconds=5)))

    def all_answer_again(self) -> None:
        self.scheduler.faults.clear()
        self.compute.faults.clear()

    def event(self, number: int | None, verb: str, operation: str, by: str = "somebody") -> dict[str, Any]:
        """An event of Azure Resource Manager about an instance, or about the set."""
        return arm_event(self.clock.now(), number, verb, operation, by)

    # What there is to see of it.

    @property
    def destroyed(self) -> list[str]:
        """Every instance that the app had destroyed, as often as it ordered that."""
        return [id for _, ids in self.compute.destroyed for id in ids]

    @property
    def listed(self) -> list[str]:
        return list(self.compute._pools[POOL].instances)

    @property
    def capacity(self) -> int:
        return self.compute._pools[POOL].capacity

    @property
    def connected(self) -> int:
        return sum(agent.active for agent in self.scheduler.agents.values())

    @property
    def running_tasks(self) -> int:
        return sum(agent.tasks.get(WEB, 0) for agent in self.scheduler.agents.values() if agent.active)

    def is_healthy(self, id: str) -> bool:
        there = self.compute._pools[POOL]
        if id not in there.instances or there.instances[id].power is not Power.RUNNING:
            return False
        address = there.addresses[id]
        return any(agent.active and agent.address == address for agent in self.scheduler.agents.values())

    # What it does by itself.

    def _silent_agents_are_given_up(self) -> None:
        """One that was deactivated is listed as if it lived, until so many pings went unanswered."""
        now, agents = self.clock.now(), self.scheduler.agents
        for agent_id in [id for id in self.scheduler.silent if id in agents and agents[id].active]:
            if now - self._silent_since.setdefault(agent_id, now) >= PINGS:
                self.scheduler.lose(agent_id)

    def turns(self, at_once: bool = False) -> None:
        """Operations of Azure end, machines boot, agents join, tasks are placed."""
        self._azure_turns()
        self._silent_agents_are_given_up()
        there, agents = self.compute._pools[POOL], self.scheduler.agents
        known = {agent.address for agent in agents.values() if agent.active}
        for id, instance in there.instances.items():
            address = there.addresses[id]
            old = [agent for agent in agents.values() if agent.address == address]
            born = self.clock.now() - (instance.created_at or START) >= self.boot
            if address in known or instance.power is not Power.RUNNING or not self.boots(id):
                continue
            if any(agent.agent_id in self.dead for agent in old) or not (born or at_once):
                continue
            self.agent_joins(address)
        self._tasks_are_placed()

    def next_events(self) -> Iterator[datetime]:
        """When something will happen here by itself: times that may have passed."""
        yield from (operation.due for operation in self.compute._operations.values())
        for instance in self.compute._pools[POOL].instances.values():
            yield (instance.created_at or START) + self.boot

    def _azure_turns(self) -> None:
        for operation in self.compute._operations.values():
            if not operation.finished and operation.due <= self.clock.now():
                operation.finished = True
                if operation.failure is None:
                    operation.output = operation.finish() or ""

    def _tasks_are_placed(self) -> None:
        self.scheduler.finish_drains()
        agents = self.scheduler.agents
        placed = sum(agent.tasks.get(WEB, 0) for agent in agents.values())
        open_ones = sorted(id for id in agents if self.scheduler.takes_tasks(id))
        for _ in range(self.tasks - placed if open_ones else 0):
            load = Counter({id: agents[id].tasks.get(WEB, 0) for id in open_ones})
            emptiest = min(open_ones, key=lambda id: (load[id], id))
            self.scheduler.run(emptiest, WEB, load[emptiest] + 1)
        self.works.follow()
