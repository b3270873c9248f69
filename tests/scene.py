"""A small world for tests of the whole product: the app on the in-memory twins, on a clock that is stepped.

    scene = Scene(agents=4)                      a pool of four, one application on it, everything well
    scene.agent_dies(2)                          something happens
    await scene.after(minutes=5)                 time passes: messages are delivered, sweeps run, machines boot, agents join
    scene.destroyed                              what the app has done to the world

The world does what Azure and Mesos do by themselves: a machine that was ordered boots and joins, tasks of an agent that
was removed start elsewhere. Everything else is done by the app, through its ports.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.app import App
from shared.audit import AuditLog, Entry
from shared.memory.clock import SteppedClock
from shared.memory.compute import MemoryCompute
from shared.memory.queues import MemoryQueues
from shared.memory.scheduler import MemoryScheduler
from shared.memory.store import MemoryStore
from shared.model.azure import PoolAddress, Power
from shared.model.incidents import Incident
from shared.model.mesos import Agent, Generation, workload_key
from shared.model.operations import Operation
from shared.operate.outside import Outside
from shared.policy.in_force import PolicyInForce
from shared.ports.queues import Queue
from shared.records import Records

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
SET = "dcos-agent-private-633E21A3-vmss0"
POOL = PoolAddress(SUBSCRIPTION, "acs-prod", SET)
WEB = workload_key("marathon", "web")
SWEEP = timedelta(minutes=1)
OURS = "00000000-0000-0000-0000-00000000a9b1"

POLICY = """\
version: 1
defaults: {{mode: {mode}}}
clusters:
  prod:
    subscription: {subscription}
    resource_group: acs-prod
    dcos: {{masters: ["172.16.0.5", "172.16.0.6", "172.16.0.7"]}}
    pools:
      private:
        scale_set: {scale_set}
        capacity: {{min: 1, max: 40}}
        {more}
