"""The `azurite` fixture: real queues and tables for the tests that need them.

One emulator per test process, started by the first test that asks for it; with pytest-xdist each worker has its own,
on ports that the system picks. The store is shared by all tests of a worker, so a test gives its tables and queues
names of its own (`unique_name`) instead of counting on an empty store.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from simulator.azurite import Azurite


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """A running Azurite with `.connection_string`, `.queue_port`, `.table_port`, `.blob_port`."""
    with Azurite.start() as storage:
        yield storage


@pytest.fixture
def unique_name() -> str:
    """A name that no other test has, valid for queues, tables and containers: letters and digits, 16 characters."""
    return f"t{uuid.uuid4().hex[:15]}"
