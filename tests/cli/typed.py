"""Commands as an operator types them, over what the real app has written down in a scene."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from typer.testing import CliRunner, Result

from cli.desk import Desk
from cli.main import app
from shared.memory.queues import MemoryQueues
from shared.ports.clock import Clock
from shared.ports.queues import Queues
from shared.ports.store import Store
from shared.settings import Settings
from tests.scene import Scene


def typed(*words: str, width: int = 100, desk: Desk | None = None) -> Result:
    """The command's result on a terminal of this width. What it did not foresee goes through to the test."""
    environment = {"COLUMNS": str(width)}
    return CliRunner().invoke(app, list(words), obj=desk, env=environment, catch_exceptions=False)


async def asked(scene: Scene, *words: str, width: int = 100) -> Result:
    """The command's result at this moment of the scene."""
    desk = desk_over(scene.store, scene.clock, scene.queues)
    return await asyncio.to_thread(typed, *words, width=width, desk=desk)


def desk_over(store: Store, clock: Clock, queues: Queues | None = None) -> Desk:
    """The desk of somebody whose user name is ann."""

    @asynccontextmanager
    async def connect(_: Settings) -> AsyncIterator[Store]:
        yield store

    @asynccontextmanager
    async def connect_queues(_: Settings) -> AsyncIterator[Queues]:
        yield queues or MemoryQueues(clock)

    env = {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "USER": "ann"}
    return Desk(env, clock, connect, connect_queues=connect_queues)


def data_of(result: Result) -> Any:
    """The one JSON document that was printed."""
    return msgspec.json.decode(result.stdout)


def words_of(result: Result) -> str:
    """What was printed, as one line."""
    return " ".join(result.stdout.split())
