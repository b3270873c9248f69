"""Event Grid: tells a subscriber what changes in the world.

Delivery is as uncertain as the real one: at least once, not in order, each event after its own delay, and again
after 10 and 30 seconds, 1, 5 and 10 minutes and so on while the subscriber does not take it (learn.microsoft.com
azure/event-grid/delivery-and-retry). 400, 401, 403 and 413 are final: the event is dropped. `Delivery` can also
lose and double events, from a seed.

Where events go is a function from the array to a status: `post_to` makes one that posts to a webhook, tests pass
their own.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
import msgspec

from simulator.clock import Clock
from simulator.event_shapes import event_of, validation_event
from simulator.world.changes import Change
from simulator.world.world import World

Event = dict[str, Any]
Send = Callable[[list[Event]], Awaitable[int]]
"""Takes an array of events, gives an HTTP status; 0 when nobody answered."""

TAKEN = frozenset({200, 201, 202, 203, 204})
FINAL = frozenset({400, 401, 403, 413})
RETRY_AFTER_S = (10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0)


class HandshakeFailed(Exception):
    """The webhook did not prove that it wants events; none were sent to it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How events travel. Chances are between 0 and 1."""

    delay_s: tuple[float, float] = (0.0, 0.0)
    """Each event takes a time between these two, so later ones may come first."""
    attempts: int = 8
    lost: float = 0.0
    doubled: float = 0.0
    retry_after_s: tuple[float, ...] = RETRY_AFTER_S
    seed: int = 1


class EventGrid:
    """One event subscription. A context manager: inside it changes are delivered."""

    def __init__(self, world: World, send: Send, delivery: Delivery | None = None) -> None:
        self._world = world
        self._clock: Clock = world.timeline.clock
        self._send = send
        self._delivery = delivery or Delivery()
        self._chance = Random(self._delivery.seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self.delivered: list[Event] = []
        self.dropped: list[Event] = []
        """Given up: refused for good, attempts used up, or lost on purpose."""

    async def __aenter__(self) -> "EventGrid":
        self._world.azure.watchers.append(self._changed)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._world.azure.watchers.remove(self._changed)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def publish(self, event: Event) -> None:
        """Send an event that no change of the world stands behind (a malformed one, say)."""
        copies = 2 if self._chance.random() < self._delivery.doubled else 1
        if self._chance.random() < self._delivery.lost:
            self.dropped.append(event)
            return
        for _ in range(copies):
            task = asyncio.create_task(self._deliver(event), name=f"event {event.get('id')}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _changed(self, change: Change) -> None:
        self.publish(event_of(change, self._world.azure.subscription))

    async def _deliver(self, event: Event) -> None:
        delivery = self._delivery
        await self._clock.sleep(self._chance.uniform(*delivery.delay_s))
        for attempt in range(delivery.attempts):
            status = await self._send([event])
            if status in TAKEN:
                self.delivered.append(event)
                return
            if status in FINAL:
                break
            if attempt + 1 < delivery.attempts:
                await self._clock.sleep(delivery.retry_after_s[min(attempt, len(delivery.retry_after_s) - 1)])
        self.dropped.append(event)


@asynccontextmanager
async def post_to(url: str, subscription: str, clock: Clock, name: str = "SIMULATED") -> AsyncIterator[Send]:
    """A `Send` that posts to a webhook, after the validation handshake.

    Raises HandshakeFailed when the webhook does not answer 200 with the code it was sent.
    """
    timeout = aiohttp.ClientTimeout(total=30.0)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        code = str(uuid.uuid4())
        body = [validation_event(code, subscription, clock.now())]
        status, answer = await _post(session, url, body, ("SubscriptionValidation", name))
        if status != 200 or code not in answer:
            raise HandshakeFailed(
                f"The webhook answered {status} to the validation event and did not return its code, so it gets no "
                f"events. It must answer 200 with {{'validationResponse': <code>}}; it answered: {answer[:200]}"
            )

        async def send(events: list[Event]) -> int:
            return (await _post(session, url, events, ("Notification", name)))[0]

        yield send


async def _post(
    session: aiohttp.ClientSession, url: str, events: list[Event], kind: tuple[str, str]
) -> tuple[int, str]:
    """Status and body; 0 when nobody answered."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "aeg-event-type": kind[0],
        "aeg-subscription-name": kind[1],
        "aeg-delivery-count": "0",
        "aeg-data-version": str(events[0].get("dataVersion", "")),
        "aeg-metadata-version": "1",
    }
    try:
        async with session.post(url, data=msgspec.json.encode(events), headers=headers) as response:
            return response.status, await response.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        return 0, str(error)
