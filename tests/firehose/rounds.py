"""A simulated cluster in virtual time that is asked for its metrics: three masters, three agents that are remembered.

asking = Asking(stage, rule(...))
await asking.rounds(12)                 what signals came of twelve rounds, a minute apart
asking.came                             how the last round went
"""

from __future__ import annotations

import asyncio

import msgspec
from msgspec.structs import replace

from shared.firehose.ear import MetricsEar
from shared.firehose.rounds import Rounds
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.signals import Signal
from shared.policy.metric_rules import Firehose, MetricRule
from shared.policy.schema import Policy
from shared.ports.http import HttpAnswer, HttpCall
from shared.ports.queues import Queue
from shared.records import Records
from simulator.dcos.network import DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from tests.builders import cluster_policy, memory
from tests.simulator.stage import Stage


class Asking:
    """`defaults`: with the shipped rules. It is the `Http` of the rounds itself, and can put `answers` in place of
    what the cluster would say, by `host:port`; who is among the `hanging` never answers."""

    def __init__(self, stage: Stage, *rules: MetricRule, defaults: bool = False) -> None:
        self.stage = stage
        self.network = DcosNetwork(stage.world, Services(stage.cluster), MesosNetwork(stage.faces))
        self.masters = [master.address for master in stage.cluster.mesos.masters]
        self.agents = [stage.agent(number).address for number in range(3)]
        cluster = cluster_policy()
        self.cluster = replace(
            cluster, masters=tuple(self.masters), firehose=Firehose(defaults=defaults, rules=rules)
        )
        self.store, self.queues = MemoryStore(), MemoryQueues(stage.clock)
        self.records = Records(self.store)
        self.asked: list[str] = []
        self.answers: dict[str, HttpAnswer] = {}
        self.hanging: set[str] = set()
        self.came: dict[str, int] = {}
        self.restarts()

    def restarts(self) -> None:
        ear = MetricsEar(self.store, self.records, self.queues, "worker-1")
        self._rounds = Rounds(self, self.stage.clock, ear)
        self._policy = Policy(clusters=(self.cluster,))

    def answers_of_agents(self, *answers: HttpAnswer) -> None:
        """The agents, in their order, answer so; the last answer is that of all who are left."""
        for number, agent in enumerate(self.agents):
            self.answers[f"{agent}:5051"] = answers[min(number, len(answers) - 1)]

    @property
    def places(self) -> list[str]:
        return [*self.masters, *(f"{agent}:5051" for agent in self.agents)]

    async def send(self, call: HttpCall) -> HttpAnswer:
        place = call.url.removeprefix("http://").partition("/")[0]
        self.asked.append(place)
        if place in self.hanging:
            await asyncio.sleep(call.timeout_s)
            raise TimeoutError(f"no answer of {place}")
        if place in self.answers:
            return self.answers[place]
        status, headers, body = await self.network.send(call.method, call.url, {}, b"", call.timeout_s)
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)

    async def remember(self, number: int, address: str) -> None:
        node = replace(memory(number), address=address)
        await self.records.inventory.put("prod", node.name, node, "*")

    async def round(self) -> dict[str, int]:
        """One round over a cluster whose agents are remembered as the nodes 1, 2 and 3."""
        for number, address in enumerate(self.agents, 1):
            await self.remember(number, address)
        self.asked.clear()
        self.came = await self._rounds.go(self._policy)
        return self.came

    async def rounds(self, count: int) -> list[Signal]:
        told: list[Signal] = []
        for _ in range(count):
            await self.stage.after(minutes=1)
            await self.round()
            while found := self.queues.receive(Queue.SIGNALS):
                for message in found:
                    self.queues.delete(message.id)
                    told.append(msgspec.json.decode(message.body, type=Signal))
        return told
