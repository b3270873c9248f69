"""Queues: messages that wake somebody up. The truth is in the tables, so a lost message costs a minute."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Protocol

LARGEST_MESSAGE = 48 * 1024
"""Bytes. A storage queue takes 64 KiB of text (Azure/azure-docs storage-queues-scale-targets); base64 adds a third."""

LONGEST_DELAY = timedelta(days=7)
"""The longest initial invisibility that a storage queue takes."""


class Queue(StrEnum):
    SIGNALS = "signals"
    OPERATIONS = "operations"
    NOTIFICATIONS = "notifications"


class Queues(Protocol):
    async def send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        """Deliver `message` (UTF-8 JSON, at most `LARGEST_MESSAGE`, else `Poison`) after `delay` (0 to
        `LONGEST_DELAY`, else `ValueError`) at least once. `Retry` when the service is throttled or not there, also
        when no answer came: sending it again is safe, because messages only wake somebody up."""
        ...
