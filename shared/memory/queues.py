"""Queues in memory: delays, redelivery and dequeue counts by a clock.

The port only sends. The other side, what the Functions host does, is here as verbs for a test driver: `receive`
hides messages like the host does, `delete` is success, `release` is a failed function. A message that is neither
deleted nor released comes back by itself, as after a crash.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from shared.errors import Poison
from shared.memory.faults import Faults
from shared.ports.clock import Clock
from shared.ports.queues import LARGEST_MESSAGE, LONGEST_DELAY, Queue, Queues

HIDDEN = timedelta(minutes=10)
"""How long a received message stays hidden, as with the Functions host."""


class Received(NamedTuple):
    """`dequeue_count` is 1 at the first delivery."""

    id: int
    body: bytes
    dequeue_count: int


class _Message:
    def __init__(self, queue: Queue, body: bytes, due: datetime) -> None:
        self.queue = queue
        self.body = body
        self.due = due
        self.dequeue_count = 0


class MemoryQueues(Queues):
    """Messages come out in the order in which they are due, then in which they were sent."""

    def __init__(self, clock: Clock) -> None:
        self.faults = Faults()
        self._clock = clock
        self._messages: dict[int, _Message] = {}
        self._ids = count(1)

    async def send(self, queue: Queue, message: bytes, delay: timedelta) -> None:
        if len(message) > LARGEST_MESSAGE:
            raise Poison(f"a message of {len(message)} bytes is larger than {LARGEST_MESSAGE}")
        if not timedelta(0) <= delay <= LONGEST_DELAY:
            raise ValueError(f"a delay of {delay} is not between 0 and {LONGEST_DELAY}")
        self.faults.before("send")
        self._messages[next(self._ids)] = _Message(queue, message, self._clock.now() + delay)
        self.faults.after("send")

    def receive(self, queue: Queue, limit: int = 16) -> list[Received]:
        """What is due now, hidden from the next `receive` for `HIDDEN`."""
        now = self._clock.now()
        due = sorted((m.due, id) for id, m in self._messages.items() if m.queue is queue and m.due <= now)
        return [self._deliver(id, now) for _, id in due[:limit]]

    def delete(self, id: int) -> None:
        """Done with it. Deleting what is not there any more does nothing."""
        self._messages.pop(id, None)

    def release(self, id: int, after: timedelta = timedelta(0)) -> None:
        """The function failed: visible again at once, or after the host's `visibilityTimeout`."""
        if id in self._messages:
            self._messages[id].due = self._clock.now() + after

    def waiting(self, queue: Queue) -> int:
        """How many messages there are, visible or not."""
        return sum(1 for message in self._messages.values() if message.queue is queue)

    def next_due(self) -> datetime | None:
        """When the next message of any queue becomes, or became, visible. None when there are none."""
        return min((message.due for message in self._messages.values()), default=None)

    def _deliver(self, id: int, now: datetime) -> Received:
        message = self._messages[id]
        message.dequeue_count += 1
        message.due = now + HIDDEN
        return Received(id, message.body, message.dequeue_count)
