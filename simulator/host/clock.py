"""The time that timers follow, as something that can be given: the wall clock here, another one in tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Now, as an aware UTC datetime, and a way to wait."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after about this many seconds."""
        ...


class HostClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait on the running event loop."""
        await asyncio.sleep(seconds)
