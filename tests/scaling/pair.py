"""Two pools: `private`, of spot machines if the story says so, and `standby`, which stands in for it.

pair = Pair(3, "min: 5", standby=1)            private is to have five and has three; one machine of standby
pair.is_full = True                            Azure has no room for private
await pair.after(minutes=30)
pair.of("standby")                             how many agents of it are connected
pair.killed                                    machines that were destroyed while something ran there
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.errors import Refused
from shared.model.azure import PoolAddress, Power, Provisioning
from shared.model.ledger import Ledger
from shared.operate.outside import Outside
from tests.healing.test_announced_ends import scheduled
from tests.prod import POOL, SET, START
from tests.scaling.stage import Office
from tests.watched import Around, Call, watched

STANDBY = PoolAddress(POOL.subscription, POOL.resource_group, "standby-vmss")
FIRST = 100
"""Ids of machines of standby begin here, so that an id alone says of which pool it is."""

WRITTEN = """
      standby:
        scale_set: standby-vmss
        capacity: {{min: 1, max: 20}}
        disruption: {{at_once: 2, per_hour: 20}}
        scaling: {{signals: [{{nodes: {nodes}}}], window: 20m, shrink_pause: 5m, protect_new: 10m}}
"""
CALM = """disruption: {at_once: 2, per_hour: 20, per_fault_domain: none}
        storm: {unhealthy: 100%}"""
NO_ROOM = Refused("azure", "allocation_failed", {"status": 409})


class Pair(Office):
    """`is_full`: Azure has no room for private, and says so to every order."""

    is_full = False

    def __init__(
        self, agents: int, size: str, standby: int = 1, more: str = "", mode: str = "enforce"
    ) -> None:
        self.killed: list[str] = []
        scaling = f"scaling: {{signals: [{{nodes: 1}}], alternates: [standby], window: 20m{more}}}"
        super().__init__(agents, size, size, f"{scaling}\n        {CALM}", mode)
        self.compute.add_pool(STANDBY, 0, network="10.40.0.0")
        there = self.compute._pools[STANDBY]
        there.next_id, there.capacity = FIRST, standby
        made = self.compute._grow(STANDBY, there, standby)
        self.compute._mark(there, made, Provisioning.SUCCEEDED, Power.RUNNING)
        self.policy = self.policy.rstrip() + WRITTEN.format(nodes=standby)
        self.tasks += 2 * standby
        self.turns(at_once=True)

    def equipped(self, plain: Outside, around: Around | None) -> Outside:
        return replace(plain, compute=watched("compute", plain.compute, self._with_room))

    async def _with_room(self, call: Call) -> Any:
        if self.is_full and call.name == "compute.set_capacity" and call.args[0] == POOL:
            raise NO_ROOM
        return await call.go()

    # What happens.

    async def evicts(self, number: int) -> None:
        """Azure announces that it takes the machine of private, and takes it half a minute later."""
        await self.hears(scheduled(self, "Preempt", hours=30 / 3600, number=number))
        await self.after(seconds=30)
        self.machine_is_deallocated(number)

    # What there is to see.

    def of(self, pool: str) -> int:
        is_standby = pool == "standby"
        agents = self.scheduler.agents.values()
        return sum(one.active and one.address.startswith("10.40.") is is_standby for one in agents)

    async def book_of(self, pool: str) -> Ledger:
        kept = await self.reader.ledgers.get("prod", pool)
        return kept.value if kept else Ledger(pool)

    # The machines of standby in the world.

    def agent_at(self, name: str) -> Any:
        if name.startswith(SET):
            return super().agent_at(name)
        address = self.compute._pools[STANDBY].addresses.get(name.rpartition("_")[2])
        agents = [agent for agent in self.scheduler.agents.values() if agent.address == address]
        return max(agents, key=lambda agent: agent.active, default=None)

    def machine_halts(self, name: str) -> None:
        agent = self.agent_at(name)
        if agent is not None and agent.active and agent.tasks:
            self.killed.append(name)
        super().machine_halts(name)

    def is_healthy(self, id: str) -> bool:
        there = self.compute._pools.get(STANDBY)
        if there is None or id not in there.addresses:
            return super().is_healthy(id)
        agent = self.agent_at(f"{STANDBY.scale_set}_{id}")
        return agent is not None and agent.active

    def turns(self, at_once: bool = False) -> None:
        super().turns(at_once)
        there = self.compute._pools.get(STANDBY)
        if there is None:
            return
        known = {agent.address for agent in self.scheduler.agents.values() if agent.active}
        for id, instance in there.instances.items():
            born = self.clock.now() - (instance.created_at or START) >= self.boot
            is_new = instance.power is Power.RUNNING and there.addresses[id] not in known
            if is_new and (born or at_once):
                self.agent_joins(there.addresses[id])
        self._tasks_are_placed()

    def next_events(self) -> Iterator[datetime]:
        yield from super().next_events()
        for instance in self.compute._pools[STANDBY].instances.values():
            yield (instance.created_at or START) + self.boot
