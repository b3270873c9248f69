"""One Azurite for the tests of a file; the app is started anew for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from simulator.azurite import Azurite
from tests.alerts.doors import Doors, opened
from tests.peers import NAMES, are_here

collect_ignore = [] if are_here(*NAMES) else ["test_real_alertmanager.py"]


@pytest.fixture(scope="module")
def own_azurite() -> Iterator[Azurite]:
    with Azurite.start() as azurite:
        yield azurite


@pytest.fixture
async def doors(own_azurite: Azurite, tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened(own_azurite, tmp_path) as doors:
        yield doors
