"""What is told of machines: alarms of the policy's, and what Azure announces, each from its first word to its last.

An alarm rings until the machine is cured, and is called over until the app has heard that. Of what Azure announces it
does what it said, or calls it off; both are told, and may be told in vain like all events. `heard` is asked for every
message that the app has worked off: only from then on can it know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import msgspec

from shared.memory.queues import MemoryQueues
from shared.model.signals import Signal, SignalKind, Source
from shared.ports.queues import Queue
from simulator.virtual_time import VirtualClock
from tests.prod import arm_event
from tests.simulation.breadth import Breadth
from tests.simulation.nature import Nature

EMITTED = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"
LOOKS_S, REPEATS_S = 30.0, 60.0
"""Of whoever watches over an alarm."""


class Told:
    """`publish` is how Azure's events come to the app."""

    def __init__(
        self,
        clock: VirtualClock,
        nature: Nature,
        broad: Breadth,
        queues: MemoryQueues,
        publish: Callable[[dict[str, Any]], None],
    ) -> None:
        self._clock, self._nature, self._broad = clock, nature, broad
        self._queues, self._publish = queues, publish
        self._numbers = count(1)
        self._last_words: dict[str, Callable[[], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, body: bytes) -> None:
        """This message was worked off."""
        for word, is_known in list(self._last_words.items()):
            if word.encode() in body:
                del self._last_words[word]
                is_known()

    @property
    def is_over(self) -> bool:
        """No story is being told any more."""
        return not self._tasks

    def ends(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _meanwhile(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Alarms.

    def alarm(self, node: str) -> None:
        self._broad.ails(node, "alarm")
        self._meanwhile(self._rings(node))

    async def _rings(self, node: str) -> None:
        story, born = f"alarm-{next(self._numbers)}", self._broad.since(node)
        while self._broad.is_ailing(node):
            await self._say(SignalKind.NODE_UNWELL, node, story)
            for _ in range(10):
                await asyncio.sleep(LOOKS_S)
                if not self._broad.is_ailing(node):
                    break
        over = f"{story}-over"
        self._last_words[over] = partial(self._broad.absolve, node)
        while over in self._last_words and self._broad.since(node) == born is not None:
            await self._say(SignalKind.NODE_WELL, node, story, over)
            await asyncio.sleep(REPEATS_S)

    async def _say(self, kind: SignalKind, node: str, story: str, id: str = "") -> None:
        now = self._clock.now()
        said = Signal(
            kind,
            Source.ALERTMANAGER,
            "prod",
            f"{id or story}-{next(self._numbers)}",
            now,
            now,
            "private",
            node,
            what="NodeDoesNoWork",
            thread=story,
            impairs=True,
        )
        await self._queues.send(Queue.SIGNALS, msgspec.json.encode(said), timedelta(0))

    # What Azure announces.

    def announced(self, node: str, what: str, in_s: float, is_called_off: bool) -> None:
        self._meanwhile(self._happens(node, what, in_s, is_called_off))

    async def _happens(self, node: str, what: str, in_s: float, is_called_off: bool) -> None:
        story, born = f"event-{next(self._numbers)}", self._broad.since(node)
        deadline = self._clock.now() + timedelta(seconds=in_s)
        self._broad.announces(node, True)
        self._publish(self._event(node, what, story, "Scheduled", deadline))
        await asyncio.sleep(in_s * (0.5 if is_called_off else 1.0))
        if self._broad.since(node) != born:
            return
        status = "Canceled" if is_called_off else "Completed"
        if not is_called_off:
            self._publish(self._event(node, what, story, "Started", None))
            (self._nature.evict if what == "Preempt" else self._broad.is_moved)(node)
            await asyncio.sleep(REPEATS_S)
        while self._broad.since(node) == born:
            word = f"{story}-{next(self._numbers)}-{status}"
            self._last_words[word] = partial(self._broad.announces, node, False)
            self._publish({**self._event(node, what, story, status, None), "id": word})
            await asyncio.sleep(10 * REPEATS_S)
            if word not in self._last_words:
                return

    def _event(
        self, node: str, what: str, story: str, status: str, deadline: datetime | None
    ) -> dict[str, Any]:
        facts = {
            "EventId": story,
            "EventType": what,
            "EventStatus": status,
            "NotBefore": deadline.isoformat() if deadline else "",
            "Resources": [node],
        }
        event = arm_event(self._clock.now(), int(node.rpartition("_")[2]), "Write", status, "azure")
        data = {"resourceInfo": {"properties": facts}}
        return {**event, "id": f"{story}-{status}", "eventType": EMITTED, "data": data}
