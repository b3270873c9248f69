"""The true world in memory: what befalls it, and what the app reaches it by.

twin_agents     the machines of the pool and the agents in them, which live by themselves
twin_orders     what the app orders of them, seen where it takes effect
twin_masters    the masters and their machines
twin_services   services with data, and what DC/OS says of its own health
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace as with_fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from shared.errors import PoolkeeperError
from shared.model.azure import PoolAddress, Power
from shared.model.mesos import Agent
from shared.operate.outside import Outside
from simulator.virtual_time import VirtualClock
from tests.prod import POOL
from tests.simulation.breadth import Member
from tests.simulation.nature import Machine, Order
from tests.simulation.tale import Tale
from tests.simulation.twin_agents import THIEF, Agents, id_of
from tests.simulation.twin_masters import TwinMasters
from tests.simulation.twin_orders import Orders
from tests.simulation.twin_services import TwinHealth, TwinServices
from tests.watched import Around, watched
from tests.works import WEB

SLOWEST_RETURN = timedelta(seconds=50)
"""Of an agent to a new leader: shorter than any hold-off of a tale."""
NO_ROOM = ("AllocationFailed", "There is no room.")

_OFF = frozenset({Power.STOPPING, Power.STOPPED, Power.DEALLOCATING, Power.DEALLOCATED})
"""Azure moves such a machine without starting it."""


class Twins(Agents):
    """One pool of machines, and whatever the tale puts around it."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        super().__init__(clock, tale)
        self.address: PoolAddress = POOL
        self._orders = Orders(self)
        self._services = TwinServices(self, tale)
        self._hall = TwinMasters(clock, tale, self._elected) if tale.masters else None
        self._health = TwinHealth(self, self._hall.addresses if self._hall else ())
        self._is_broad = tale.is_broad
        self.azure = watched("compute", self.compute, self._orders.effect)
        self.mesos = watched("scheduler", self.scheduler, self._orders.effect)
        self._workloads = watched("workloads", self.works, self._orders.effect)

    @property
    def on_order(self) -> Callable[[Order], None]:
        return self._orders.on_order

    @on_order.setter
    def on_order(self, listener: Callable[[Order], None]) -> None:
        self._orders.on_order = listener
        if self._hall is not None:
            self._hall.on_order = listener

    @property
    def tell(self) -> Callable[[dict[str, Any]], None]:
        return self._orders.tell

    @tell.setter
    def tell(self, listener: Callable[[dict[str, Any]], None]) -> None:
        self._orders.tell = listener

    def equipped(self, plain: Outside, around: Around) -> Outside:
        workloads = watched("workloads", self._workloads, around)
        outside = with_fields(plain, workloads_of=lambda cluster: workloads)
        if self._is_broad:
            health = watched("health", self._health, around)
            outside = with_fields(outside, health_of=lambda cluster: health)
        if self._hall is None:
            return outside
        council = watched("council", self._hall.council, around)
        machines = watched("machines", watched("machines", self._hall.machines, self._hall.effect), around)
        return with_fields(outside, masters_of=lambda cluster: council, machines=machines)

    # What is true of it.

    def machines(self) -> list[Machine]:
        there = self.compute._pools[POOL].instances
        return [one for id in sorted(there, key=int) if (one := self.machine(id)) is not None]

    def masters(self) -> list[Machine]:
        return [self._hall.machine(n) for n in range(len(self._hall.addresses))] if self._hall else []

    def members(self) -> list[Member]:
        return self._services.members()

    def since(self, node: str) -> datetime | None:
        instance = self.compute._pools[POOL].instances.get(id_of(node))
        return instance.created_at if instance else None

    def leftovers(self) -> list[str]:
        masters = self.scheduler
        left = [f"machine {address} is down" for address in sorted(masters.down)]
        left += [f"machine {host} is in a window" for host, _ in sorted(masters.windows)]
        alive = [one for one in masters.agents.values() if one.agent_id not in masters.silent]
        return left + [f"agent {one.agent_id} gets no tasks" for one in alive if one.deactivated]

    def idle(self) -> list[str]:
        agents = self.scheduler.agents
        running = sum(agents[id].tasks.get(WEB, 0) for id in agents if id not in self.scheduler.silent)
        short = [] if running >= self.tasks else [f"{running} of {self.tasks} tasks run"]
        return short + self._services.idle()

    # Time passes.

    def next_events(self) -> Iterator[datetime]:
        yield from super().next_events()
        if self._hall is not None:
            yield from self._hall.next_events()

    def turns(self, at_once: bool = False) -> None:
        super().turns(at_once)
        if not at_once and self._hall is not None:
            self._hall.turn()

    # What befalls its machines.

    def node_fails(self, node: str) -> None:
        self._breaks(node, "dead")

    def node_freezes(self, node: str) -> None:
        self._breaks(node, "frozen")
        self.compute.silence(POOL, id_of(node))

    def _breaks(self, node: str, how: str) -> None:
        id = id_of(node)
        if id not in self.listed:
            return
        self.broken[id] = how
        self.machine_halts(node)
        self.stirs()

    def node_recovers(self, node: str) -> None:
        id = id_of(node)
        self.is_cured(id)
        self.stillborn.discard(id)
        if self.broken.pop(id, None) == "frozen":
            instance = self.compute._pools[POOL].instances[id]
            self.compute._acts.silent.discard(instance.name)
            self.compute.set_power(POOL, id, instance.power)
        self.comes_back(id, True)
        self.stirs()

    async def delete(self, node: str) -> None:
        with self._spared():
            await self.compute.destroy(POOL, [id_of(node)])
        self._somebody(id_of(node), "Delete", "delete")

    async def deallocate(self, node: str) -> None:
        self.compute.evict(POOL, id_of(node))
        self._somebody(id_of(node), "Action", "deallocate/action")

    def evict(self, node: str) -> None:
        id = id_of(node)
        (self.compute.evict if int(id) % 2 else self.compute.lose)(POOL, id)
        self.stirs()

    async def restart(self, node: str) -> None:
        with self._spared():
            await self.compute.restart(POOL, id_of(node))
        self._somebody(id_of(node), "Action", "restart/action")

    async def scale(self, size: int) -> None:
        there = await self.compute.scale_set(POOL)
        with self._spared():
            await self.compute.set_capacity(POOL, size, there.etag)
        self._somebody(None, "Write", "write")

    def _somebody(self, id: str | None, verb: str, operation: str) -> None:
        self._orders.say(id, verb, operation)
        self.stirs()

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """What was ordered to fail or hang is kept for the app: nobody repairs what people did not get."""
        acts = self.compute._acts
        failures, hangs = acts.failures, acts.hangs
        acts.failures, acts.hangs = [], 0
        try:
            yield
        finally:
            acts.failures, acts.hangs = failures, hangs

    def newborn_fail(self, fail: bool) -> None:
        self.newborn_are_stillborn = fail

    def no_room(self, times: int) -> None:
        others = [] if times else [one for one in self.compute._failures if one != NO_ROOM]
        self.compute._failures = [*self.compute._failures, *[NO_ROOM] * times] if times else others

    def hang(self, times: int) -> None:
        self.compute._acts.hangs += times

    def mend(self) -> None:
        self.compute._failures.clear()
        self.compute._acts.hangs = 0
        self.newborn_are_stillborn = False
        self.works.blind.clear()
        self.scheduler.clock_differs_by = timedelta(0)
        self.scheduler.lose(THIEF)
        for operation in self.compute._operations.values():
            operation.due = min(operation.due, self.clock.now())
        self.stirs()

    # What is told of them.

    def ails(self, node: str, how: str) -> None:
        if id_of(node) in self.listed:
            self.ailing[id_of(node)] = how
            self.stirs()

    def is_ailing(self, node: str) -> bool:
        return self.ailing.get(id_of(node)) in {"unit", "alarm"}

    def announces(self, node: str, announces: bool) -> None:
        self.ending[id_of(node)] += 1 if announces else -1
        self.stirs()

    def absolve(self, node: str) -> None:
        if self.ailing.get(id_of(node)) == "over":
            del self.ailing[id_of(node)]
        self.stirs()

    def is_moved(self, node: str) -> None:
        there = self.compute._pools[POOL].instances.get(id_of(node))
        if there is not None and there.power not in _OFF:
            with self._spared(), suppress(PoolkeeperError):
                self.compute._act("redeploy", POOL, id_of(node))
        self.stirs()

    def steals_address(self, node: str, steals: bool) -> None:
        address = self.compute._pools[POOL].addresses.get(id_of(node))
        if steals and address is not None:
            self.scheduler.join(Agent(THIEF, address, "elsewhere", 5051, True, None))
        elif not steals:
            self.scheduler.lose(THIEF)
        self.stirs()

    def clock_differs(self, by_s: float) -> None:
        self.scheduler.clock_differs_by = timedelta(seconds=by_s)

    def master_fails(self, number: int, how: str) -> set[str]:
        if self._hall is None:
            return set()
        self.stirs()  # one that came back meanwhile was well until now
        led, befallen = self.scheduler.leader, self._hall.fails(number % len(self._hall.addresses), how)
        self.stirs()
        return befallen | ({one.name for one in self.machines()} if self.scheduler.leader != led else set())

    def master_recovers(self, number: int) -> None:
        if self._hall is not None:
            self._hall.recovers(number)
            self.stirs()

    def exhibitor_hangs(self, hangs: bool) -> None:
        if self._hall is not None:
            self._hall.council.exhibitor_hangs = hangs

    def member_fails(self, number: int) -> None:
        self._services.fails(number)

    def scheduler_hangs(self, number: int, hangs: bool) -> None:
        self._services.scheduler_hangs(number, hangs)

    async def replace_lost_members(self) -> None:
        await self._services.replace_lost()

    def fail_over(self) -> None:
        self._elected(f"master-{next(self._numbers)}")

    def _elected(self, leader: str) -> None:
        """Another master leads, and the agents come to it one after the other."""
        masters = self.scheduler
        alive = [one for id, one in masters.agents.items() if id not in masters.silent]
        masters.fail_over(f"{leader}:5050")
        for place, agent in enumerate(alive):
            self.after(SLOWEST_RETURN * (place + 1) / len(alive), partial(self._registers_again, agent))
        self.stirs()

    def _registers_again(self, agent: Agent) -> None:
        addresses = self.compute._pools[POOL].addresses
        id = next((id for id, one in addresses.items() if one == agent.address), None)
        if id is None or id in self.broken or agent.agent_id not in self.scheduler.recovered:
            return
        if self.who.get(id, agent).agent_id == agent.agent_id:
            self.scheduler.join(replace(agent, registered_at=self.clock.now()))
