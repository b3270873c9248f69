"""How much memory the app's process takes: after its start, and after an hour of the demo. The plan gives it 512 MB.

How: the app alone in a process of its own (`python -m simulator.host`: the real function_app.py in Microsoft's worker
library, behind the local host), while Azurite, the simulated Azure and DC/OS run elsewhere. The demo's time is
33 times as fast, so an hour of it takes 108 s: a sweep each minute, a glance twice a minute, and an agent deleted each
five, which the app replaces. A run in which it did not is none. Told is what Linux counts as resident, and the most
that it ever was. Then the same with 900 agents, for a quarter of that, with a sweep each ten seconds, which takes
most of the time that it has. Limit: 512 MB, at any time.

Honest remarks: in Azure the Functions host, a program in .NET, and the gRPC of the worker run on the instance too,
and are not counted here; the local host, in Python, is. Pages of files that several programs have open count in full.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Measured, Unit
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Table
from simulator.demo.stage import (
    EVENTS_KEY,
    MASTER_KEY,
    ROOT,
    SPEED,
    Ground,
    StageOptions,
    ground,
    told_to,
    webhook_of,
)

LIMIT_MB = 512.0
HOUR_S = 3600 * SPEED
PATIENCE_S = 60.0
POLICY = (
    "        disruption: {at_once: 100%, per_hour: 1000, per_day: 10000, per_fault_domain: none}\n"
    "        storm: {unhealthy: 100%, hold: 10s}\n"
)
ALONE = "import azure.functions, pathlib; print(pathlib.Path('/proc/self/status').read_text())"


@dataclass(frozen=True)
class _Case:
    """`deleted` agents, one after the other, in equal distances over the time."""

    agents: int
    sweep: str
    glance: str
    lasts_s: float
    deleted: int


HOUR = _Case(12, "*/2 * * * * *", "* * * * * *", HOUR_S, 12)
MANY = _Case(900, "*/10 * * * * *", "5,20,35,50 * * * * *", HOUR_S / 4, 3)


@dataclass(frozen=True)
class _Held:
    """Megabytes."""

    started: float
    halfway: float
    ended: float
    most: float


def measure() -> Measured:
    hour, many = asyncio.run(_played(HOUR)), asyncio.run(_played(MANY))
    alone = _megabytes("VmRSS", _said_alone())
    rows = (
        ("after start, no work yet", hour.started),
        ("12 agents, after half an hour of the demo", hour.halfway),
        ("12 agents, after an hour of the demo, 12 replaced", hour.ended),
        ("12 agents, at its highest", hour.most),
        ("900 agents, after a few sweeps", many.ended),
        ("900 agents, at its highest", many.most),
    )
    return Measured(
        "memory",
        "an interpreter that has imported azure.functions alone",
        tuple(Figure(f"the app: {what}", held, Unit.MEGABYTES, LIMIT_MB, alone) for what, held in rows),
        (f"that interpreter takes {alone:.0f} MB",),
    )


async def _played(case: _Case) -> _Held:
    options = StageOptions(agents=case.agents, tasks=2 * case.agents, pool_policy=POLICY, sweep=case.sweep)
    async with ground(options) as below, _app(below, case) as (app, url):
        started = held_mb(app.pid)
        async with told_to(webhook_of(url), below):
            await _seen(below, case.agents)
            await _struck(below, case.deleted // 2, case.lasts_s / 2)
            halfway = held_mb(app.pid)
            await _struck(below, case.deleted - case.deleted // 2, case.lasts_s / 2)
            ended = held_mb(app.pid)
            await _whole(below, case.agents)
            return _Held(started, halfway, ended, held_mb(app.pid, "VmHWM"))


async def _struck(below: Ground, deleted: int, lasts_s: float) -> None:
    """That time, in which so many agents are deleted, the oldest first."""
    pool = below.cluster.pools["private"]
    for _ in range(deleted):
        below.world.delete_instance(min(pool.instances.values(), key=lambda one: (one.created, one.number)))
        await asyncio.sleep(lasts_s / deleted)


async def _seen(below: Ground, agents: int) -> None:
    """Until a sweep has remembered every agent."""
    settings = StorageSettings(connection_string=below.connection_string)
    async with AzureStore(settings) as store:

        async def seen() -> int:
            return len(await store.query(Table.INVENTORY, below.cluster.name, "", ""))

        await _until(seen, agents, "seen by a sweep")


async def _whole(below: Ground, agents: int) -> None:
    """Until all that were deleted are replaced."""
    pool = below.cluster.pools["private"]

    async def well() -> int:
        return sum(one.healthy for one in pool.instances.values())

    await _until(well, agents, "well in the end")


async def _until(count: Callable[[], Awaitable[int]], enough: int, what: str) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while (found := await count()) < enough:
        if time.monotonic() > give_up:
            raise TimeoutError(f"{found} of {enough} agents were {what}; such a run measures nothing")
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _app(below: Ground, case: _Case) -> AsyncIterator[tuple[Process, str]]:
    """Its process, and where it listens."""
    with tempfile.TemporaryDirectory(prefix="poolkeeper-benchmark-") as directory:
        settings, log = Path(directory) / "settings.json", Path(directory) / "log"
        keys = {"master": MASTER_KEY, "system": {"eventgrid_extension": EVENTS_KEY}}
        values = {**below.settings, "POOLKEEPER_BEAT": case.glance}
        settings.touch(0o600)
        settings.write_text(json.dumps({"IsEncrypted": False, "Values": values, "Keys": keys}))
        command = ("-m", "simulator.host", "--app", str(ROOT), "--port", "0", "--settings", str(settings))
        with log.open("wb") as told:
            app = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, stdout=PIPE, stderr=told
            )
        try:
            yield app, await _listens(app, log)
        finally:
            if app.returncode is None:
                app.terminate()
            await app.communicate()


async def _listens(app: Process, log: Path) -> str:
    """The address that it tells once it listens."""
    if app.stdout is None:
        raise RuntimeError("the app's process has no output, so nobody can tell where it listens")
    async with asyncio.timeout(PATIENCE_S):
        line = (await app.stdout.readline()).decode()
    found = re.match(r"Listening on (\S+) ", line)
    if found is None:
        said = await asyncio.to_thread(log.read_text)
        raise RuntimeError(f"the app did not start, nothing was measured:\n{line}{said[-2000:]}")
    return found[1]


def held_mb(pid: int, what: str = "VmRSS") -> float:
    """What a process holds now; `VmHWM`: the most that it ever held."""
    return _megabytes(what, Path(f"/proc/{pid}/status").read_text())


def _megabytes(what: str, status: str) -> float:
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError(f"this system does not tell {what} of a process")
    return int(found[1]) / 1024


def _said_alone() -> str:
    return subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True).stdout
