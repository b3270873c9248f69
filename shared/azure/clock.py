"""The wall clock. The only place in the product that asks the machine for the time."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.ports.clock import Clock


class WallClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)
