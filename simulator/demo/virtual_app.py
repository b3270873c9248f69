"""The real app on a simulated cluster in virtual time: what the platform does with it, without sockets.

The adapters for Azure and DC/OS are the real ones, over transports that hand requests to the faces in this process;
tables and queues are the twins in memory. What the Functions host does is done here: events become signals, messages
are delivered when they are due and again when they failed, the sweep comes once a minute, and glances between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.app import App
from shared.audit import AuditLog
from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.dcos.health import DcosHealth
from shared.dcos.mesos import MesosScheduler
from shared.dcos.workloads import DcosWorkloads
from shared.errors import PoolkeeperError
from shared.memory.notifier import MemoryNotifier
from shared.memory.queues import MemoryQueues, Received
from shared.memory.store import MemoryStore
from shared.news.post import Post
from shared.operate.outside import Outside
from shared.operate.roll_call import RollCall
from shared.policy.in_force import PolicyInForce
from shared.ports.http import HttpAnswer, HttpCall
from shared.ports.notifier import Events
from shared.ports.queues import Queue
from shared.ports.store import Store
from shared.records import Records
from simulator.arm.caller import bearer_token
from simulator.arm.face import ArmFace
from simulator.dcos.network import ROUTER, DcosNetwork
from simulator.dcos.services import Services
from simulator.events import Delivery, EventGrid
from simulator.in_process import ArmTransport, MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.virtual_time import VirtualClock
from simulator.world.world import Cluster, World

OWN_PRINCIPAL = "7c1f8a52-0000-4000-8000-0000000a9b1e"
OWN_APP = "2d6c5b1e-0000-4000-8000-0000000a9b1e"
POLL_S = 0.25
REDELIVERED = timedelta(seconds=15)
SWEEP_S = 60.0
GLANCE_S = 15.0
HOUSEKEEPING_S = 600.0
NEWS_S = 15.0
EVENTS_TAKE_S = (0.5, 3.0)


type Rhythm = Callable[[datetime], float]
"""Seconds from a sweep at that instant to the next one; glances come four times as often."""


class _InProcessHttp:
    """The port for HTTP to machines of the cluster, on a network in this process."""

    def __init__(self, network: DcosNetwork) -> None:
        self._network = network

    async def send(self, call: HttpCall) -> HttpAnswer:
        answer = await self._network.send(
            call.method, call.url, call.headers, call.body or b"", call.timeout_s
        )
        status, headers, body = answer
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)


class _Queues(MemoryQueues):
    """Queues that tell when there may be something to deliver, so that nobody has to ask them four times a second."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.changed = asyncio.Event()

    async def send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        await super().send(queue, message, delay)
        self.changed.set()

    def release(self, id: int, after: timedelta = timedelta(0)) -> None:
        super().release(id, after)
        self.changed.set()


