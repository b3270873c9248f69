"""From an event to the first thing that the app does to Azure about it, through the local host and Azurite.

How: the demo's stage, with a pool of 24 and a policy that never refuses. An operator deletes one instance after the
other, and deallocates some, at random moments; while the next one is struck, earlier ones still boot and join. Measured
is the time from the POST of the event to the webhook until the ARM face has the app's first write for that node: for
a deallocated instance the request that deletes it by its id; for a deleted one the write of the set's capacity, which
is known to be for it because no growth is under way and no operation may order another. Growing is by level: one that
finds its order undone by the next loss would cover that too. Limits: half of them below 0.3 s, 99 of 100 below 1 s.

Between the two lie: webhook, worker, queue and its listener; a whole pass over the cluster; reservation and operation;
the same readings once more, the guards asked again; for a deleted one also the proof that it is gone and the masters'
word for it. The breakdown tells where the time goes.

Honest remarks: the simulated Azure and masters, the host and the app share one process and one processor here, and
their answers come without a network's delay. Azure lets a set's size be written four times a minute and would throttle
so much destruction, so its throttling is off. The host wakes its queue listener when the app itself sends a message;
in Azure a quiet queue is looked into up to three seconds later (docs/cost.md), which comes on top.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from statistics import median
from typing import Any

import aiohttp
import msgspec

from benchmarks.figures import Figure, Measured, Unit, rank
from benchmarks.stopwatch import Shares, shares, timed
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Table, Write
from shared.records import Records
from simulator.demo.stage import MASTER_KEY, Stage, StageOptions, stage
from simulator.events import Delivery, Event, EventGrid, post_to
from simulator.wire import Request
from simulator.world.durations import Durations
from simulator.world.scale_set import Instance

AGENTS = 24
SWEEP, BEAT = "0 * * * * *", "7,27,47 * * * * *"
DELETED = 50
DEALLOCATED = 14
PATIENCE_S = 20.0
QUICK = 0.005  # of the true times: a deletion takes 0.2 s, a boot half a second
POLICY = (
    "        disruption: {at_once: 100%, per_hour: 1000, per_day: 10000, per_fault_domain: none}\n"
    "        storm: {unhealthy: 100%, hold: 10s}\n"
)


def measure() -> Measured:
    logging.disable(logging.WARNING)
    try:
        return asyncio.run(_measure())
    finally:
        logging.disable(logging.NOTSET)


async def _measure() -> Measured:
    options = StageOptions(agents=AGENTS, tasks=2 * AGENTS, pool_policy=POLICY, sweep=SWEEP, beat=BEAT)
    with timed() as spans:
        async with stage(options) as set_up, _Trial(set_up).ready() as trial:
            yardstick = await _round_trip(set_up)
            began, used = time.perf_counter(), time.process_time()
            strikes = [("delete", trial.delete)] * DELETED + [("deallocate", trial.deallocate)] * DEALLOCATED
            random.Random(5).shuffle(strikes)
            stretches: list[tuple[str, float, float]] = []
            for name, strike in strikes:
                stretches.append((name, *await strike()))
            busy = (time.process_time() - used) / (time.perf_counter() - began)
            failed = sum(not ok for _, ok, _ in set_up.outcomes)
    if failed:
        raise RuntimeError(f"{failed} invocations failed; such a run measures nothing")
    parts = [shares(spans, begun, ended) for _, begun, ended in stretches]
    return _told(stretches, parts, yardstick, busy)


def _told(
    stretches: list[tuple[str, float, float]], parts: list[Shares], yardstick: float, busy: float
) -> Measured:
    taken = [ended - begun for _, begun, ended in stretches]
    deleted = [ended - begun for name, begun, ended in stretches if name == "delete"]
    others = [ended - begun for name, begun, ended in stretches if name != "delete"]
    rows = (
        ("p50", median(taken), 0.3),
        ("p99", rank(taken, 0.99), 1.0),
        ("p50 deleted, until the growth", median(deleted), None),
        ("p50 deallocated, until the deletion", median(others), None),
        ("of it: host, until the pass begins", median(part.before for part in parts), None),
        ("of it: waiting for storage", median(part.storage for part in parts), None),
        ("of it: waiting for Azure or Mesos alone", median(part.outside for part in parts), None),
        ("of it: the app between its calls", median(part.between for part in parts), None),
    )
    figures = tuple(
        Figure(f"event to write, {what}", value, Unit.SECONDS, limit, yardstick)
        for what, value, limit in rows
    )
    calls = median(part.calls for part in parts)
    return Measured(
        "event_to_write",
        "one small read of a table in Azurite by the app's adapter, at rest",
        figures,
        (
            f"{len(taken)} events; the yardstick is {yardstick * 1000:.1f} ms; {calls:.0f} calls of adapters each",
            f"this process, simulator and host included, was busy for {busy:.0%} of the run",
        ),
    )


async def _round_trip(set_up: Stage) -> float:
    """Seconds for one small read, the median of many."""
    async with AzureStore(
        StorageSettings(connection_string=set_up.connection_string, prefix="bench")
    ) as store:
        await store.write(Table.LEDGER, "bench", Write("row", b"{}", "*"))
        taken: list[float] = []
        for _ in range(60):
            begun = time.perf_counter()
            await store.get(Table.LEDGER, "bench", "row")
            taken.append(time.perf_counter() - begun)
    return median(taken)


class _Timestamped(list[Request]):
    """The list of requests of an ARM face that also remembers when each came."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[float, Request]] = []

    def append(self, request: Request) -> None:
        super().append(request)
        if request.method != "GET":
            self.writes.append((time.perf_counter(), request))


