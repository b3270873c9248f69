"""What time it is, and how to wait.

Everything in the simulator that needs the time asks a `Clock`. On the wall clock the simulated cluster lives in
real time (the demo); on the clock of `virtual_time` a day of its life takes seconds (the tests). Nothing else in
this room may look at the machine's clock, or the two would drift apart.
"""

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time (aware, UTC) and waits in it."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