class _Host:
    """What the platform does with one app."""

    def __init__(self, app: App, queues: _Queues, clock: VirtualClock, rhythm: Rhythm) -> None:
        self._app, self._queues, self._clock = app, queues, clock
        self._rhythm = rhythm
        self._at_work: set[asyncio.Task[None]] = set()

    async def hears(self, events: list[dict[str, Any]]) -> int:
        """The Event Grid trigger with its output binding; the HTTP status."""
        for event in events:
            for message in await self._app.hear_event(event):
                await self._queues.send(Queue.SIGNALS, message.encode(), timedelta(0))
        return 202

    async def delivers(self) -> None:
        while True:
            for queue in Queue:
                for message in self._queues.receive(queue):
                    task = asyncio.create_task(self._work(queue, message))
                    self._at_work.add(task)
                    task.add_done_callback(self._at_work.discard)
            await self._something_due()
            await self._clock.sleep(POLL_S)

    async def _something_due(self) -> None:
        """A message was sent or given back, or it is time for the next one."""
        self._queues.changed.clear()
        due = self._queues.next_due()
        wait_s = None if due is None else max(0.0, (due - self._clock.now()).total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._queues.changed.wait()

    async def sweeps(self) -> None:
        while True:
            await self._app.sweep()
            await self._clock.sleep(self._rhythm(self._clock.now()))

    async def glances(self) -> None:
        """Between two sweeps, as production's schedule has them."""
        await self._clock.sleep(GLANCE_S / 2)
        while True:
            await self._app.glance()
            await self._clock.sleep(self._rhythm(self._clock.now()) / SWEEP_S * GLANCE_S)

    async def housekeeps(self) -> None:
        while True:
            await self._clock.sleep(HOUSEKEEPING_S)
            await self._app.housekeep()

    async def tells(self) -> None:
        while True:
            await self._clock.sleep(NEWS_S)
            await self._app.tell_news()

    async def _work(self, queue: Queue, message: Received) -> None:
        work = {
            Queue.SIGNALS: self._app.work_signal,
            Queue.OPERATIONS: self._app.work_operation,
            Queue.NOTIFICATIONS: self._app.deliver_letter,
        }
        try:
            await work[queue](message.body.decode())
        except PoolkeeperError:
            self._queues.release(message.id, REDELIVERED)
        else:
            self._queues.delete(message.id)


@dataclass(frozen=True)
class Running:
    """What there is to look at: what the app asked Azure for, and what it wrote down; and `tell`, the trigger for
    events that the simulated Azure does not send by itself."""

    arm: ArmFace
    records: Records
    store: Store
    tell: Callable[[list[dict[str, Any]]], Awaitable[int]]


@asynccontextmanager
async def running_app(
    world: World,
    cluster: Cluster,
    clock: VirtualClock,
    policy: str,
    events: Events | None = None,
    rhythm: Rhythm = lambda _: SWEEP_S,
) -> AsyncIterator[Running]:
    """The app looks after the cluster until the block ends. `policy` is the whole file. With `events` it also tells
    what is new there and keeps house, which takes its time and which few measurements want. Who plays a week lets it
    look less often while nothing happens."""
    arm = ArmFace(world)
    faces = [MesosFace(world, cluster, master) for master in cluster.mesos.masters]
    http = _InProcessHttp(DcosNetwork(world, Services(cluster), MesosNetwork(faces)))
    masters = MesosScheduler(http, tuple(master.address for master in cluster.mesos.masters))
    settings = ArmSettings("http://arm.invalid", bearer_token(OWN_PRINCIPAL, OWN_APP))
    store, queues = MemoryStore(), _Queues(clock)

    async def text() -> str:
        return policy

    async with AsyncExitStack() as stack:
        compute = await stack.enter_async_context(AzureCompute(settings, ArmTransport(arm)))
        outside = Outside(
            clock=clock,
            compute=compute,
            scheduler_of=lambda _: masters,
            store=store,
            queues=queues,
            records=Records(store),
            audit=AuditLog(store),
            worker="virtual",
            health_of=lambda policy: DcosHealth(http, clock, policy.masters),
            workloads_of=lambda policy: DcosWorkloads(http, clock, policy.masters),
            http=http,
            roll_call=RollCall(http, clock, ROUTER),
        )
        post = Post(store, queues, clock, MemoryNotifier(), events) if events is not None else None
        own = frozenset({OWN_PRINCIPAL, OWN_APP})
        app = App(outside, PolicyInForce(text, "policy.yaml", store), own, post=post)
        host = _Host(app, queues, clock, rhythm)
        delivery = Delivery(delay_s=EVENTS_TAKE_S)
        await stack.enter_async_context(EventGrid(world, host.hears, delivery))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        work = [world.run(), host.delivers(), host.sweeps(), host.glances()]
        work += [host.housekeeps(), host.tells()] if events is not None else []
        tasks = [group.create_task(one) for one in work]
        yield Running(arm, outside.records, store, host.hears)
        for task in tasks:
            task.cancel()
