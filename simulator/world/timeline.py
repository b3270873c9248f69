"""What will happen, in order.

The world holds no tasks and no threads: everything that takes time (a boot, an agent's next ping, a removal that
waits for the rate limit) is one entry on this timeline. `settle` carries out all that is due, each at the very
moment it was due, so that a chain of events comes out the same whether somebody looks every millisecond or once an
hour. The faces settle before they answer; `run` settles as time goes by, which is what makes Event Grid events come
without anybody asking.
"""

import asyncio
import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from simulator.clock import Clock

Action = Callable[[], None]


class Timer:
    """One entry on the timeline; `cancel` takes it off."""

    __slots__ = ("action", "due")

    def __init__(self, due: datetime, action: Action) -> None:
        self.due = due
        self.action: Action | None = action

    def cancel(self) -> None:
        self.action = None


class Timeline:
    """Entries ordered by due time; equal times keep the order in which they were set."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heap: list[tuple[datetime, int, Timer]] = []
        self._count = 0
        self._settling_at: datetime | None = None
        self._changed = asyncio.Event()
        self.settled: Action = lambda: None
        """Called when something was carried out; for observers."""

    @property
    def now(self) -> datetime:
        """The moment of the entry being carried out, else the clock's time."""
        return self._settling_at or self.clock.now()

    def at(self, due: datetime, action: Action) -> Timer:
        timer = Timer(due, action)
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, timer))
        self._changed.set()
        return timer

    def after(self, seconds: float, action: Action) -> Timer:
        return self.at(self.now + timedelta(seconds=max(0.0, seconds)), action)

    def settle(self) -> None:
        """Carry out everything that is due by now."""
        if self._settling_at is not None:
            return
        until = self.clock.now()
        if not self._heap or self._heap[0][0] > until:
            return
        try:
            while self._heap and self._heap[0][0] <= until:
                due, _, timer = heapq.heappop(self._heap)
                action, timer.action = timer.action, None
                if action is not None:
                    self._settling_at = due
                    action()
        finally:
            self._settling_at = None
        self.settled()

    def next_due(self) -> datetime | None:
        """When the next entry is due; None when nothing is to come."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    async def run(self) -> None:
        """Settle whenever something becomes due, until cancelled."""
        while True:
            self.settle()
            self._changed.clear()
            due = self.next_due()
            wait_s = None if due is None else max(0.0, (due - self.clock.now()).total_seconds())
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue
