"""The `real_mesos` fixture: a genuine Mesos master on loopback, to which a test adds agents and tasks.

The program is built once per checkout (build.py) and found once per test process. Each test has a cluster of its own,
on ports of its own, because what a test does to agents can't be undone; starting one takes well under a second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.real_mesos.build import build
from tests.real_mesos.cluster import RealMesos


@pytest.fixture(scope="session")
def real_mesos_program() -> Path:
    return build()


@pytest.fixture
async def real_mesos(real_mesos_program: Path, tmp_path: Path) -> AsyncIterator[RealMesos]:
    """A leading master without agents: `start_agent("127.0.0.11")`, then `await until_agents("127.0.0.11")`."""
    async with RealMesos.running(real_mesos_program, tmp_path / "mesos") as mesos:
        yield mesos