"""


class Scene:
    """`more` is YAML that is added to the pool's policy. `boot_s` is how long an ordered machine takes to join."""

    def __init__(
        self,
        agents: int = 4,
        more: str = "",
        mode: str = "enforce",
        generation: Generation = Generation.MARK_GONE,
        boot_s: int = 120,
    ) -> None:
        self.clock = SteppedClock(START)
        self.compute = MemoryCompute(self.clock, takes=timedelta(seconds=20))
        self.scheduler = MemoryScheduler(self.clock, generation)
        self.scheduler.frameworks["marathon"] = "marathon"
        self.store, self.queues = MemoryStore(), MemoryQueues(self.clock)
        self.boot, self.tasks, self.booting = timedelta(seconds=boot_s), agents * 2, True
        self.policy = POLICY.format(mode=mode, subscription=SUBSCRIPTION, scale_set=SET, more=more)
        self.dead: set[str] = set()
        self.destroyed: list[str] = []
        self._joins = 0
        self._next_sweep = START + SWEEP
        self.compute.add_pool(POOL, agents)
        self._spy_on_destroy()
        self._the_world_turns(at_once=True)
        self.app = self.new_app()

    def new_app(self) -> App:
        """Another process of the app over the same world and the same storage, as after a restart."""
        outside = Outside(
            clock=self.clock,
            compute=self.compute,
            scheduler_of=lambda cluster: self.scheduler,
            store=self.store,
            queues=self.queues,
            records=Records(self.store),
            audit=AuditLog(self.store),
            worker="worker",
        )
        self.outside = outside

        async def text() -> str:
            return self.policy

        return App(outside, PolicyInForce(text, "policy.yaml", self.store), frozenset({OURS}))

    # What happens to the world.

    def name(self, number: int) -> str:
        return f"{SET}_{number}"

    def agent_of(self, number: int) -> str:
        address = self.compute._pools[POOL].addresses[str(number)]
        return next(a.agent_id for a in self.scheduler.agents.values() if a.address == address)

    def agent_dies(self, number: int) -> None:
        """The Mesos agent's process dies, its machine goes on."""
        agent = self.agent_of(number)
        self.dead.add(agent)
        self.scheduler.disconnect(agent)

    def agent_comes_back(self, number: int) -> None:
        agent = self.agent_of(number)
        self.dead.discard(agent)
        self.scheduler.join(self.scheduler.agents[agent])

    def machine_is_deleted(self, number: int) -> dict[str, Any]:
        """Somebody deletes the instance. Returns the event that Azure sends about it."""
        self.scheduler.disconnect(self.agent_of(number))
        self.compute.lose(POOL, str(number))
        return self.event(number, "Delete", "delete")

    def machine_is_deallocated(self, number: int) -> None:
        self.scheduler.disconnect(self.agent_of(number))
        self.compute.deallocate(POOL, str(number))

    def event(self, number: int | None, verb: str, operation: str, by: str = "somebody") -> dict[str, Any]:
        """An event of Azure Resource Manager about an instance, or about the set."""
        base = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/acs-prod/providers/Microsoft.Compute"
        instance = "" if number is None else f"/virtualMachines/{number}"
        kind = "virtualMachineScaleSets" + ("" if number is None else "/virtualMachines")
        return {
            "id": f"event-{number}-{operation}-{self.clock.now().isoformat()}",
            "topic": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/acs-prod",
            "subject": f"{base}/virtualMachineScaleSets/{SET}{instance}",
            "eventType": f"Microsoft.Resources.Resource{verb}Success",
            "eventTime": self.clock.now().isoformat(),
            "data": {
                "operationName": f"Microsoft.Compute/{kind}/{operation}",
                "authorization": {"evidence": {"principalId": by}},
            },
            "dataVersion": "2",
            "metadataVersion": "1",
        }

    # What the app is told, and the passing of time.

    async def hears(self, event: dict[str, Any]) -> None:
        """The Event Grid trigger, with its output binding."""
        for message in await self.app.hear_event(event):
            await self.queues.send(Queue.SIGNALS, message.encode(), timedelta(0))
        await self.deliver()

    async def sweeps(self) -> None:
        await self.app.sweep()
        await self.deliver()

    async def after(self, seconds: float = 0, minutes: float = 0) -> None:
        """Let time pass, one second at a time where something is due."""
        end = self.clock.now() + timedelta(seconds=seconds, minutes=minutes)
        await self.deliver()
        while self.clock.now() < end:
            self.clock.advance(min(timedelta(seconds=1), end - self.clock.now()))
            self._the_world_turns()
            if self.clock.now() >= self._next_sweep:
                self._next_sweep += SWEEP
                await self.app.sweep()
            await self.deliver()

    async def deliver(self) -> None:
        """Every message that is due, as the host does it: deleted when the function succeeds."""
        while True:
            signals = self.queues.receive(Queue.SIGNALS)
            operations = self.queues.receive(Queue.OPERATIONS)
            if not signals and not operations:
                return
            for message in signals:
                await self.app.work_signal(message.body.decode())
                self.queues.delete(message.id)
            for message in operations:
                await self.app.work_operation(message.body.decode())
                self.queues.delete(message.id)

    # What there is to see.

    async def audit(self) -> list[Entry]:
        return list(await self.outside.audit.read("prod", START))

    async def said(self) -> list[str]:
        return [f"{entry.record.subject}: {entry.record.text}" for entry in await self.audit()]

    async def open_incidents(self) -> dict[str, Incident]:
        kept = await self.outside.records.open_incidents("prod")
        return {node: one.value for node, one in kept.items()}

    async def running(self) -> list[Operation]:
        kept = await self.outside.records.running_operations("prod")
        return [one.value for one in kept.values()]

    async def closed_operations(self) -> list[Operation]:
        rows = await self.outside.records.operations.between("prod", "closed|", "closed}")
        return [one.value for one in rows.values()]

    async def closed_incidents(self) -> list[Incident]:
        rows = await self.outside.records.incidents.between("prod", "closed|", "closed}")
        return [one.value for one in rows.values()]

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

    # What the world does by itself.

    def _the_world_turns(self, at_once: bool = False) -> None:
        there = self.compute._pools[POOL]
        known = {agent.address for agent in self.scheduler.agents.values() if agent.active}
        for id, instance in there.instances.items():
            address = there.addresses[id]
            old = [a for a in self.scheduler.agents.values() if a.address == address]
            born = self.clock.now() - (instance.created_at or START) >= self.boot
            if address in known or instance.power is not Power.RUNNING or not self.booting:
                continue
            if any(a.agent_id in self.dead for a in old) or not (born or at_once):
                continue
            for agent in old:
                self.scheduler.lose(agent.agent_id)
            self._joins += 1
            self.scheduler.join(Agent(f"agent-S{self._joins}", address, address, 5051, True, None))
        self._tasks_are_placed()

    def _tasks_are_placed(self) -> None:
        agents = self.scheduler.agents
        placed = sum(agent.tasks.get(WEB, 0) for agent in agents.values())
        active = sorted(id for id, agent in agents.items() if agent.active)
        for _ in range(self.tasks - placed if active else 0):
            load = Counter({id: agents[id].tasks.get(WEB, 0) for id in active})
            emptiest = min(active, key=lambda id: (load[id], id))
            self.scheduler.run(emptiest, WEB, load[emptiest] + 1)

    def _spy_on_destroy(self) -> None:
        destroy = self.compute.destroy

        async def spied(pool: PoolAddress, instance_ids: Any) -> str:
            self.destroyed.extend(instance_ids)
            return await destroy(pool, instance_ids)

        self.compute.destroy = spied  # type: ignore[method-assign]
