"""Load as it is read: Marathon's queue from its bytes to nodes, and what a look at a thousand agents costs with it.

How: a queue of 5,000 waiting tasks is read from the bytes of Marathon's answer (1.1 KB for each application, as real
ones have), made into work, and placed on 2,000 agents as the masters list them, each with 5 tasks of these applications
whose places count for constraints; once as 500 applications of ten tasks with all kinds of constraints, once as 5,000
applications of one task each. Limit: 1 s from bytes to placement.

The look: a simulated cluster of 1,000 agents and 5,000 running tasks, in which 500 applications of ten tasks wait. Its
answers are taken down once and then read again from memory, so that only our own work is measured: the masters' state
and the queue, which is what a look reads where a pool follows waiting work, and besides what runs for whom, which is
read when a pool is to shrink. Memory is what Python's own allocator says (`tracemalloc`), at its highest and
afterwards.

Honest remarks: times are of the processor, so that others on the machine do not count. The yardstick is msgspec
decoding the bytes of the first queue without any types. The network and Marathon's own time are not in it.
"""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from statistics import median
from typing import Any

import msgspec

from benchmarks.figures import Figure, Measured, Unit
from benchmarks.placement import CONSTRAINTS, LIMIT_MS
from shared.dcos.mesos import MesosScheduler
from shared.dcos.workloads import DcosWorkloads
from shared.memory.clock import SteppedClock
from shared.model.load import Queue
from shared.model.mesos import Agent, Amounts
from shared.model.readings import Reading, Value
from shared.model.workloads import WorkloadState
from shared.ports.http import HttpAnswer, HttpCall
from shared.scale.offers import host_of
from shared.scale.placement import Placement, place
from shared.scale.queue import waiting_work
from simulator.clock import WallClock
from simulator.dcos.network import DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.tasks import App

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTS, WAITING, AGENTS, RUNNING = 2_000, 5_000, 1_000, 5_000
MASTER = "172.16.0.5"


def measure() -> Measured:
    random = Random(5)
    tens, ones = _body(random, WAITING // 10, 10), _body(random, WAITING, 1)
    agents = [_agent(random, number) for number in range(HOSTS)]
    yardstick = _cpu_ms(partial(msgspec.json.decode, tens), 5)
    cases = {
        "5,000 waiting tasks of 500 applications, read and placed on 2,000 agents": partial(
            _nodes, tens, agents
        ),
        "the same of 5,000 applications": partial(_nodes, ones, agents),
    }
    figures: list[Figure] = []
    remarks: list[str] = []
    for what, run in cases.items():
        figures.append(Figure(what, _cpu_ms(run, 5), Unit.MILLISECONDS, LIMIT_MS, yardstick))
        done = run()
        left = sum(one.count for one in done.refused)
        remarks.append(f"{what}: {done.placed:,} placed, {left:,} refused")
    figures += _looks(yardstick)
    return Measured("load", "decoding the first queue without types", tuple(figures), tuple(remarks))


def _cpu_ms(work: Callable[[], object], times: int) -> float:
    """Milliseconds of the processor that `work` takes, the median of so many runs after one that is not counted."""
    work()
    taken: list[float] = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append((time.process_time() - begun) * 1000)
    return median(taken)


def _nodes(body: bytes, agents: Sequence[Agent]) -> Placement:
    """From bytes to where what waits would go."""
    reading = asyncio.run(DcosWorkloads(_Answering(body), SteppedClock(NOW), (MASTER,)).queue())
    if not isinstance(reading, Value):
        raise ValueError(reading.why)
    return place(waiting_work(reading.value, agents), [host_of(agent) for agent in agents])


class _Answering:
    def __init__(self, body: bytes) -> None:
        self._answer = HttpAnswer(200, {}, body)

    async def send(self, call: HttpCall) -> HttpAnswer:
        return self._answer


class _Replayed:
    """The answers of a simulated cluster, each asked for once."""

    def __init__(self, network: DcosNetwork) -> None:
        self._network, self._answers = network, dict[tuple[str, str, bytes], HttpAnswer]()

    async def send(self, call: HttpCall) -> HttpAnswer:
        key = call.method, call.url, call.body or b""
        if key not in self._answers:
            status, headers, body = await self._network.send(*key[:2], call.headers, key[2], 60.0)
            self._answers[key] = HttpAnswer(
                status, {name.lower(): one for name, one in headers.items()}, body
            )
        return self._answers[key]


def _looks(yardstick: float) -> list[Figure]:
    http = _Replayed(_cluster())
    masters, workloads = MesosScheduler(http, (MASTER,)), DcosWorkloads(http, SteppedClock(NOW), (MASTER,))

    async def with_queue() -> object:
        return await masters.state(), await workloads.queue()

    async def with_work() -> object:
        state = await masters.state()
        return state, await workloads.queue(), await workloads.read(state)

    _check(asyncio.run(workloads.queue()), asyncio.run(workloads.read()))

    figures: list[Figure] = []
    looks: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "a look at 1,000 agents, masters and a queue of 5,000 tasks": with_queue,
        "the same with what runs for whom, 5,000 tasks": with_work,
    }
    for what, look in looks.items():
        took = _cpu_ms(partial(_run, look), 5)
        highest, kept = _memory(look)
        figures.append(Figure(what, took, Unit.MILLISECONDS, None, yardstick))
        figures.append(Figure(f"{what}: memory at its highest", highest, Unit.MEGABYTES))
        figures.append(Figure(f"{what}: memory kept", kept, Unit.MEGABYTES))
    return figures


