"""Messages in Storage queues: they wake the app up, now or after a delay.

Encoded in base64, which the Functions host expects by default (`messageEncoding` in host.json). A queue is made by
the first message that misses it. Sending the same message twice is harmless by design, so a send whose answer got
lost is `Retry` and not `Unknown`.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.azure import calls, storage_errors
from shared.azure.connected import Connected
from shared.errors import Poison
from shared.ports.queues import LARGEST_MESSAGE, LONGEST_DELAY, Queue, Queues

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient, QueueServiceClient

LIFE = timedelta(days=7)
"""How long a message waits to be received once it is visible; the rows that it points to outlive it."""


class AzureQueues(Connected["QueueServiceClient", "QueueClient"], Queues):
    """Sends; what receives is the Functions host."""

    async def send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        if len(message) > LARGEST_MESSAGE:
            raise Poison(f"a message of {len(message)} bytes is larger than {LARGEST_MESSAGE}")
        if not timedelta(0) <= delay <= LONGEST_DELAY:
            raise ValueError(f"a delay of {delay} is not between 0 and {LONGEST_DELAY}")
        try:
            await self._send(queue, message, delay)
        except calls.wire_errors() as error:
            # As for a read: a second message does no harm, so nothing here is `Unknown`. Without its cause: what an
            # SDK prints of a request may hold what must not be in a log.
            raise storage_errors.for_read(error, f"the answer of queue {queue} to a message") from None

    async def _send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        client = self._client(queue)
        hidden_s = math.ceil(delay.total_seconds())

        async def put() -> None:
            life_s = hidden_s + int(LIFE.total_seconds())
            await client.send_message(message, visibility_timeout=hidden_s, time_to_live=life_s)

        try:
            await calls.send_once(put, self._settings.timeout_s)
        except calls.wire_errors() as error:
            if calls.status_of(error) != 404:
                raise
            await self._make_queue(client)
            await calls.send_once(put, self._settings.timeout_s)

    async def _make_queue(self, client: QueueClient) -> None:
        try:
            await calls.send_once(client.create_queue, self._settings.timeout_s)
        except calls.wire_errors() as error:
            if storage_errors.code_of(error) != "QueueAlreadyExists":
                raise

    def _client(self, queue: Queue) -> QueueClient:
        if queue not in self._clients:
            from azure.storage.queue import BinaryBase64DecodePolicy, BinaryBase64EncodePolicy

            self._clients[queue] = self._open().get_queue_client(
                self._settings.prefix + queue.value,
                message_encode_policy=BinaryBase64EncodePolicy(),
                message_decode_policy=BinaryBase64DecodePolicy(),
            )
        return self._clients[queue]

    def _kind(self) -> tuple[type[QueueServiceClient], str | None]:
        from azure.storage.queue.aio import QueueServiceClient

        return QueueServiceClient, self._settings.queues_url
