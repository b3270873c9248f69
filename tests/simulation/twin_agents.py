"""What lives in the machines of the twins, by itself: agents that boot, join, fall silent, are given up and come back.

`tests/world.py` on the loop's clock. An agent that is lost for five minutes vanishes from Mesos's lists, as it does
there; one whose machine is gone, or does not run, is lost by itself.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from shared.model.azure import Power, Provisioning
from shared.model.mesos import Agent, Drain, Generation
from simulator.virtual_time import VirtualClock
from tests.prod import POOL, SET, START
from tests.simulation.nature import Machine
from tests.simulation.tale import Tale
from tests.works import WEB
from tests.world import World

FORGOTTEN_AFTER = timedelta(minutes=5)
THIEF = "thief"
"""The id of an agent that announces an address that is not its own."""


class Agents(World):
    """One pool of machines. `broken` are those whose agent does not work, by instance id, and how; `ailing` those that
    do no work although it does; `stillborn` those that never get one; `ending` counts announcements of their end."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        self.broken: dict[str, str] = {}
        self.ailing: dict[str, str] = {}
        self.stillborn: set[str] = set()
        self.ending = Counter[str]()
        self.who: dict[str, Agent] = {}
        self.newborn_are_stillborn = False
        self.on_change: Callable[[], None] = lambda: None
        self._well: dict[str, datetime] = {}
        self._connected: dict[str, datetime] = {}
        self._lost_at: dict[str, datetime] = {}
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._changed = asyncio.Event()
        boot, takes = timedelta(seconds=tale.boot_s), timedelta(seconds=tale.takes_s)
        super().__init__(clock, tale.agents, tale.generation, boot, takes)
        self.cured_by = frozenset(tale.cured_by)
        for id in self.listed:
            self._well[id] = START - timedelta(days=1)

    # What is true of them.

    def machine(self, id: str) -> Machine | None:
        instance = self.compute._pools[POOL].instances.get(id)
        if instance is None:
            return None
        return Machine(
            instance.name,
            instance.fault_domain,
            self._well.get(id),
            instance.provisioning is Provisioning.DELETING,
            instance.power is Power.RUNNING,
            self._tasks_on(id),
            self.ending[id] > 0,
            self._connected.get(id),
            zone=instance.zone,
        )

    def _tasks_on(self, id: str) -> int:
        agent = self.who.get(id)
        found = self.scheduler.agents.get(agent.agent_id) if agent is not None else None
        if found is None or found.agent_id in self.scheduler.silent or not found.active:
            return 0
        return found.tasks.get(WEB, 0)

    def _is_connected(self, id: str) -> bool:
        there = self.compute._pools[POOL]
        instance, agent = there.instances[id], self.who.get(id)
        if instance.power is not Power.RUNNING or agent is None or id in self.broken:
            return False
        masters = self.scheduler
        found = masters.agents.get(agent.agent_id) or masters.recovered.get(agent.agent_id)
        return found is not None and found.active and agent.agent_id not in masters.silent

    def _note_the_well(self, now: datetime) -> None:
        there = self.compute._pools[POOL].instances
        self._connected = {id: self._connected.get(id, now) for id in there if self._is_connected(id)}
        self._well = {id: self._well.get(id, now) for id in self._connected if id not in self.ailing}
        self.broken = {id: how for id, how in self.broken.items() if id in there}
        self.ailing = {id: how for id, how in self.ailing.items() if id in there}
        if self.newborn_are_stillborn:
            self.stillborn |= {id for id, one in there.items() if one.provisioning is Provisioning.CREATING}

    # Time passes.

    async def live(self) -> None:
        while True:
            self.turns()
            self._changed.clear()
            now = self.clock.now()
            due = min([at for at in self.next_events() if at > now], default=now + timedelta(days=1))
            try:
                async with asyncio.timeout((due - now).total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def after(self, delay: timedelta, action: Callable[[], None]) -> None:
        heapq.heappush(self._later, (self.clock.now() + delay, next(self._numbers), action))
        self._changed.set()

    def next_events(self) -> Iterator[datetime]:
        yield from (one.due for one in self.compute._operations.values() if not one.finished)
        now = self.clock.now()
        for instance in self.compute._pools[POOL].instances.values():
            born = (instance.created_at or START) + self.boot
            if born > now:
                yield born
        yield from (at for at, _, _ in self._later[:1])
        yield from (at + FORGOTTEN_AFTER for at in self._lost_at.values())

    def turns(self, at_once: bool = False) -> None:
        now = self.clock.now()
        while self._later and self._later[0][0] <= now:
            heapq.heappop(self._later)[2]()
        self._agents_are_lost(now)
        super().turns(at_once)
        self._agents_are_lost(now)
        self._note_the_well(now)
        self.on_change()

    def stirs(self) -> None:
        """Something happened from outside."""
        self.turns()
        self._changed.set()

    def running_addresses(self) -> set[str]:
        there = self.compute._pools[POOL]
        return {there.addresses[id] for id, one in there.instances.items() if one.power is Power.RUNNING}

    def _agents_are_lost(self, now: datetime) -> None:
        masters, running = self.scheduler, self.running_addresses()
        for id, agent in list(masters.agents.items()):
            if agent.address not in running and id not in masters.silent:
                masters.disconnect(id)
            if id not in masters.silent:
                self._lost_at.pop(id, None)
            elif now - self._lost_at.setdefault(id, now) >= FORGOTTEN_AFTER:
                masters.lose(id)
        for id in [id for id in self._lost_at if id not in masters.agents]:
            del self._lost_at[id]

    # What their machines do.

    def boots(self, id: str) -> bool:
        """Whether an agent registers there of which the masters know nothing. Whom they know comes back as who it
        was, when its machine has booted or another master leads."""
        agent, masters = self.who.get(id), self.scheduler
        known = agent is not None and any(
            agent.agent_id in one for one in (masters.agents, masters.recovered)
        )
        return not known and id not in self.broken and id not in self.stillborn

    def agent_joins(self, address: str) -> None:
        for agent in [one for one in self.scheduler.agents.values() if one.address == address]:
            self.scheduler.lose(agent.agent_id)
        self._joins += 1
        agent = Agent(f"agent-S{self._joins}", address, address, 5051, True, None)
        if self.scheduler.join(agent):
            self.who[self.id_at(address)] = agent

    def machine_halts(self, name: str) -> None:
        agent = self.who.get(id_of(name))
        if agent is not None and agent.agent_id in self.scheduler.agents:
            self.scheduler.disconnect(agent.agent_id)

    def machine_boots(self, name: str, has_its_disk: bool) -> None:
        id, cured = id_of(name), self.cures("restart" if has_its_disk else "redeploy")
        if cured:
            self.is_cured(id)
        if id in self.broken and not cured:
            return
        self.broken.pop(id, None)
        self.comes_back(id, has_its_disk)

    def command_runs(self, name: str, script: Sequence[str]) -> str:
        id = id_of(name)
        if not self.cures("restart_unit") or self.broken.get(id) == "frozen":
            return "dcos-mesos-slave: failed"
        if id in self.ailing:
            self.is_cured(id)
            return "dcos-net.service: active"
        self.broken.pop(id, None)
        self.comes_back(id, True)
        return "dcos-mesos-slave: active"

    def is_cured(self, id: str) -> None:
        """Of what it ails. That an alarm is over has to be heard first: until then it is `over`, and counts."""
        if self.ailing.get(id) == "alarm":
            self.ailing[id] = "over"
        elif self.ailing.get(id) != "over":
            self.ailing.pop(id, None)

    def comes_back(self, id: str, has_its_disk: bool) -> None:
        """Its agent registers again, as who it was if it can."""
        there, masters = self.compute._pools[POOL], self.scheduler
        if id not in there.instances or id in self.stillborn:
            return
        if there.instances[id].power is not Power.RUNNING:
            return
        agent, address = self.who.get(id), there.addresses[id]
        known = agent is not None and (
            agent.agent_id in masters.agents
            or agent.agent_id in masters.recovered
            or masters.generation is not Generation.MAINTENANCE
        )
        if agent is not None and known and has_its_disk and agent.agent_id not in masters.gone:
            masters.join(replace(agent, registered_at=self.clock.now(), drain=Drain.NONE))
        else:
            self.agent_joins(address)

    def id_at(self, address: str) -> str:
        return next(id for id, one in self.compute._pools[POOL].addresses.items() if one == address)


def id_of(name: str) -> str:
    return name.rpartition("_")[2]


def name_of(id: str) -> str:
    return f"{SET}_{id}"
