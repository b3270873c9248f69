"""The process that one sweep is measured in; prints what it measured as JSON. Story and limits are in `sweep`.

python -m benchmarks.sweep_process memory|azurite
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

import aiohttp
import msgspec

from shared.app import App
from shared.audit import AuditLog
from shared.azure.arm import COMPUTE_VERSION, NETWORK_VERSION
from shared.azure.arm_client import ArmSettings
from shared.azure.clock import WallClock
from shared.azure.compute import AzureCompute
from shared.azure.queues import AzureQueues
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.dcos.http import AiohttpHttp
from shared.dcos.mesos import MesosScheduler
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.signals import Signal, SignalKind, Source
from shared.operate.outside import Outside
from shared.policy.in_force import PolicyInForce
from shared.ports.queues import Queues
from shared.ports.store import Store, Table
from shared.records import Records
from simulator.azurite import Azurite
from simulator.clock import WallClock as SimulatedClock
from simulator.demo.policy import policy_text
from simulator.serve import Served, served
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.tasks import App as Application
from simulator.world.world import Cluster

AGENTS = 1000
TASKS = 2000
LATER = 7
TOKEN = "benchmark"


async def measure(where: str) -> dict[str, float]:
    world = new_world(SimulatedClock())
    spec = ClusterSpec("big", pools={"private": AGENTS}, apps=(Application("web", TASKS),))
    cluster = build_cluster(world, spec)
    async with (
        served(world) as faces,
        _storage(where) as (store, queues),
        _app(faces, cluster, store, queues) as app,
    ):
        bare = [await _bare_fetch(faces, cluster) for _ in range(3)]
        before = peak_mb()
        passes = [await _pass(app) for _ in range(1 + LATER)]
        seen = len(await store.query(Table.INVENTORY, "big", "", ""))
    if seen != AGENTS:
        raise RuntimeError(f"{seen} of {AGENTS} nodes were remembered: this was no whole pass")
    return {
        "bare_s": median(bare),
        "before_mb": before,
        "first_s": passes[0],
        "later_s": median(passes[1:]),
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """The most memory that this process ever held. Not `ru_maxrss`, which a child inherits from its parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("this system does not tell the peak of a process's memory")
    return int(found[1]) / 1024


async def _pass(app: App) -> float:
    """Seconds for what a sweep's message starts."""
    now = WallClock().now()
    signal = Signal(SignalKind.SWEEP, Source.TIMER, "big", f"sweep-{now.isoformat()}", now, now)
    begun = time.perf_counter()
    await app.work_signal(msgspec.json.encode(signal).decode())
    return time.perf_counter() - begun


@asynccontextmanager
async def _storage(where: str) -> AsyncIterator[tuple[Store, Queues]]:
    if where == "memory":
        yield MemoryStore(), MemoryQueues(WallClock())
        return
    async with AsyncExitStack() as stack:
        azurite = await asyncio.to_thread(Azurite.start)
        stack.push_async_callback(asyncio.to_thread, azurite.stop)
        settings = StorageSettings(connection_string=azurite.connection_string)
        store = await stack.enter_async_context(AzureStore(settings))
        yield store, await stack.enter_async_context(AzureQueues(settings))


@asynccontextmanager
async def _app(faces: Served, cluster: Cluster, store: Store, queues: Queues) -> AsyncIterator[App]:
    masters = tuple(faces.master_addresses(cluster.name))
    with tempfile.TemporaryDirectory(prefix="poolkeeper-benchmark-") as directory:
        file = Path(directory) / "policy.yaml"
        file.write_text(policy_text(cluster, masters, most=AGENTS))

        async def text() -> bytes:
            return await asyncio.to_thread(file.read_bytes)

        async with AzureCompute(ArmSettings(faces.arm_url, TOKEN)) as compute, AiohttpHttp() as http:
            scheduler = MesosScheduler(http, masters)
            outside = Outside(
                clock=WallClock(),
                compute=compute,
                scheduler_of=lambda _: scheduler,
                store=store,
                queues=queues,
                records=Records(store),
                audit=AuditLog(store),
                worker="benchmark",
            )
            yield App(outside, PolicyInForce(text, file.name, store), frozenset())


async def _bare_fetch(faces: Served, cluster: Cluster) -> float:
    """Seconds for the same answers, one after the other, thrown away."""
    scale_set = f"{faces.arm_url}{cluster.pools['private'].id}"
    instances = f"{scale_set}/virtualMachines?api-version={COMPUTE_VERSION}&$expand=instanceView"
    interfaces = f"{scale_set}/networkInterfaces?api-version={NETWORK_VERSION}"
    begun = time.perf_counter()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        for first in (f"{scale_set}?api-version={COMPUTE_VERSION}", instances, interfaces):
            following: str | None = first
            while following:
                async with session.get(following) as answer:
                    following = _Page.of(await answer.read())
        async with session.get(f"http://{faces.master_addresses('big')[0]}/state") as answer:
            await answer.read()
    return time.perf_counter() - begun


class _Page(msgspec.Struct, rename="camel"):
    next_link: str | None = None

    @staticmethod
    def of(body: bytes) -> str | None:
        return msgspec.json.decode(body, type=_Page).next_link


if __name__ == "__main__":
    json.dump(asyncio.run(measure(sys.argv[1])), sys.stdout)
