"""Queues: messages that wake somebody up. The truth is in the tables, so a lost message costs a minute."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Queue(StrEnum):
    SIGNALS = "signals"
    OPERATIONS = "operations"


class Queues(Protocol):
    async def send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        """Deliver `message` (UTF-8 JSON, at most 48 KiB) after `delay` (0 to 7 days) at least once. `Retry` when the
        service is throttled or not there."""
        ...
