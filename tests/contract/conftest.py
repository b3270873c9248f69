"""The parts of the outside world, each as its twin in memory and as the real thing.

A test here asks for `store`, `queue_world` or `compute_world` and so runs once for each of them; what holds for one
must hold for all, which is what makes tests on the twins worth anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.memory.store import MemoryStore
from shared.ports.store import Store
from tests.contract.compute_worlds import ComputeWorld, InMemory, simulated


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
