"""Commands as an operator types them, over what the real app has written down in a scene."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec
from typer.testing import CliRunner, Result

from cli.desk import Desk
from cli.main import app
from cli.over_http import Wire
from shared.memory.queues import MemoryQueues
from shared.operate.outside import Outside
from shared.ports.clock import Clock
from shared.ports.queues import Queues
from shared.ports.store import Store
from shared.settings import Settings
from tests.scene import Scene


def typed(*words: str, width: int = 100, desk: Desk | None = None, then: str = "") -> Result:
    """The command's result on a terminal of this width. What it did not foresee goes through to the test. `then` is
    what is typed when it asks."""
    environment = {"COLUMNS": str(width)}
    return CliRunner().invoke(app, list(words), then, obj=desk, env=environment, catch_exceptions=False)


async def asked_by_api(scene: Scene, wire: Wire, *words: str, width: int = 100) -> Result:
    """The same from a place that can't reach the storage, with `--api`."""

    @asynccontextmanager
    async def connect_api(*_: object) -> AsyncIterator[Wire]:
        yield wire

    @asynccontextmanager
    async def nowhere(_: Settings) -> AsyncIterator[Store]:
        raise AssertionError("the storage was opened")
        yield

    desk = Desk({"USER": "ann"}, scene.clock, nowhere, connect_api=connect_api)
    return await asyncio.to_thread(typed, "--api", "https://app", *words, width=width, desk=desk)


def with_the_api_set(desk: Desk, wire: Wire) -> Desk:
    """A desk whose environment names the API."""

    @asynccontextmanager
    async def connect_api(*_: object) -> AsyncIterator[Wire]:
        yield wire

    return replace(desk, env={**desk.env, "POOLKEEPER_API": "https://app"}, connect_api=connect_api)


async def asked(scene: Scene, *words: str, width: int = 100, then: str | None = None) -> Result:
    """The command's result at this moment of the scene. With `then` somebody sits there and types that."""
    desk = desk_over(scene.store, scene.clock, scene.queues, scene.outside)
    desk = replace(desk, is_terminal=then is not None)
    return await asyncio.to_thread(typed, *words, width=width, desk=desk, then=then or "")


def desk_over(
    store: Store, clock: Clock, queues: Queues | None = None, outside: Outside | None = None
) -> Desk:
    """The desk of somebody whose user name is ann."""

    @asynccontextmanager
    async def connect(_: Settings) -> AsyncIterator[Store]:
        yield store

    @asynccontextmanager
    async def connect_queues(_: Settings) -> AsyncIterator[Queues]:
        yield queues or MemoryQueues(clock)

    @asynccontextmanager
    async def reach(_: Settings) -> AsyncIterator[Outside]:
        assert outside is not None
        yield outside

    env = {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "USER": "ann"}
    return Desk(env, clock, connect, connect_queues=connect_queues, reach=reach)


def data_of(result: Result) -> Any:
    """The one JSON document that was printed."""
    return msgspec.json.decode(result.stdout)


def words_of(result: Result) -> str:
    """What was printed, as one line."""
    return " ".join(result.stdout.split())