class _Trial:
    """Strikes nodes of a stage and waits for what the app does about each."""

    def __init__(self, set_up: Stage) -> None:
        self._stage = set_up
        self._pool = set_up.cluster.pools["private"]
        self._requests = _Timestamped()
        self._posts: list[tuple[float, Event]] = []
        self._struck: set[str] = set()
        self._chance = random.Random(3)

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[_Trial]:
        """Events go through a subscription of our own that notes when each is posted; the app has seen the pool."""
        world = self._stage.world
        self._stage.served.arm.throttle.enabled = False
        self._stage.served.arm.requests = self._requests
        world.azure.durations = Durations(jitter=0.15).scaled(QUICK)
        theirs, world.azure.watchers = world.azure.watchers, []
        topic = f"/subscriptions/{self._pool.subscription}"
        async with post_to(self._stage.webhook, topic, world.timeline.clock) as post:

            async def send(events: list[dict[str, Any]]) -> int:
                self._posts.extend((time.perf_counter(), event) for event in events)
                return await post(events)

            try:
                async with EventGrid(world, send, Delivery(delay_s=(0.0, 0.05))):
                    await self._seen()
                    yield self
            finally:
                world.azure.watchers = theirs

    async def delete(self) -> tuple[float, float]:
        """When the event was posted, and when the set was told to grow."""
        victim = await self._next()
        self._stage.world.delete_instance(victim)
        posted = await self._posted(victim)
        return posted, await self._write(posted, "PATCH", b"")

    async def deallocate(self) -> tuple[float, float]:
        """When the event was posted, and when the deletion of that instance was ordered."""
        victim = await self._next()
        self._stage.world.deallocate(victim)
        posted = await self._posted(victim)
        ordered = await self._write(posted, "POST", f'"{victim.number}"'.encode())
        await self._write(ordered, "PATCH", b"")
        return posted, ordered

    async def _next(self) -> Instance:
        """The oldest healthy instance that was not struck yet, once no growth is under way or to come."""
        await asyncio.sleep(self._chance.uniform(0.1, 0.7))
        await self._grown()
        well = [one for one in self._pool.instances.values() if one.healthy and one.id not in self._struck]
        victim = min(well, key=lambda one: (one.created, one.number))
        self._struck.add(victim.id)
        return victim

    async def _posted(self, victim: Instance) -> float:
        def found() -> float | None:
            ours = (at for at, event in self._posts if event["subject"].lower() == victim.id.lower())
            return next(ours, None)

        return await _until(found)

    async def _write(self, after: float, method: str, mentions: bytes) -> float:
        def found() -> float | None:
            ours = (
                at
                for at, request in self._requests.writes
                if at > after and request.method == method and mentions in request.body
            )
            return next(ours, None)

        return await _until(found)

    async def _grown(self) -> None:
        """Until every operation is past its growth."""
        settings = StorageSettings(connection_string=self._stage.connection_string)
        async with AzureStore(settings) as store:
            for _ in range(int(PATIENCE_S / 0.1)):
                running = await Records(store).running_operations(self._stage.cluster.name)
                ended = [{step.step for step in one.value.steps} for one in running.values()]
                if all("grow" in steps for steps in ended) and not self._growing():
                    return
                await asyncio.sleep(0.1)
        raise TimeoutError(f"a growth was not over within {PATIENCE_S:g} s; nothing was measured")

    def _growing(self) -> bool:
        return self._pool.scaling is not None and self._pool.scaling.running

    async def _seen(self) -> None:
        """Until a sweep has written every node into the inventory, and the connections are open."""
        settings = StorageSettings(connection_string=self._stage.connection_string)
        url = f"{self._stage.host.url}/admin/functions/beat"
        cluster = self._stage.cluster.name
        async with AzureStore(settings) as store:
            await _start_sweep(url)
            for _ in range(300):
                if len(await store.query(Table.INVENTORY, cluster, "", "")) == AGENTS:
                    return
                await asyncio.sleep(0.2)
        raise TimeoutError("no sweep has seen the whole pool within a minute; nothing was measured")


async def _until[T](look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something. Raises TimeoutError after `PATIENCE_S`."""
    give_up = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < give_up:
        found = look()
        if found:
            return found
        await asyncio.sleep(0.002)
    raise TimeoutError(f"what was waited for did not happen within {PATIENCE_S:g} s; nothing was measured")


async def _start_sweep(url: str) -> None:
    """Through the host's admin door, as an operator would."""
    async with aiohttp.ClientSession(headers={"x-functions-key": MASTER_KEY}) as session:
        body = msgspec.json.encode({"input": ""})
        async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
            answer.raise_for_status()
