"""A running host for each test: the app `everything`, queues with names of their own, a free port.

The worker library holds one app per process, so the host runs in the process of the tests and what its functions saw
is read from the module `function_app` itself. Apps that are refused are started in processes of their own.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from simulator.azurite import Azurite
from simulator.host import HostOptions, LocalHost, Outcome

APPS = Path(__file__).with_name("apps")
NEVER = "0 0 0 1 1 *"


@dataclass
class Storage:
    """The queues of one test, and what the test does with them."""

    connection: str
    name: str
    open: list[QueueClient] = field(default_factory=list)

    def queue(self, suffix: str) -> QueueClient:
        client = QueueClient.from_connection_string(self.connection, f"{self.name}{suffix}")
        self.open.append(client)
        return client

    async def create(self, *suffixes: str) -> None:
        for suffix in suffixes:
            await self.queue(suffix).create_queue()

    async def send(self, suffix: str, *bodies: str) -> None:
        queue = self.queue(suffix)
        for body in bodies:
            await queue.send_message(base64.b64encode(body.encode()).decode())

    async def bodies(self, suffix: str) -> list[str]:
        """The decoded visible messages; an absent queue has none."""
        try:
            return [
                base64.b64decode(one.content).decode() for one in await self.queue(suffix).peek_messages(32)
            ]
        except ResourceNotFoundError:
            return []

    async def count(self, suffix: str) -> int:
        """How many messages there are, invisible ones too."""
        properties = await self.queue(suffix).get_queue_properties()
        return properties.approximate_message_count or 0


@dataclass
class Running:
    """A started host and everything that a test looks at."""

    host: LocalHost
    http: aiohttp.ClientSession
    outcomes: list[tuple[str, Outcome, float]]

    def seen(self, function: str) -> list[dict[str, Any]]:
        return [one for one in app_module().SEEN if one["function"] == function]

    async def until(self, condition: Callable[[], object], patience_s: float = 15.0) -> None:
        await until(condition, patience_s)

    async def event(
        self, *events: dict[str, Any], function: str = "hear", code: str = ""
    ) -> aiohttp.ClientResponse:
        query = {"functionName": function} | ({"code": code} if code else {})
        url = f"{self.host.url}/runtime/webhooks/eventgrid"
        headers = {"aeg-event-type": "Notification"}
        return await self.http.post(url, params=query, json=list(events), headers=headers)


Start = Callable[..., Awaitable[Running]]


async def until(condition: Callable[[], object], patience_s: float = 15.0) -> None:
    """Wait until the world outside this task (a queue, a thread, a timer) has brought `condition` about."""
    async with asyncio.timeout(patience_s):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


def app_module() -> Any:
    """The module of the app that runs now."""
    return sys.modules["function_app"]


def an_event(name: str = "e1", **data: object) -> dict[str, Any]:
    return {
        "id": name, "topic": "/subscriptions/s", "subject": "vm", "eventType": "Test.Happened",
        "eventTime": "2026-11-22T10:00:00.1234567Z", "data": data, "dataVersion": "1", "metadataVersion": "1",
    }  # fmt: skip


@pytest.fixture
async def storage(azurite: Azurite, unique_name: str) -> AsyncIterator[Storage]:
    """The queues of this test."""
    mine = Storage(azurite.connection_string, unique_name)
    yield mine
    for client in mine.open:
        await client.close()


@pytest.fixture
def options(storage: Storage) -> HostOptions:
    """Options for the app `everything` with this test's queues; the timer is never due."""
    values = {
        "AzureWebJobsStorage": storage.connection, "WORK_QUEUE": storage.name, "FAN_QUEUE": f"{storage.name}fan",
        "OUT_QUEUE": f"{storage.name}out", "OUT_TABLE": f"{storage.name}table",
        "SLOW_QUEUE": f"{storage.name}slow", "TICK": NEVER, "AzureWebJobs.morning.Disabled": "true",
    }  # fmt: skip
    return HostOptions(app=APPS / "everything", port=0, values=values)


@pytest.fixture
async def start(options: HostOptions) -> AsyncIterator[Start]:
    """`await start(SETTING="value", ...)` or `await start(options)` gives a running host; it stops with the test."""
    async with AsyncExitStack() as stack:

        async def started(given: HostOptions = options, **values: str) -> Running:
            outcomes: list[tuple[str, Outcome, float]] = []
            observed = replace(
                given,
                values={**given.values, **values},
                on_invocation=lambda name, outcome, seconds: outcomes.append((name, outcome, seconds)),
            )
            host = await stack.enter_async_context(LocalHost(observed))
            app_module().SEEN.clear()
            app_module().RELEASE.clear()
            http = await stack.enter_async_context(aiohttp.ClientSession())
            return Running(host, http, outcomes)

        yield started
