"""Messages arrive at least once, unchanged, and not before their time."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueServiceClient

from shared.azure.queues import AzureQueues
from shared.azure.storage import StorageSettings
from shared.errors import Poison
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues
from shared.ports.queues import LARGEST_MESSAGE, LONGEST_DELAY, Queue, Queues

NOW = timedelta(0)


class QueueWorld(Protocol):
    """The port, and what the Functions host sees on the other side of it."""

    queues: Queues

    async def receive(self, queue: Queue) -> list[bytes]: ...

    async def wait(self, time: timedelta) -> None: ...


class MemoryWorld:
    def __init__(self) -> None:
        self.clock = SteppedClock(datetime(2026, 1, 1, tzinfo=UTC))
        self.twin = MemoryQueues(self.clock)
        self.queues: Queues = self.twin

    async def receive(self, queue: Queue) -> list[bytes]:
        messages = self.twin.receive(queue)
        for message in messages:
            self.twin.delete(message.id)
        return [message.body for message in messages]

    async def wait(self, time: timedelta) -> None:
        self.clock.advance(time)


class AzuriteWorld:
    """Reads the raw text of the messages and decodes it as the host does with messageEncoding base64."""

    def __init__(self, queues: AzureQueues, service: QueueServiceClient, prefix: str) -> None:
        self.queues: Queues = queues
        self.service = service
        self.prefix = prefix

    async def receive(self, queue: Queue) -> list[bytes]:
        client = self.service.get_queue_client(self.prefix + queue.value)
        bodies: list[bytes] = []
        try:
            async for message in client.receive_messages(max_messages=16):
                bodies.append(base64.b64decode(message.content, validate=True))
                await client.delete_message(message)
        except ResourceNotFoundError:
            return []
        return bodies

    async def wait(self, time: timedelta) -> None:
        await asyncio.sleep(time.total_seconds())


@pytest.fixture(params=["memory", "azurite"])
async def queue_world(request: pytest.FixtureRequest) -> AsyncIterator[QueueWorld]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    connection = request.getfixturevalue("azurite").connection_string
    prefix = request.getfixturevalue("unique_name")
    async with (
        AzureQueues(StorageSettings(connection_string=connection, prefix=prefix)) as queues,
        QueueServiceClient.from_connection_string(connection, retry_total=0) as service,
    ):
        yield AzuriteWorld(queues, service, prefix)


@pytest.mark.parametrize("message", [b"{}", '{"name": "größe 𝒳"}'.encode(), b"x" * LARGEST_MESSAGE])
async def test_a_message_arrives_unchanged_on_its_queue_alone(
    queue_world: QueueWorld, message: bytes
) -> None:
    await queue_world.queues.send(Queue.SIGNALS, message, NOW)

    assert await queue_world.receive(Queue.OPERATIONS) == []
    assert await queue_world.receive(Queue.SIGNALS) == [message]
    assert await queue_world.receive(Queue.SIGNALS) == []


async def test_a_delayed_message_arrives_after_its_delay_and_not_before(queue_world: QueueWorld) -> None:
    await queue_world.queues.send(Queue.OPERATIONS, b"later", timedelta(seconds=1))
    await queue_world.queues.send(Queue.OPERATIONS, b"much later", LONGEST_DELAY)
    await queue_world.queues.send(Queue.OPERATIONS, b"now", NOW)

    assert await queue_world.receive(Queue.OPERATIONS) == [b"now"]
    await queue_world.wait(timedelta(seconds=1.1))
    assert await queue_world.receive(Queue.OPERATIONS) == [b"later"]


async def test_messages_sent_one_after_the_other_arrive_in_that_order(queue_world: QueueWorld) -> None:
    for number in range(5):
        await queue_world.queues.send(Queue.SIGNALS, b"%d" % number, NOW)

    assert await queue_world.receive(Queue.SIGNALS) == [b"0", b"1", b"2", b"3", b"4"]


async def test_twenty_first_messages_at_once_all_arrive(queue_world: QueueWorld) -> None:
    sends = [queue_world.queues.send(Queue.SIGNALS, b"%d" % number, NOW) for number in range(20)]

    await asyncio.gather(*sends)

    arrived = await queue_world.receive(Queue.SIGNALS)
    arrived += await queue_world.receive(Queue.SIGNALS)
    assert sorted(arrived, key=int) == [b"%d" % number for number in range(20)]


async def test_a_message_too_large_for_a_queue_is_poison(queue_world: QueueWorld) -> None:
    with pytest.raises(Poison, match=str(LARGEST_MESSAGE)):
        await queue_world.queues.send(Queue.SIGNALS, b"x" * (LARGEST_MESSAGE + 1), NOW)

    assert await queue_world.receive(Queue.SIGNALS) == []


@pytest.mark.parametrize("delay", [timedelta(seconds=-1), LONGEST_DELAY + timedelta(seconds=1)])
async def test_a_delay_that_no_queue_keeps_is_a_mistake(queue_world: QueueWorld, delay: timedelta) -> None:
    with pytest.raises(ValueError, match="delay"):
        await queue_world.queues.send(Queue.SIGNALS, b"{}", delay)

    assert await queue_world.receive(Queue.SIGNALS) == []
