"""The parts of the outside world, each as its twin in memory and as the real thing.

A test here asks for `store`, `queue_world` or `compute_world` and so runs once for each of them; what holds for one
must hold for all, which is what makes tests on the twins worth anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.memory.store import MemoryStore
from shared.model.mesos import Generation
from shared.ports.store import Store
from tests.contract.compute_worlds import ComputeWorld, InMemory, simulated
from tests.contract.scheduler_worlds import MemoryWorld, SimulatedWorld, real_world
from tests.contract.schedulers import SchedulerWorld


@pytest.fixture(params=["memory", "azurite"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """An empty store."""
    if request.param == "memory":
        yield MemoryStore()
        return
    azurite = request.getfixturevalue("azurite")
    prefix = request.getfixturevalue("unique_name")
    settings = StorageSettings(connection_string=azurite.connection_string, prefix=prefix)
    async with AzureStore(settings) as real:
        yield real


@pytest.fixture(params=["memory", "simulator", "simulator on a socket"])
async def compute_world(request: pytest.FixtureRequest) -> AsyncIterator[ComputeWorld]:
    """A pool of twelve running machines, none of which was touched yet."""
    if request.param == "memory":
        yield InMemory()
        return
    async with simulated(socket="socket" in request.param) as world:
        yield world


SCHEDULERS: dict[str, Callable[[], SchedulerWorld]] = {
    "memory-maintenance": lambda: MemoryWorld(Generation.MAINTENANCE),
    "memory-mark-gone": lambda: MemoryWorld(Generation.MARK_GONE),
    "memory-drain": lambda: MemoryWorld(Generation.DRAIN),
    "dcos-1.8": lambda: SimulatedWorld("1.8"),
    "dcos-1.10": lambda: SimulatedWorld("1.10"),
    "dcos-1.11": lambda: SimulatedWorld("1.11"),
    "dcos-1.13": lambda: SimulatedWorld("1.13"),
    "dcos-2.2": lambda: SimulatedWorld("2.2"),
}
REAL = "real-mesos-1.11"
OLDER = ("memory-maintenance", "dcos-1.8", "dcos-1.10")
DRAINING = ("memory-drain", "dcos-2.2", REAL)


@asynccontextmanager
async def scheduler_world(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    if request.param != REAL:
        yield SCHEDULERS[request.param]()
        return
    program, directory = request.getfixturevalue("real_mesos_program"), request.getfixturevalue("tmp_path")
    async with real_world(program, directory / "mesos") as world:
        yield world


@pytest.fixture(params=[*SCHEDULERS, REAL])
async def any_scheduler(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    """A cluster of three agents, of every kind there is."""
    async with scheduler_world(request) as world:
        yield world


@pytest.fixture(params=[name for name in (*SCHEDULERS, REAL) if name not in OLDER])
async def marking_scheduler(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    """The same, of a kind whose master knows MARK_AGENT_GONE."""
    async with scheduler_world(request) as world:
        yield world


@pytest.fixture(params=DRAINING)
async def draining_scheduler(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    """The same, of a kind whose master deactivates and drains."""
    async with scheduler_world(request) as world:
        yield world


@pytest.fixture(params=[name for name in SCHEDULERS if name not in DRAINING])
async def undraining_scheduler(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    """The same, of a kind whose master does not know how to."""
    async with scheduler_world(request) as world:
        yield world


@pytest.fixture(params=[name for name in SCHEDULERS if name not in OLDER])
async def heeding_scheduler(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    """The same, of a kind whose Marathon heeds maintenance windows. The framework of the real Mesos does not."""
    async with scheduler_world(request) as world:
        yield world


@pytest.fixture(params=OLDER)
async def older_scheduler(request: pytest.FixtureRequest) -> AsyncIterator[SchedulerWorld]:
    """The same, of a kind whose master does not know it yet."""
    async with scheduler_world(request) as world:
        yield world
