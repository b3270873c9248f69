"""The true world in memory: `tests/world.py` on the loop's clock, with more that can befall it.

An agent that is lost for five minutes vanishes from Mesos's lists, as it does there; one whose machine is gone, or does
not run, is lost by itself. Orders are seen where they take effect, under all weather.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from msgspec.structs import replace

from shared.model.azure import PoolAddress, Power, Provisioning
from shared.model.mesos import Agent, Drain, Generation
from simulator.virtual_time import VirtualClock
from tests.prod import OURS, POOL, SET, START
from tests.simulation.nature import Machine, Order
from tests.simulation.tale import Tale
from tests.watched import Call, watched
from tests.works import WEB
from tests.world import World

FORGOTTEN_AFTER = timedelta(minutes=5)
SLOWEST_RETURN = timedelta(seconds=50)
"""Of an agent to a new leader: shorter than any hold-off of a tale."""
NO_ROOM = ("AllocationFailed", "There is no room.")
EFFECTS = {
    "compute.destroy": "delete",
    "compute.restart": "restart/action",
    "compute.redeploy": "redeploy/action",
    "compute.reimage": "reimage/action",
    "compute.run_command": "runCommand/action",
}
ABOUT_AGENTS = {"scheduler.mark_gone", "scheduler.deactivate", "scheduler.reactivate", "scheduler.drain"}
ABOUT_ADDRESSES = {
    "scheduler.machine_down",
    "scheduler.machine_up",
    "scheduler.schedule_maintenance",
    "scheduler.unschedule_maintenance",
}


class Twins(World):
    """One pool of machines. `broken` are those whose agent does not work, by instance id, and how."""

    def __init__(self, clock: VirtualClock, tale: Tale) -> None:
        self.broken: dict[str, str] = {}
        self.stillborn: set[str] = set()
        self.who: dict[str, Agent] = {}
        self.on_order: Callable[[Order], None] = lambda order: None
        self.on_change: Callable[[], None] = lambda: None
        self.tell: Callable[[dict[str, Any]], None] = lambda event: None
        self.address: PoolAddress = POOL
        self._well: dict[str, datetime] = {}
        self._lost_at: dict[str, datetime] = {}
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._changed = asyncio.Event()
        self._newborn_fail = False
        boot, takes = timedelta(seconds=tale.boot_s), timedelta(seconds=tale.takes_s)
        super().__init__(clock, tale.agents, tale.generation, boot, takes)
        self.cured_by = frozenset(tale.cured_by)
        for id in self.listed:
            self._well[id] = START - timedelta(days=1)
        self.azure = watched("compute", self.compute, self._effect)
        self.mesos = watched("scheduler", self.scheduler, self._effect)

    # What the app does to it.

    async def _effect(self, call: Call) -> Any:
        """A call takes effect. What was true just before goes with the order."""
        orders = self._orders_in(call)
        answer = await call.go()
        for order in orders:
            self.on_order(order)
            self._echo(order)
        if orders:
            self.turns()
            self._changed.set()
        return answer

    def _orders_in(self, call: Call) -> list[Order]:
        now, what = self.clock.now(), call.name.partition(".")[2]
        if call.name == "compute.set_capacity":
            return [Order(now, what, "", None, call.args[1])]
        if call.name in EFFECTS or call.name in {"compute.power_off", "compute.deallocate"}:
            ids = call.args[1] if call.name == "compute.destroy" else [call.args[1]]
            return [Order(now, what, _name(id), self._machine(id)) for id in ids]
        if call.name in ABOUT_AGENTS:
            agent = self.scheduler.agents.get(call.args[0])
            return [self._order_about(what, agent.address if agent else "")]
        if call.name in ABOUT_ADDRESSES:
            return [self._order_about(what, call.args[1])]
        return []

    def _order_about(self, what: str, address: str) -> Order:
        there = self.compute._pools[POOL].addresses
        id = next((id for id, one in there.items() if one == address), None)
        node = _name(id) if id is not None else ""
        return Order(self.clock.now(), what, node, self._machine(id) if id is not None else None)

    def _echo(self, order: Order) -> None:
        """The event that Azure sends about what was ordered, when it is over."""
        operation = EFFECTS.get(f"compute.{order.what}")
        if order.what == "set_capacity":
            self.after(self.compute.takes, lambda: self.tell(self.event(None, "Write", "write", OURS)))
        elif operation is not None:
            verb = "Delete" if operation == "delete" else "Action"
            number = int(_id(order.node))
            self.after(self.compute.takes, lambda: self.tell(self.event(number, verb, operation, OURS)))

    # What is true of it.

    def machines(self) -> list[Machine]:
        there = self.compute._pools[POOL].instances
        return [one for id in sorted(there, key=int) if (one := self._machine(id)) is not None]

    def leftovers(self) -> list[str]:
        masters = self.scheduler
        left = [f"machine {address} is down" for address in sorted(masters.down)]
        left += [f"machine {host} is in a window" for host, _ in sorted(masters.windows)]
        alive = [one for one in masters.agents.values() if one.agent_id not in masters.silent]
        return left + [f"agent {one.agent_id} gets no tasks" for one in alive if one.deactivated]

    def idle(self) -> list[str]:
        agents = self.scheduler.agents
        running = sum(agents[id].tasks.get(WEB, 0) for id in agents if id not in self.scheduler.silent)
        return [] if running >= self.tasks else [f"{running} of {self.tasks} tasks run"]

    def _machine(self, id: str) -> Machine | None:
        instance = self.compute._pools[POOL].instances.get(id)
        if instance is None:
            return None
        running = instance.power is Power.RUNNING
        leaving = instance.provisioning is Provisioning.DELETING
        return Machine(instance.name, instance.fault_domain, self._well.get(id), leaving, running)

    def _is_well(self, id: str) -> bool:
        there = self.compute._pools[POOL]
        instance, address = there.instances[id], there.addresses[id]
        if instance.power is not Power.RUNNING or id in self.broken:
            return False
        masters = self.scheduler
        known = (*masters.agents.values(), *masters.recovered.values())
        return any(
            one.address == address and one.active and one.agent_id not in masters.silent for one in known
        )

    # What it does by itself.

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

    def _agents_are_lost(self, now: datetime) -> None:
        there, masters = self.compute._pools[POOL], self.scheduler
        running = {there.addresses[id] for id, one in there.instances.items() if one.power is Power.RUNNING}
        for id, agent in list(masters.agents.items()):
            if agent.address not in running and id not in masters.silent:
                masters.disconnect(id)
            if id not in masters.silent:
                self._lost_at.pop(id, None)
            elif now - self._lost_at.setdefault(id, now) >= FORGOTTEN_AFTER:
                masters.lose(id)
        for id in [id for id in self._lost_at if id not in masters.agents]:
            del self._lost_at[id]

    def _note_the_well(self, now: datetime) -> None:
        there = self.compute._pools[POOL].instances
        self._well = {id: self._well.get(id, now) for id in there if self._is_well(id)}
        self.broken = {id: how for id, how in self.broken.items() if id in there}
        if self._newborn_fail:
            self.stillborn |= {id for id, one in there.items() if one.provisioning is Provisioning.CREATING}

    def boots(self, id: str) -> bool:
        return id not in self.broken and id not in self.stillborn

    def agent_joins(self, address: str) -> None:
        for agent in [one for one in self.scheduler.agents.values() if one.address == address]:
            self.scheduler.lose(agent.agent_id)
        self._joins += 1
        agent = Agent(f"agent-S{self._joins}", address, address, 5051, True, None)
        if self.scheduler.join(agent):
            self.who[self._id_at(address)] = agent

    def machine_halts(self, name: str) -> None:
        agent = self.who.get(_id(name))
        if agent is not None and agent.agent_id in self.scheduler.agents:
            self.scheduler.disconnect(agent.agent_id)

    def machine_boots(self, name: str, has_its_disk: bool) -> None:
        id = _id(name)
        if id in self.broken and not self.cures("restart" if has_its_disk else "redeploy"):
            return
        self.broken.pop(id, None)
        self._comes_back(id, has_its_disk)

    def command_runs(self, name: str, script: Sequence[str]) -> str:
        id = _id(name)
        if not self.cures("restart_unit") or self.broken.get(id) == "frozen":
            return "dcos-mesos-slave: failed"
        self.broken.pop(id, None)
        self._comes_back(id, True)
        return "dcos-mesos-slave: active"

    def _comes_back(self, id: str, has_its_disk: bool) -> None:
        """Its agent registers again, as who it was if it can."""
        there, masters = self.compute._pools[POOL], self.scheduler
        if (
            id not in there.instances
            or id in self.stillborn
            or there.instances[id].power is not Power.RUNNING
        ):
            return
        agent, address = self.who.get(id), there.addresses[id]
        known = agent is not None and (
            agent.agent_id in masters.agents or masters.generation is not Generation.MAINTENANCE
        )
        if agent is not None and known and has_its_disk and agent.agent_id not in masters.gone:
            masters.join(replace(agent, registered_at=self.clock.now(), drain=Drain.NONE))
        else:
            self.agent_joins(address)

    def _id_at(self, address: str) -> str:
        return next(id for id, one in self.compute._pools[POOL].addresses.items() if one == address)

    # What befalls it.

    def node_fails(self, node: str) -> None:
        self._breaks(node, "dead")

    def node_freezes(self, node: str) -> None:
        self._breaks(node, "frozen")
        self.compute.silence(POOL, _id(node))

    def _breaks(self, node: str, how: str) -> None:
        id = _id(node)
        if id not in self.listed:
            return
        self.broken[id] = how
        self.machine_halts(node)
        self._stirs()

    def node_recovers(self, node: str) -> None:
        id = _id(node)
        if self.broken.pop(id, None) == "frozen":
            instance = self.compute._pools[POOL].instances[id]
            self.compute._acts.silent.discard(instance.name)
            self.compute.set_power(POOL, id, instance.power)
        self._comes_back(id, True)
        self._stirs()

    async def delete(self, node: str) -> None:
        id = _id(node)
        with self._spared():
            await self.compute.destroy(POOL, [id])
        self._somebody(id, "Delete", "delete")

    async def deallocate(self, node: str) -> None:
        id = _id(node)
        self.compute.evict(POOL, id)
        self._somebody(id, "Action", "deallocate/action")

    def evict(self, node: str) -> None:
        id = _id(node)
        if int(id) % 2:
            self.compute.evict(POOL, id)
        else:
            self.compute.lose(POOL, id)
        self._stirs()

    async def restart(self, node: str) -> None:
        id = _id(node)
        with self._spared():
            await self.compute.restart(POOL, id)
        self._somebody(id, "Action", "restart/action")

    async def scale(self, size: int) -> None:
        there = await self.compute.scale_set(POOL)
        with self._spared():
            await self.compute.set_capacity(POOL, size, there.etag)
        self._somebody(None, "Write", "write")

    def _somebody(self, id: str | None, verb: str, operation: str) -> None:
        number = None if id is None else int(id)
        self.after(self.compute.takes, lambda: self.tell(self.event(number, verb, operation)))
        self._stirs()

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
        self._newborn_fail = fail

    def no_room(self, times: int) -> None:
        self.compute._failures += [NO_ROOM] * times

    def hang(self, times: int) -> None:
        self.compute._acts.hangs += times

    def fail_over(self) -> None:
        masters = self.scheduler
        alive = [one for id, one in masters.agents.items() if id not in masters.silent]
        masters.fail_over(f"master-{next(self._numbers)}:5050")
        for place, agent in enumerate(alive):
            self.after(SLOWEST_RETURN * (place + 1) / len(alive), partial(self._registers_again, agent))
        self._stirs()

    def _registers_again(self, agent: Agent) -> None:
        id = self._id_or_none(agent.address)
        if id is None or id in self.broken or agent.agent_id not in self.scheduler.recovered:
            return
        if self.who.get(id, agent).agent_id == agent.agent_id:
            self.scheduler.join(agent)

    def _id_or_none(self, address: str) -> str | None:
        return next((id for id, one in self.compute._pools[POOL].addresses.items() if one == address), None)

    def mend(self) -> None:
        self.compute._failures.clear()
        self.compute._acts.hangs = 0
        self._newborn_fail = False
        for operation in self.compute._operations.values():
            operation.due = min(operation.due, self.clock.now())
        self._stirs()

    def _stirs(self) -> None:
        self.turns()
        self._changed.set()


def _id(name: str) -> str:
    return name.rpartition("_")[2]


def _name(id: str) -> str:
    return f"{SET}_{id}"
