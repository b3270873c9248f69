"""A cluster of a few nodes that sends metrics, and an ear that hears them: storage in memory, and a clock by hand.

ground = Ground(rule(high=90, lasts=timedelta(minutes=5)))
await ground.hears(metric(1, used_percent=95))      what signals come of it
ground.passes(60)                                   seconds
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from shared.firehose.body import Sender
from shared.firehose.ear import MetricsEar
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.nodes import NodeMemory
from shared.model.signals import Signal
from shared.policy.metric_rules import Firehose, MetricRule
from shared.policy.schema import Policy
from shared.ports.queues import Queue
from shared.ports.store import Store, Table
from shared.records import Change, Records
from tests.builders import NOW, address, cluster_policy, memory
from tests.watched import Around, watched

MINUTE = timedelta(minutes=1)


def rule(**other: Any) -> MetricRule:
    """Bad above 90 for two minutes, good again at 85, of `disk.used_percent`."""
    plain: dict[str, Any] = {
        "name": "disk-full",
        "metric": "disk.used_percent",
        "high": 90.0,
        "clear_high": 85.0,
    }
    return MetricRule(**(plain | other))


def metric(
    number: int | str, at: float, name: str = "disk", tags: Mapping[str, str] | None = None, **fields: Any
) -> Any:
    """One metric of Telegraf, from the node of that number or the host of that name. `at`: seconds since 1970."""
    host = address(number) if isinstance(number, int) else number
    return {"name": name, "tags": {"host": host, **(tags or {})}, "fields": fields, "timestamp": int(at)}


def batch(*metrics: Any) -> bytes:
    return json.dumps({"metrics": metrics}).encode()


class Ground:
    """`nodes` are numbered from 1. Further ears over the same store are other instances, or a restarted one."""

    def __init__(self, *rules: MetricRule, nodes: int = 5, store: Store | None = None) -> None:
        self.cluster = replace(cluster_policy(), firehose=Firehose(defaults=False, rules=rules))
        self.policy = Policy(clusters=(self.cluster,))
        self.clock = SteppedClock(NOW)
        self.store, self.queues = store or MemoryStore(), MemoryQueues(self.clock)
        self.records = Records(self.store)
        self.nodes = nodes
        self.is_settled = False
        self.ears = 0
        self.ear = self.another_ear()

    def another_ear(self, around: Around | None = None) -> MetricsEar:
        """`around` is put around each of its calls of storage."""
        self.ears += 1
        store, queues = watched("store", self.store, around), watched("queues", self.queues, around)
        return MetricsEar(store, Records(store), queues, f"worker-{self.ears}")

    def restarts(self) -> None:
        self.ear = self.another_ear()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def now_s(self) -> float:
        return self.now.timestamp()

    def passes(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    async def remember(self, node: NodeMemory, cluster: str = "prod") -> None:
        await self.records.inventory.put(cluster, node.name, node, "*")

    async def forget(self, node: NodeMemory, cluster: str = "prod") -> None:
        await self.records.inventory.put_all(cluster, [Change(node.name, None, "*")])

    async def hears_body(
        self, form: str, body: bytes, sender: Sender | None = None, ear: MetricsEar | None = None
    ) -> tuple[list[Signal], dict[str, int]]:
        if not self.is_settled:
            self.is_settled = True
            for number in range(1, self.nodes + 1):
                await self.remember(memory(number))
        counts = await (ear or self.ear).hear(form, body, sender or Sender(), self.policy, self.now)
        return self.told(), dict(counts)

    def told(self) -> list[Signal]:
        """The signals that are due in their queue, taken out of it."""
        signals: list[Signal] = []
        while found := self.queues.receive(Queue.SIGNALS):
            for message in found:
                self.queues.delete(message.id)
                signals.append(msgspec.json.decode(message.body, type=Signal))
        return signals

    async def hears(self, *metrics: Any, ear: MetricsEar | None = None) -> list[Signal]:
        return (await self.hears_body("telegraf", batch(*metrics), ear=ear))[0]

    async def counts(self, *metrics: Any) -> dict[str, int]:
        return (await self.hears_body("telegraf", batch(*metrics)))[1]

    async def hears_each(self, seconds: float, times: int, number: int, **fields: Any) -> list[Signal]:
        """The same value from one node, so many times, so many seconds apart."""
        signals: list[Signal] = []
        for _ in range(times):
            self.passes(seconds)
            signals += await self.hears(metric(number, self.now_s, **fields))
        return signals

    async def ticks(self) -> list[Signal]:
        await self.ear.tick(self.policy, self.now)
        return self.told()

    async def rows(self) -> list[str]:
        return [one.row for one in await self.store.query(Table.ALERT_STATES, "prod", "", "")]

    async def quarantined(self) -> list[dict[str, Any]]:
        rows = await self.store.query(Table.QUARANTINE, "quarantine", "", "")
        return [json.loads(one.body) for one in rows]
