"""A small world for tests of the whole product: the app on the in-memory twins, on a clock that is stepped.

    scene = Scene(agents=4)                      a pool of four, one application on it, everything well
    scene.agent_dies(2)                          something happens
    await scene.after(minutes=5)                 messages are delivered, sweeps run, machines boot, agents join
    scene.destroyed                              what the app has done to the world

What Azure and Mesos do by themselves, `World` does: machines boot and join, tasks of a removed agent start elsewhere.
Here is what the app is told, what the host does with messages, and what can be looked at. `around` is put around every
call of a port (`tests/watched.py`); an error of a kind in `forgives` fails its message and not the test.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.app import App
from shared.audit import AuditLog, Entry
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues, Received
from shared.memory.store import MemoryStore
from shared.memory.telemetry import MemoryTelemetry
from shared.model.incidents import Incident
from shared.model.ledger import Ledger
from shared.model.mesos import Generation
from shared.model.operations import Operation
from shared.operate.outside import Outside
from shared.policy.in_force import PolicyInForce
from shared.ports.health import HealthReports
from shared.ports.queues import Queue
from shared.ports.store import Table
from shared.records import Records
from tests.prod import OURS, POLICY, POOL, SET, START, SUBSCRIPTION, SWEEP, read_once
from tests.watched import Around, Crash, watched
from tests.works import WEB
from tests.world import World

__all__ = ["OURS", "POOL", "SET", "START", "SUBSCRIPTION", "SWEEP", "WEB", "Scene"]

REDELIVERED = timedelta(seconds=15)  # `visibilityTimeout` of host.json
TRIES = 5  # `maxDequeueCount` of host.json
BLINK = timedelta(milliseconds=1)  # no two invocations begin at the same time


class Scene(World):
    """`more` is YAML that is added to the pool's policy. `boot_s` is how long an ordered machine takes to join,
    `takes_s` how long Azure takes for any operation, `dcos` what is asked again for DC/OS's own health."""

    clock: SteppedClock
    sweeps_every = SWEEP

    def __init__(
        self,
        agents: int = 4,
        more: str = "",
        mode: str = "enforce",
        generation: Generation = Generation.MARK_GONE,
        boot_s: float = 120,
        takes_s: float = 20,
    ) -> None:
        times = timedelta(seconds=boot_s), timedelta(seconds=takes_s)
        super().__init__(SteppedClock(START), agents, generation, *times)
        self.store, self.queues = MemoryStore(), MemoryQueues(self.clock)
        self.telemetry = MemoryTelemetry()
        self.policy = POLICY.format(mode=mode, subscription=SUBSCRIPTION, scale_set=SET, more=more)
        self.forgives: tuple[type[BaseException], ...] = ()
        self.failed: list[BaseException] = []
        self.poisoned: list[bytes] = []
        self.reader = Records(self.store)
        self.dcos: HealthReports | None = None
        self._next_sweep = START + self.sweeps_every
        self._workers = 0
        self.app = self.new_app()

    def new_app(self, around: Around | None = None) -> App:
        """Another process of the app over the same world and the same storage, as after a restart."""
        self._workers += 1
        store = watched("store", self.store, around)
        scheduler = watched("scheduler", self.scheduler, around)
        works = watched("workloads", self.works, around)
        plain = Outside(
            clock=self.clock,
            compute=watched("compute", self.compute, around),
            scheduler_of=lambda cluster: scheduler,
            store=store,
            queues=watched("queues", self.queues, around),
            records=Records(store),
            audit=AuditLog(store, self.telemetry),
            worker=f"worker-{self._workers}",
            workloads_of=lambda cluster: works,
            health_of=lambda cluster: self.dcos,
            telemetry=self.telemetry,
        )
        self.outside = self.equipped(plain, around)

        async def text() -> str:
            return self.policy

        return App(self.outside, PolicyInForce(text, "policy.yaml", store, read_once), frozenset({OURS}))

    def equipped(self, plain: Outside, around: Around | None) -> Outside:
        """What a scene of its own puts around the app besides."""
        return plain

    def restarts(self) -> None:
        """The process ends and another one begins, with nothing but what is in storage."""
        self.app = self.new_app()

    # What the app is told, and the passing of time.

    async def hears(self, event: dict[str, Any]) -> None:
        """The Event Grid trigger, with its output binding."""
        self.clock.advance(BLINK)
        for message in await self.app.hear_event(event):
            await self.queues.send(Queue.SIGNALS, message.encode(), timedelta(0))
        await self.deliver()

    async def sweeps(self) -> None:
        """The timer trigger; a failed timer is not repeated before its next time."""
        self.clock.advance(BLINK)
        try:
            await self.app.sweep()
        except self.forgives as error:
            self.failed.append(error)
        await self.deliver()

    async def after(self, seconds: float = 0, minutes: float = 0) -> None:
        """Let time pass, from one thing that is due to the next."""
        end = self.clock.now() + timedelta(seconds=seconds, minutes=minutes)
        await self.deliver()
        while self.clock.now() < end:
            self.clock.advance_to(min(self._next_due(), end))
            self.turns()
            if self.clock.now() >= self._next_sweep:
                self._next_sweep += self.sweeps_every
                await self.sweeps()
            await self.deliver()

    def _next_due(self) -> datetime:
        """The next message, sweep, end of an operation of Azure, or end of a boot."""
        now = self.clock.now()
        times = [self._next_sweep, *self.next_events()]
        message = self.queues.next_due()
        if message is not None:
            times.append(message)
        return min(at for at in times if at > now)

    async def deliver(self) -> None:
        """Every message that is due, as the host does it: deleted when the function succeeds, delivered again when
        it fails, in the poison queue after five times."""
        while True:
            signals = self.queues.receive(Queue.SIGNALS)
            operations = self.queues.receive(Queue.OPERATIONS)
            if not signals and not operations:
                return
            for message in signals:
                await self._work(Queue.SIGNALS, message)
            for message in operations:
                await self._work(Queue.OPERATIONS, message)

    async def _work(self, queue: Queue, message: Received) -> None:
        work = self.app.work_signal if queue is Queue.SIGNALS else self.app.work_operation
        self.clock.advance(BLINK)
        try:
            await work(message.body.decode())
        except self.forgives as error:
            self.failed.append(error)
            if isinstance(error, Crash):
                return  # nobody is left to give it back: it stays hidden until its time is over
            if message.dequeue_count >= TRIES:
                self.poisoned.append(message.body)
                self.queues.delete(message.id)
            self.queues.release(message.id, REDELIVERED)
            return
        self.queues.delete(message.id)

    # What there is to see.

    async def audit(self) -> list[Entry]:
        return list(await AuditLog(self.store).read("prod", START))

    async def said(self) -> list[str]:
        return [f"{entry.record.subject}: {entry.record.text}" for entry in await self.audit()]

    async def open_incidents(self) -> dict[str, Incident]:
        return {node: kept.value for node, kept in (await self.reader.open_incidents("prod")).items()}

    async def running(self) -> list[Operation]:
        return [kept.value for kept in (await self.reader.running_operations("prod")).values()]

    async def closed_operations(self) -> list[Operation]:
        rows = await self.reader.operations.between("prod", "closed|", "closed}")
        return [kept.value for kept in rows.values()]

    async def closed_incidents(self) -> list[Incident]:
        rows = await self.reader.incidents.between("prod", "closed|", "closed}")
        return [kept.value for kept in rows.values()]

    async def ledger(self) -> Ledger:
        kept = await self.reader.ledgers.get("prod", "private")
        return kept.value if kept else Ledger("private")

    async def quarantined(self) -> list[dict[str, Any]]:
        rows = await self.store.query(Table.QUARANTINE, "quarantine", "", "")
        return [msgspec.json.decode(row.body) for row in rows]
