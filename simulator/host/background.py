"""Long-running tasks that nobody awaits, watched.

A listener that dies in a background task is silent in plain asyncio: the host would go on and hear nothing. Here the
first such death is kept, and ``failed`` resolves, so that whoever owns the host can stop with the real error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from simulator.host.errors import BackgroundStopped


class Background:
    """Named tasks that run until ``stop``; any that ends before is a failure of the host."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BackgroundStopped | None = None
        self._failed = asyncio.Event()
        self._is_stopping = False

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run ``work`` under ``name``, the words that an error about it uses."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def failed(self) -> BackgroundStopped:
        """Wait until a task has ended by itself, and give the error that says which and why."""
        await self._failed.wait()
        assert self._failure is not None
        return self._failure

    def report(self, name: str, cause: BaseException | None) -> None:
        """Something that should not have ended has: keep the first such error for ``failed``."""
        if self._failure is None:
            why = (
                "without an error"
                if cause is None
                else f"{type(cause).__name__}: {str(cause).partition('\n')[0]}"
            )
            self._failure = BackgroundStopped(
                f"The {name} ended unexpectedly ({why}); the host no longer hears what it heard. "
                "The host stops; correct the cause and start it again."
            )
            self._failure.__cause__ = cause
            self._failed.set()

    @property
    def failure(self) -> BackgroundStopped | None:
        """The first task that ended by itself, if any did."""
        return self._failure

    async def stop(self) -> None:
        """Cancel all tasks and wait until they have ended. May be called twice."""
        self._is_stopping = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        cause = None if task.cancelled() else task.exception()
        if self._is_stopping and cause is None:
            return
        self.report(task.get_name(), cause)