def _check(queue: Reading[Queue], work: WorkloadState) -> None:
    """That what is measured is what is told."""
    waiting = sum(one.count for one in queue.value.entries) if isinstance(queue, Value) else 0
    running = sum(len(app.tasks) for app in work.run_specs)
    if (waiting, running) != (WAITING, RUNNING):
        raise ValueError(f"{waiting} tasks wait and {running} run")


def _run(look: Callable[[], Coroutine[Any, Any, object]]) -> object:
    return asyncio.run(look())


def _memory(look: Callable[[], Coroutine[Any, Any, object]]) -> tuple[float, float]:
    """Megabytes at the highest, and of the readings afterwards."""
    tracemalloc.start()
    kept = _run(look)
    now, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return highest / 1e6, now / 1e6


def _cluster() -> DcosNetwork:
    world = new_world(WallClock())
    cluster = build_cluster(world, ClusterSpec("big", "1.11", pools={"private": AGENTS}, apps=_running()))
    marathon = cluster.mesos.schedulers[0]
    for number in range(WAITING // 10):
        marathon.add(App(f"waits/app-{number}", 10, cpus=64.0, unique=True, image="team/app:1"))
    faces = [MesosFace(world, cluster, master) for master in cluster.mesos.masters]
    return DcosNetwork(world, Services(cluster), MesosNetwork(faces))


def _running() -> tuple[App, ...]:
    """One task of each on every agent."""
    return tuple(App(f"runs/app-{number}", AGENTS, mem=64.0) for number in range(RUNNING // AGENTS))


def _agent(random: Random, number: int) -> Agent:
    used = Amounts(random.uniform(0, 4), random.uniform(0, 16_000), random.uniform(0, 100_000))
    ids = tuple(f"app-{random.randrange(WAITING)}.{_uuid(random)}" for _ in range(5))
    address = f"10.32.{number // 256}.{number % 256}"
    return Agent(
        f"agent-S{number}",
        address,
        address,
        5051,
        True,
        NOW,
        task_ids={"marathon": ids},
        total=Amounts(4, 16_000, 100_000),
        used=used,
        attributes={"rack": str(number % 20)},
        zone=str(number % 3),
    )


def _uuid(random: Random) -> str:
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _body(random: Random, apps: int, count: int) -> bytes:
    entries = [
        {
            "count": count,
            "delay": {"timeLeftSeconds": 0, "overdue": True},
            "since": "2026-03-02T08:58:00.000Z",
            "app": _app(random, number, random.choice(CONSTRAINTS) if count > 1 else ()),
            "processedOffersSummary": {
                "processedOffersCount": 40,
                "unusedOffersCount": 40,
                "rejectSummaryLastOffers": [{"reason": "InsufficientCpus", "declined": 40, "processed": 40}],
            },
        }
        for number in range(apps)
    ]
    return msgspec.json.encode({"queue": entries})


def _app(random: Random, number: int, constraints: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {
        "id": f"/app-{number}",
        "instances": 20,
        "cpus": random.choice([0.1, 0.5, 1, 2]),
        "mem": round(random.uniform(64, 4_000), 1),
        "disk": round(random.uniform(0, 1_000), 1),
        "gpus": 0,
        "constraints": constraints,
        "portDefinitions": [{"port": 10_000 + number, "protocol": "tcp", "labels": {}}],
        "requirePorts": False,
        "env": {f"SETTING_{n}": f"a value of some length, such as a URL {n}" for n in range(8)},
        "container": {"type": "DOCKER", "docker": {"image": f"team/app-{number}:1.0.3", "network": "HOST"}},
        "healthChecks": [{"protocol": "MESOS_HTTP", "path": "/health", "portIndex": 0}],
        "labels": {"team": "one", "VIP_0": f"/app-{number}:80"},
    }
