"""One received queue message, for as long as this host holds it.

A received message is invisible for a while and comes back by itself if nobody deletes it. While its function runs,
the hold is renewed at half time, and each renewal changes the pop receipt, the only proof with which the message can
be deleted (Azure/azure-docs queue service REST, "Update Message"). This file keeps the receipt current.

Where the story goes on: ``queues`` decides when to delete, release or poison.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator
from datetime import timedelta

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from simulator.host.contract import QueueDelivery

log = logging.getLogger(__name__)


class HeldMessage:
    """A message that this host received and has not yet deleted or released."""

    def __init__(self, queue: QueueClient, message: QueueMessage, hold: timedelta) -> None:
        self._queue = queue
        self._message = message
        self._hold = hold
        self._receipt = str(message.pop_receipt)
        self._renewing = asyncio.Lock()
        self.id = str(message.id)
        self.content = str(message.content)
        self.tries = message.dequeue_count or 0
        self.queue_name = queue.queue_name

    def delivery(self, body: bytes) -> QueueDelivery:
        """What the function is told of this message; ``body`` is its decoded content."""
        message = self._message
        # The SDK's model allows None; the service always sends the three.
        assert message.inserted_on is not None
        assert message.expires_on is not None
        assert message.next_visible_on is not None
        return QueueDelivery(
            body=body,
            message_id=self.id,
            pop_receipt=self._receipt,
            dequeue_count=self.tries,
            inserted_at=message.inserted_on,
            expires_at=message.expires_on,
            next_visible_at=message.next_visible_on,
        )

    async def delete(self) -> None:
        """The message is done. Raises ``AzureError`` when storage does not take it."""
        await self._queue.delete_message(self.id, self._receipt)

    async def release(self, after: timedelta) -> None:
        """Let the message come back after this time. Raises ``AzureError``."""
        await self._queue.update_message(self.id, self._receipt, visibility_timeout=whole_seconds(after))

    @contextlib.asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Keep the message invisible for as long as the block runs."""
        renewal = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            # Not in the middle of a renewal: its answer brings the receipt that is needed next.
            async with self._renewing:
                renewal.cancel()
            await asyncio.wait([renewal])

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._hold.total_seconds() / 2)
            async with self._renewing:
                await self._renew_once()

    async def _renew_once(self) -> None:
        hold_s = whole_seconds(self._hold)
        try:
            renewed = await self._queue.update_message(self.id, self._receipt, visibility_timeout=hold_s)
        except AzureError as problem:
            log.warning("message %s of %s was not renewed (%s)", self.id, self.queue_name, brief(problem))
        else:
            self._receipt = str(renewed.pop_receipt)


def whole_seconds(span: timedelta) -> int:
    """Storage counts visibility in whole seconds; a part of one is rounded up."""
    return math.ceil(span.total_seconds())


def brief(problem: AzureError) -> str:
    """The class and first line of an SDK error; the rest of its text is request ids and XML."""
    return f"{type(problem).__name__}: {str(problem).partition(chr(10))[0]}"
