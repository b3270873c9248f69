"""The twins with a second pool, whose machines stand in for those that the first one can't get.

Nothing befalls it: its machines boot and join, and go when they are told to. What the app orders of it is looked at
here, by what is true of the first pool.

22  a pool that stands in has what it has to have of its own, and more only while the other one gets no machines
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from shared.model.azure import PoolAddress, Power, Provisioning
from shared.model.mesos import Agent
from simulator.virtual_time import VirtualClock
from tests.prod import SUBSCRIPTION
from tests.simulation.sizes import STAND_IN
from tests.simulation.tale import Tale
from tests.simulation.twin_load import LoadedTwins
from tests.simulation.twin_orders import ABOUT_ADDRESSES, ABOUT_AGENTS
from tests.watched import Call, watched

REGULAR = PoolAddress(SUBSCRIPTION, "acs-prod", STAND_IN)
WITHOUT_ROOM = timedelta(minutes=13)
"""A quarter of an hour by the app, which may have heard of it later than it began, and not earlier. Sooner where the
policy says so: what was ordered and has not joined in its time does not join, whatever the cause."""
KNOWN = timedelta(seconds=130)
AGAIN = timedelta(seconds=130)
"""An order that never arrived is given again, by whoever takes over from a worker that has stopped."""


class StandInTwins(LoadedTwins):
    """`complain` is told of what 22 forbids."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        super().__init__(clock, tale)
        self.least, self.most = self._sizes.stand_in, self._sizes.most_stand_in
        self.complain: Callable[[int, str], None] = lambda number, text: None
        self._without_room = min(WITHOUT_ROOM, timedelta(seconds=tale.rules.join_s))
        self._short_since: datetime | None = None
        self._got_at: datetime | None = None
        self.compute.add_pool(REGULAR, self.least, "10.64.0.0")
        self.azure = watched("compute", self.compute, self._effect)
        self.mesos = watched("scheduler", self.scheduler, self._effect)
        self._workloads = watched("workloads", self.works, self._effect)
        self.turns(at_once=True)

    # What is ordered.

    async def _effect(self, call: Call) -> Any:
        if self._is_of_stand_in(call):
            self._check(call)
            with self._spared():
                answer = await call.go()
            self.stirs()
            return answer
        failures = len(self.compute._failures)
        try:
            return await self._orders.effect(call)
        finally:
            had_none = len(self.compute._failures) < failures
            if had_none or call.name == "compute.set_capacity":
                self._notes_room(had_none)

    def _is_of_stand_in(self, call: Call) -> bool:
        name, addresses = call.name, self._stand_in_addresses()
        if name in ABOUT_AGENTS:
            agent = self.scheduler.agents.get(call.args[0])
            return agent is not None and agent.address in addresses
        if name in ABOUT_ADDRESSES:
            return call.args[1] in addresses
        if name == "workloads.kill":
            agents = self.scheduler.agents
            ended = self._orders.tasks_of(call.args[0])
            return bool(ended) and all(agents[one].address in addresses for one in ended)
        return name.startswith("compute.") and bool(call.args) and call.args[0] == REGULAR

    def _notes_room(self, had_none: bool) -> None:
        now = self.clock.now()
        if had_none:
            if self._short_since is None or self._got_at is not None:
                self._short_since, self._got_at = now, None
        elif self._short_since is not None and self._got_at is None:
            self._got_at = now

    # 22.

    def _check(self, call: Call) -> None:
        there = self.compute._pools[REGULAR]
        if call.name == "compute.set_capacity":
            size = call.args[1]
            if size > self.most:
                self.complain(22, f"a size of {size} was ordered of the pool that stands in")
            if size > max(self.least, there.capacity) and not self._may_stand_in():
                self.complain(22, f"{size} stand in for machines that there is room for")
        if call.name == "compute.destroy":
            gone = set(call.args[1])
            left = [id for id in there.instances if id not in gone and not self._is_leaving(id)]
            if len(left) < self.least:
                self.complain(22, f"{len(left)} are left of the pool that stands in")

    def _is_leaving(self, id: str) -> bool:
        return self.compute._pools[REGULAR].instances[id].provisioning is Provisioning.DELETING

    def _may_stand_in(self) -> bool:
        """That it gets machines is known when they are made."""
        now = self.clock.now()
        if self.stillborn:
            return True  # new ones do not join
        was_short = self._short_since is not None and now - self._short_since >= self._without_room
        return was_short and (
            self._got_at is None or now - self._got_at < KNOWN + AGAIN + self.compute.takes + self.boot
        )

    # How it lives.

    def _stand_in_addresses(self) -> dict[str, str]:
        """Ids by address."""
        found = self.compute._pools.get(REGULAR)
        return {address: id for id, address in found.addresses.items()} if found is not None else {}

    def running_addresses(self) -> set[str]:
        found = self.compute._pools.get(REGULAR)
        more = found.instances.items() if found is not None else ()
        own = {found.addresses[id] for id, one in more if one.power is Power.RUNNING} if found else set()
        return super().running_addresses() | own

    def _tasks_are_placed(self) -> None:
        found = self.compute._pools.get(REGULAR)
        known = {agent.address for agent in self.scheduler.agents.values() if agent.active}
        known |= {agent.address for agent in self.scheduler.recovered.values()}
        for id, one in found.instances.items() if found is not None else ():
            born = self.clock.now() - (one.created_at or self.clock.now()) >= self.boot
            is_first = int(id) < self.least
            is_up = one.power is Power.RUNNING and (born or is_first)
            if is_up and found is not None and found.addresses[id] not in known:
                self._joins_there(found.addresses[id])
        super()._tasks_are_placed()

    def _joins_there(self, address: str) -> None:
        for agent in [one for one in self.scheduler.agents.values() if one.address == address]:
            self.scheduler.lose(agent.agent_id)
        self._joins += 1
        self.scheduler.join(Agent(f"agent-S{self._joins}", address, address, 5051, True, None))

    def machine_halts(self, name: str) -> None:
        if not name.startswith(STAND_IN):
            super().machine_halts(name)
            return
        address = self.compute._pools[REGULAR].addresses.get(name.rpartition("_")[2])
        for agent in [one for one in self.scheduler.agents.values() if one.address == address and one.active]:
            self.scheduler.disconnect(agent.agent_id)

    def machine_boots(self, name: str, has_its_disk: bool) -> None:
        if not name.startswith(STAND_IN):
            super().machine_boots(name, has_its_disk)

    def _registers_again(self, agent: Agent) -> None:
        if agent.address not in self._stand_in_addresses():
            super()._registers_again(agent)
        elif agent.agent_id in self.scheduler.recovered:
            self.scheduler.join(replace(agent, registered_at=self.clock.now()))

    def next_events(self) -> Any:
        yield from super().next_events()
        for one in self.compute._pools[REGULAR].instances.values():
            if one.created_at is not None:
                yield one.created_at + self.boot

    def leftovers(self) -> list[str]:
        """It has given back whoever does nothing."""
        there, agents = self.compute._pools[REGULAR], self.scheduler.agents.values()
        at_work = {one.address for one in agents if one.tasks}
        idle = [id for id, address in there.addresses.items() if address not in at_work]
        left = len(there.instances) > self.least and len(idle) > 0
        return super().leftovers() + (
            [f"{len(there.instances)} stand in, and {idle} do nothing"] if left else []
        )
