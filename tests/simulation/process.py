"""One process of the app: alive, frozen or dead."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from shared.app import App
from simulator.virtual_time import VirtualClock
from tests.watched import Crash

CALLER: ContextVar[Process] = ContextVar("caller")
"""The process in whose course something happens."""


class Process:
    app: App

    def __init__(self, name: str, clock: VirtualClock) -> None:
        self.name = name
        self.is_alive = True
        self._clock = clock
        self._frozen_until: datetime | None = None
        self._ahead_s, self._until = 0.0, clock.now()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_frozen(self) -> bool:
        return self._frozen_until is not None and self._clock.now() < self._frozen_until

    def now(self) -> datetime:
        """By its own clock."""
        now = self._clock.now()
        return now + timedelta(seconds=self._ahead_s) if now < self._until else now

    def jump(self, by_s: float, lasts_s: float) -> None:
        """Its clock is wrong for a while."""
        self._ahead_s, self._until = by_s, self._clock.now() + timedelta(seconds=lasts_s)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that ends with this process."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def crash(self) -> None:
        """It is gone, in the middle of whatever it does."""
        self.is_alive = False
        for task in self._tasks:
            task.cancel()

    def freeze(self, lasts_s: float) -> None:
        """It gets no processor time: what it waits for happens, and it does not notice."""
        self._frozen_until = self._clock.now() + timedelta(seconds=lasts_s)

    async def thaws(self) -> None:
        if self._frozen_until is not None and self.is_frozen:
            await asyncio.sleep((self._frozen_until - self._clock.now()).total_seconds())

    def raise_if_dead(self) -> None:
        if not self.is_alive:
            raise Crash(f"{self.name} is dead")
