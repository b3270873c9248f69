"""Event Grid: how many signals a second become of events, and how many events a second go the whole way.

How: events of machines and sets as Azure sends them, nine kinds in turn and both schemas, one in nine of them about
somebody else's machine. Everything is in one process, on one core.

Translated: from bytes to signals, decoding included, each turn after a turn of the yardstick; the yardstick is msgspec
decoding the same bytes. Limit: 20,000 signals a second. The best turn of each counts.

The whole way: `App.hear_event` (policy in force, translation, window, messages) and then `App.work_signal` for every
message, as the queue listener hands them over: up to 50 at once, which share a pass over a healthy pool of 40 in
memory. Twice, because the window treats them differently:

* apart: machine by machine over minutes, so that most signals become messages (the same of the same thing
  within eight seconds is one)
* a flood: 2,000 in each second, of which the window lets fifty of each eight seconds through

Limit: 2,000 events a second, of processor time. Compare: Cloud Custodian's Azure handler (0.9.53) parses its policy
anew for every event, which takes a tenth of a second, so it manages 8 to 10 a second at the most.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from benchmarks.event_samples import GROUP, SET, SUBSCRIPTION, bodies
from benchmarks.figures import Figure, Measured, Unit
from shared.app import App
from shared.audit import AuditLog
from shared.memory.clock import SteppedClock
from shared.memory.compute import MemoryCompute
from shared.memory.queues import MemoryQueues
from shared.memory.scheduler import MemoryScheduler
from shared.memory.store import MemoryStore
from shared.model.azure import PoolAddress
from shared.model.mesos import Agent
from shared.operate.outside import Outside
from shared.policy.in_force import PolicyInForce
from shared.policy.load import load
from shared.policy.schema import Policy
from shared.ports.queues import Queue
from shared.records import Records
from shared.signals.event_grid import hear

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWN = frozenset({"00000000-0000-0000-0000-00000000a9b1"})
POOL = PoolAddress(SUBSCRIPTION, GROUP, SET)
AGENTS, EVENTS, TURNS = 40, 2_000, 15
BATCH = 50
APART, FLOOD = timedelta(milliseconds=160), timedelta(milliseconds=0.5)
SIGNALS_PER_S, EVENTS_PER_S, CUSTODIAN_PER_S = 20_000, 2_000, 9

POLICY = f"""\
version: 1
defaults: {{mode: enforce}}
clusters:
  prod:
    subscription: {SUBSCRIPTION}
    resource_group: {GROUP}
    dcos: {{masters: ["172.16.0.5"]}}
    pools:
      private:
        scale_set: {SET}
        capacity: {{min: 1, max: 100}}
"""


def measure() -> Measured:
    sent = bodies(EVENTS, NOW, timedelta(0))
    policy = load(POLICY, "policy.yaml")
    signals = translate(sent, policy)
    translated, decoded = _best(partial(translate, sent, policy), partial(_decode, sent))
    apart, worked, passes = asyncio.run(Way(APART).goes())
    flood, let_through, _ = asyncio.run(Way(FLOOD).goes())
    whole = EVENTS / EVENTS_PER_S * 1000
    figures = (
        Figure(
            f"translate {EVENTS:,} events to {signals:,} signals",
            translated,
            Unit.MILLISECONDS,
            signals / SIGNALS_PER_S * 1000,
            decoded,
        ),
        Figure("signals a second", signals / translated * 1000, Unit.COUNT),
        Figure(f"the whole way, {EVENTS:,} events apart", apart, Unit.MILLISECONDS, whole, decoded),
        Figure(f"the whole way, a flood of {EVENTS:,}", flood, Unit.MILLISECONDS, whole, decoded),
        Figure("events a second the whole way, apart", EVENTS / apart * 1000, Unit.COUNT),
    )
    times = EVENTS / apart * 1000 / CUSTODIAN_PER_S
    remarks = (
        f"apart: {worked:,} messages in {passes} deliveries; flood: {let_through:,} messages",
        f"Cloud Custodian's handler manages 8 to 10 events a second: this is {times:,.0f} times as many as 9",
    )
    return Measured("events", "msgspec decoding the same bytes", figures, remarks)


def translate(sent: Sequence[bytes], policy: Policy) -> int:
    """From bytes to signals; how many."""
    signals = 0
    for body in sent:
        for one in hear(msgspec.json.decode(body), policy, OWN, NOW):
            signals += one.signal is not None
    return signals


def _decode(sent: Sequence[bytes]) -> None:
    for body in sent:
        msgspec.json.decode(body)


class Way:
    """The app over a healthy pool in memory, and events that come so far apart on its clock."""

    def __init__(self, apart: timedelta) -> None:
        self._clock, self._apart = SteppedClock(NOW), apart
        self._queues, store = MemoryQueues(self._clock), MemoryStore()
        compute, scheduler = MemoryCompute(self._clock), MemoryScheduler(self._clock)
        compute.add_pool(POOL, AGENTS)
        addresses = asyncio.run(_addresses(compute))
        for number, address in enumerate(addresses):
            agent = Agent(f"agent-S{number}", address, address, 5051, True, NOW - timedelta(days=1))
            scheduler.agents[agent.agent_id] = agent
        outside = Outside(
            clock=self._clock,
            compute=compute,
            scheduler_of=lambda _: scheduler,
            store=store,
            queues=self._queues,
            records=Records(store),
            audit=AuditLog(store),
            worker="benchmark",
        )
        self._app = App(outside, PolicyInForce(_policy_text, "policy.yaml", store), OWN)

    async def goes(self) -> tuple[float, int, int]:
        """Milliseconds of processor time for all events and the work that came of them, messages, deliveries."""
        events = [json.loads(body) for body in bodies(EVENTS, NOW, self._apart)]
        await self._app.sweep()
        await self._deliver()
        messages = deliveries = 0
        begun = time.process_time()
        for event in events:
            self._clock.advance(self._apart)
            await self._hears(event)
            if self._queues.waiting(Queue.SIGNALS) >= BATCH:
                messages += await self._deliver()
                deliveries += 1
        self._clock.advance(timedelta(seconds=8))
        messages += await self._deliver()
        return (time.process_time() - begun) * 1000, messages, deliveries + 1

    async def _hears(self, event: dict[str, Any]) -> None:
        for message in await self._app.hear_event(event):
            await self._queues.send(Queue.SIGNALS, message.encode(), timedelta(0))

    async def _deliver(self) -> int:
        """Every message that is due, side by side; how many. Nothing may begin, because nothing is wrong."""
        messages = self._queues.receive(Queue.SIGNALS, BATCH)
        await asyncio.gather(*(self._app.work_signal(message.body.decode()) for message in messages))
        for message in messages:
            self._queues.delete(message.id)
        if self._queues.waiting(Queue.OPERATIONS):
            raise RuntimeError("something was begun on a healthy pool: this measured something else")
        return len(messages)


async def _addresses(compute: MemoryCompute) -> list[str]:
    return sorted((await compute.addresses(POOL)).values())


async def _policy_text() -> str:
    return POLICY


def _best(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of processor time of the best turn of each, taken in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for work, times in zip((one, other), taken, strict=True):
            begun = time.process_time()
            work()
            times.append((time.process_time() - begun) * 1000)
    return min(taken[0]), min(taken[1])
