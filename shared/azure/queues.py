"""Messages in Storage queues: they wake the app up, now or after a delay.

Encoded in base64, which the Functions host expects by default (`messageEncoding` in host.json). A queue is made by
the first message that misses it. Sending the same message twice is harmless by design, so a send whose answer got
lost is `Retry` and not `Unknown`.
"""

from __future__ import annotations

import math
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from shared.azure import calls, storage_errors
from shared.azure.storage import StorageSettings, client_options, credential_of
from shared.errors import Poison
from shared.ports.queues import LARGEST_MESSAGE, LONGEST_DELAY, Queue, Queues

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.queue.aio import QueueClient, QueueServiceClient

LIFE = timedelta(days=7)
"""How long a message waits to be received once it is visible; the rows that it points to outlive it."""


class AzureQueues(Queues):
    """Connects at the first call; `close` it, or use it as an async context."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings
        self._service: QueueServiceClient | None = None
        self._credential: AsyncTokenCredential | None = None
        self._queues: dict[Queue, QueueClient] = {}

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

    async def close(self) -> None:
        """Close the connections. A call after this opens new ones."""
        service, credential = self._service, self._credential
        self._service, self._credential, self._queues = None, None, {}
        if service is not None:
            await service.close()
        if credential is not None:
            await credential.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

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
        if queue not in self._queues:
            from azure.storage.queue import BinaryBase64DecodePolicy, BinaryBase64EncodePolicy

            self._queues[queue] = self._open().get_queue_client(
                self._settings.prefix + queue.value,
                message_encode_policy=BinaryBase64EncodePolicy(),
                message_decode_policy=BinaryBase64DecodePolicy(),
            )
        return self._queues[queue]

    def _open(self) -> QueueServiceClient:
        if self._service is None:
            from azure.storage.queue.aio import QueueServiceClient

            options = client_options(self._settings)
            if self._settings.connection_string:
                self._service = QueueServiceClient.from_connection_string(
                    self._settings.connection_string, **options
                )
            else:
                self._credential = credential_of(self._settings)
                url = self._settings.queues_url or ""
                self._service = QueueServiceClient(url, credential=self._credential, **options)
        return self._service
