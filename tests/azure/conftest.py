"""An AzureCompute in front of a script."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.model.azure import PoolAddress
from tests.azure.scripted import Script, playing

TOKEN = "the-secret-token"


@pytest.fixture
async def arm() -> AsyncIterator[Script]:
    async with playing(Script()) as script:
        yield script


@pytest.fixture
async def compute(arm: Script) -> AsyncIterator[AzureCompute]:
    async with AzureCompute(ArmSettings(endpoint=arm.url, static_token=TOKEN, timeout_s=2.0)) as real:
        yield real


@pytest.fixture
def pool() -> PoolAddress:
    return PoolAddress("sub", "group", "agents")
