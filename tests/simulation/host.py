"""The platform that the app runs on: its processes, queues, timers and event subscription.

It promises little: a message is delivered at least once and at some time, an event may never come, a timer may be
missed, a process may end. What it does promise is kept: a message whose function failed is delivered again after 15 s
and goes to the quarantine after five times, one whose process died is visible again after ten minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any

from shared.errors import PoolkeeperError
from shared.memory.queues import MemoryQueues, Received
from shared.ports.queues import Queue
from simulator.virtual_time import VirtualClock
from tests.scene import REDELIVERED, SWEEP, TRIES
from tests.simulation.process import CALLER, Process
from tests.simulation.weather import Weather
from tests.watched import Around, Call, Crash

EVENT_AGAIN_S = (10.0, 30.0, 60.0, 300.0, 600.0)
RESTART_S = (2.0, 60.0)
MOST_PROCESSES = 4
HEALTH, HEALTH_CHECKS = timedelta(minutes=5), 2
"""How often DC/OS is asked for its health, and how often that is between two times of housekeeping."""


class Host:
    """`build` puts the app into a process; `bug` is told of errors that are none of the four, `worked` of each message
    that was worked off."""

    def __init__(
        self,
        clock: VirtualClock,
        chance: Random,
        weather: Weather,
        queues: MemoryQueues,
        build: Callable[[Process], None],
    ) -> None:
        self._clock, self._chance, self._weather = clock, chance, weather
        self._queues, self._build = queues, build
        self._news = asyncio.Event()
        self._loose: set[asyncio.Task[None]] = set()
        self._named = 0
        self.processes: list[Process] = []
        self.bug: Callable[[str], None] = lambda text: None
        self.worked: Callable[[bytes], None] = lambda body: None
        self.told: list[dict[str, Any]] = []

    # Processes.

    def start(self) -> None:
        """One more process."""
        if len(self.processes) < MOST_PROCESSES:
            self._named += 1
            process = Process(f"process-{self._named}", self._clock)
            self._build(process)
            self.processes.append(process)
            self._news.set()

    def crash(self, number: int) -> None:
        """One process ends; the platform starts another one some time later."""
        process = self.processes.pop(number % len(self.processes)) if self.processes else None
        if process is not None:
            process.crash()
            self._loosely(self._start_after(self._chance.uniform(*RESTART_S)))

    def freeze(self, number: int, lasts_s: float) -> None:
        if self.processes:
            self.processes[number % len(self.processes)].freeze(lasts_s)

    def jump(self, number: int, by_s: float, lasts_s: float) -> None:
        """The clock of one process is wrong for a while."""
        if self.processes:
            self.processes[number % len(self.processes)].jump(by_s, lasts_s)

    async def _start_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.start()

    def _any(self) -> Process | None:
        able = [process for process in self.processes if not process.is_frozen]
        return self._chance.choice(able) if able else None

    # Messages.

    def watch_sends(self, inner: Around) -> Around:
        """Around the app's queues: who waits for messages hears of a new one."""

        async def sent(call: Call) -> Any:
            answer = await inner(call)
            if call.name == "queues.send":
                self._news.set()
            return answer

        return sent

    async def deliver(self) -> None:
        """Every message when it is due, until cancelled."""
        while True:
            self._news.clear()
            if self._any() is not None:
                for queue in Queue:
                    for message in self._queues.receive(queue):
                        self._take(queue, message)
            due = self._queues.next_due()
            wait_s = 60.0 if due is None else max(0.0, (due - self._clock.now()).total_seconds())
            try:
                async with asyncio.timeout(wait_s if self._any() else max(wait_s, 1.0)):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _take(self, queue: Queue, message: Received) -> None:
        climate, chance = self._weather.climate, self._chance
        lost = climate.lost / 4 + (0.5 if self._weather.number_of("messages_get_lost") is not None else 0.0)
        if lost and chance.random() < lost:
            self._queues.delete(message.id)
            return
        if climate.late and chance.random() < climate.late:
            self._queues.release(message.id, timedelta(seconds=chance.uniform(5.0, 240.0)))
            return
        process = self._any()
        if process is None:
            self._queues.release(message.id, timedelta(seconds=1))
            return
        process.spawn(self._work(process, queue, message, is_copy=False))
        if climate.doubled and chance.random() < climate.doubled:
            other = self._any() or process
            other.spawn(self._work(other, queue, message, is_copy=True))

    async def _work(self, process: Process, queue: Queue, message: Received, is_copy: bool) -> None:
        CALLER.set(process)
        await asyncio.sleep(self._chance.uniform(0.0, self._weather.climate.delivery_s))
        work = process.app.work_signal if queue is Queue.SIGNALS else process.app.work_operation
        try:
            await work(message.body.decode())
        except (Crash, asyncio.CancelledError):
            return  # nobody is left to give it back: it stays hidden until its time is over
        except PoolkeeperError as error:
            if not is_copy:
                await self._failed(process, queue, message, error)
        except Exception as error:
            self.bug(f"{queue.value}: {type(error).__name__}: {error}")
            raise
        else:
            self.worked(message.body)
            if not is_copy:
                self._queues.delete(message.id)

    async def _failed(self, process: Process, queue: Queue, message: Received, error: Exception) -> None:
        if message.dequeue_count < TRIES:
            self._queues.release(message.id, REDELIVERED)
            self._news.set()
            return
        self._queues.delete(message.id)
        try:
            await process.app.keep_poison(queue.value, str(error), message.body.decode())
        except PoolkeeperError:
            return  # the poison queue's own message would come again; it is not what is looked at here

    # Timers and events.

    async def sweep(self) -> None:
        """The timer, once a minute, until cancelled."""
        while True:
            missed = self._weather.number_of("sweeps_are_missed") is not None
            for _ in range(2 if self._chance.random() < self._weather.climate.doubled else 1):
                process = self._any()
                if process is not None and not missed:
                    process.spawn(self._timed(process, process.app.sweep))
            await asyncio.sleep(SWEEP.total_seconds())

    async def look_after(self) -> None:
        """The timers that come seldom, until cancelled."""
        while True:
            for _ in range(HEALTH_CHECKS):
                await asyncio.sleep(HEALTH.total_seconds())
                process = self._any()
                if process is not None:
                    process.spawn(self._timed(process, process.app.check_health))
            process = self._any()
            if process is not None:
                process.spawn(self._timed(process, process.app.housekeep))

    async def _timed(self, process: Process, timer: Callable[[], Awaitable[None]]) -> None:
        CALLER.set(process)
        try:
            await timer()
        except (Crash, asyncio.CancelledError, PoolkeeperError):
            return
        except Exception as error:
            self.bug(f"{timer.__name__}: {type(error).__name__}: {error}")
            raise

    def publish(self, event: dict[str, Any]) -> None:
        """An event comes, some time, or never, or more than once."""
        self.told.append(event)
        climate, chance = self._weather.climate, self._chance
        if climate.lost and chance.random() < climate.lost:
            return
        for _ in range(2 if climate.doubled and chance.random() < climate.doubled else 1):
            late = climate.late and chance.random() < climate.late
            self._loosely(self._bring(event, chance.uniform(0.2, 300.0 if late else 3.0)))

    async def _bring(self, event: dict[str, Any], delay_s: float) -> None:
        for pause_s in EVENT_AGAIN_S:
            await asyncio.sleep(delay_s)
            process = self._any()
            if process is not None:
                heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
                process.spawn(self._hear(process, event, heard))
                if await self._answered(heard):
                    return
            delay_s = pause_s

    async def _answered(self, heard: asyncio.Future[bool]) -> bool:
        try:
            async with asyncio.timeout(30.0):
                return await heard
        except TimeoutError:
            return False

    async def _hear(self, process: Process, event: dict[str, Any], heard: asyncio.Future[bool]) -> None:
        CALLER.set(process)
        try:
            for message in await process.app.hear_event(event):
                await self._queues.send(Queue.SIGNALS, message.encode(), timedelta(0))
            self._news.set()
        except (Crash, asyncio.CancelledError, PoolkeeperError):
            return
        except Exception as error:
            self.bug(f"event: {type(error).__name__}: {error}")
            raise
        if not heard.done():
            heard.set_result(True)

    def _loosely(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._loose.add(task)
        task.add_done_callback(self._loose.discard)

    def close(self) -> None:
        for task in self._loose:
            task.cancel()
        for process in self.processes:
            process.crash()
