"""The queue listener: polls one queue for one function, as the Functions host does.

    poll ── found ──▶ hold 10 min, run ── succeeded ──▶ delete
     ▲  └─ empty: wait 100 ms, then longer and longer, up to maxPollingInterval; a wake-up ends the wait
     └── failed: visible again after visibilityTimeout; after maxDequeueCount tries ──▶ <queue>-poison

Figures and rules are those of the host's storage extension (Azure/azure-sdk-for-net,
Microsoft.Azure.WebJobs.Extensions.Storage.Queues: QueueListener, QueueProcessor):

* receive a whole batch as soon as no more than ``newBatchThreshold`` messages are in flight;
* a message that was already received too often is moved to poison without running;
* text that cannot be decoded goes straight to poison;
* a queue whose name ends in ``-poison`` has no poison queue: a failed message stays invisible for its ten minutes,
  which prevents a fast endless loop;
* a queue that does not exist is treated as an empty one and is not created.

Delivery is at least once: a crash between the end of the function and the delete runs the message again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from simulator.host.contract import Inputs, queue_inputs
from simulator.host.held_message import HeldMessage, brief, whole_seconds
from simulator.host.settings import QueueSettings
from simulator.host.storage import UndecodableMessage, decode_message, send_creating
from simulator.host.worker import Outcome

log = logging.getLogger(__name__)

FIRST_POLL_S = 0.1
HOLD = timedelta(minutes=10)
# A poll under way when the host stops: an answer takes milliseconds, and storage that is away shall not delay the end.
_STOP_PATIENCE_S = 2.0

Run = Callable[[Inputs], Awaitable[Outcome]]


class PollingBackoff:
    """The wait after empty polls: 100 ms, then 100 ms + 2^(n-1) x 100 ms x (0.8 to 1.2), at most ``longest``."""

    def __init__(self, longest: timedelta, jitter: Callable[[], float] | None = None) -> None:
        self._longest_s = longest.total_seconds()
        self._jitter = jitter or (lambda: random.uniform(0.8, 1.2))
        self._empty_polls = 0

    def next_s(self) -> float:
        """Seconds to wait after one more empty poll."""
        steps = self._empty_polls
        self._empty_polls += 1
        if steps == 0:
            return min(FIRST_POLL_S, self._longest_s)
        # 2^40 is beyond any interval; the cap keeps a host that idles for days away from huge numbers.
        growth: int = 2 ** min(steps - 1, 40)
        return min(FIRST_POLL_S + FIRST_POLL_S * growth * self._jitter(), self._longest_s)

    def reset(self) -> None:
        """A message was found."""
        self._empty_polls = 0


@dataclass(frozen=True, slots=True)
class WatchedQueue:
    """A trigger queue, where its hopeless messages go (None for a poison queue itself), and the rules."""

    queue: QueueClient
    poison: QueueClient | None
    settings: QueueSettings
    hold: timedelta = HOLD
    on_poisoned: Callable[[], None] = lambda: None


class QueueListener:
    """Runs ``run`` once per message of one queue, until ``listen`` is cancelled; ``settle`` waits for the rest."""

    def __init__(self, watched: WatchedQueue, run: Run) -> None:
        self._watched = watched
        self._queue = watched.queue
        self._settings = watched.settings
        self._run = run
        self._backoff = PollingBackoff(watched.settings.max_polling_interval)
        self._woken = asyncio.Event()
        self._ended_one = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._is_unreachable = False

    def wake(self) -> None:
        """Poll now: somebody in this host has sent to the queue."""
        self._woken.set()

    async def listen(self) -> None:
        """Poll until cancelled. Messages that are in flight then run on: see ``settle``."""
        while True:
            await self._until_there_is_room()
            self._woken.clear()
            messages = await self._receive_whole()
            for message in messages:
                self._begin(message)
            if messages:
                self._backoff.reset()
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._backoff.next_s())

    async def settle(self) -> None:
        """Wait until every message in flight is deleted, released or moved."""
        if self._in_flight:
            await asyncio.wait(set(self._in_flight))

    async def _until_there_is_room(self) -> None:
        while True:
            if self._broken is not None:
                raise self._broken
            if len(self._in_flight) <= self._settings.new_batch_threshold:
                return
            self._ended_one.clear()
            await self._ended_one.wait()

    async def _receive_whole(self) -> Sequence[QueueMessage]:
        """Receive; when cancelled meanwhile, give back what storage had already handed out."""
        receiving = asyncio.create_task(self._receive())
        try:
            return await asyncio.shield(receiving)
        except asyncio.CancelledError:
            await asyncio.wait([receiving], timeout=_STOP_PATIENCE_S)
            if receiving.done() and receiving.exception() is None:
                for message in receiving.result():
                    await self._give_back(message)
            receiving.cancel()
            raise

    async def _give_back(self, message: QueueMessage) -> None:
        try:
            await HeldMessage(self._queue, message, self._watched.hold).release(timedelta(0))
        except AzureError as problem:
            log.warning(
                "message %s was not given back (%s); it comes back by itself", message.id, brief(problem)
            )

    async def _receive(self) -> Sequence[QueueMessage]:
        hold_s = whole_seconds(self._watched.hold)
        batch = self._settings.batch_size
        pages = self._queue.receive_messages(messages_per_page=batch, visibility_timeout=hold_s).by_page()
        messages: list[QueueMessage] = []
        try:
            async for page in pages:
                messages = [message async for message in page]
                break
        except ResourceNotFoundError:
            return ()
        except AzureError as problem:
            self._complain_or_raise(problem)
            return ()
        self._is_unreachable = False
        return messages

    def _complain_or_raise(self, problem: AzureError) -> None:
        """Storage that is away or busy is waited for; an answer that will not change is an error of the host."""
        status = problem.status_code if isinstance(problem, HttpResponseError) else None
        if status is not None and status < 500 and status not in (408, 429):
            raise problem
        if not self._is_unreachable:
            name = self._queue.queue_name
            log.warning(
                "queue %s cannot be read now (%s); no message is lost, polling goes on", name, brief(problem)
            )
        self._is_unreachable = True

    def _begin(self, message: QueueMessage) -> None:
        task = asyncio.create_task(
            self._handle(message), name=f"message {message.id} of {self._queue.queue_name}"
        )
        self._in_flight.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._broken = problem
            self._woken.set()
        self._ended_one.set()

    async def _handle(self, message: QueueMessage) -> None:
        held = HeldMessage(self._queue, message, self._watched.hold)
        try:
            if self._watched.poison is not None and held.tries > self._settings.max_dequeue_count:
                await self._poison(held, "it was received too often")
                return
            try:
                body = decode_message(str(message.content), is_base64=self._settings.is_base64)
            except UndecodableMessage:
                await self._poison(held, "its text is not base64; host.json messageEncoding demands that")
                return
            async with held.renewed():
                outcome = await self._run(queue_inputs(held.delivery(body)))
            await self._complete(held, outcome)
        except AzureError as problem:
            log.warning(
                "message %s of %s could not be settled (%s); it becomes visible again and runs once more",
                message.id, self._queue.queue_name, brief(problem),
            )  # fmt: skip

    async def _complete(self, held: HeldMessage, outcome: Outcome) -> None:
        if outcome.ok:
            await held.delete()
        elif self._watched.poison is None:
            log.warning(
                "message %s stays invisible in %s: that queue has no poison queue", held.id, held.queue_name
            )
        elif held.tries >= self._settings.max_dequeue_count:
            await self._poison(held, f"it failed {held.tries} times")
        else:
            await held.release(self._settings.visibility_timeout)

    async def _poison(self, held: HeldMessage, why: str) -> None:
        poison = self._watched.poison
        if poison is None:
            log.warning("message %s of %s is left alone: %s", held.id, held.queue_name, why)
            return
        await send_creating(poison, held.content)
        await held.delete()
        log.warning("message %s moved from %s to %s: %s", held.id, held.queue_name, poison.queue_name, why)
        self._watched.on_poisoned()
