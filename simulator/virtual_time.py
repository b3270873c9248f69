"""An event loop that never waits.

`run_virtual` runs a coroutine on an asyncio loop whose time is a number. When nothing is ready to run, the loop
does not sleep until its next timer: it moves the number there. Programs that wait for hours (a removal rate limit, a
replacement that takes eight minutes) finish in milliseconds, and always in the same order.

Sockets are not served here: the faces are called in process (`simulator.in_process`). A program that waits for
something that no timer will ever bring would hang for ever on a common loop; here it ends with `Deadlock`, which
names the tasks that wait. Work for an executor is done in the loop's own thread, because others have no part in
virtual time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where virtual time begins unless the caller says otherwise: a Monday morning."""


SELDOM = 64
"""In so many turns it is looked once whether somebody outside wakes the loop: each look is a call of the system."""


class Deadlock(RuntimeError):
    """Every task waits and no timer is set, so nothing can ever happen again."""


class _TimeSelector(selectors.BaseSelector):
    """Stands where the loop waits for sockets; turns waiting into time that has passed."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self._turns = 0
        self._real = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            woken = self._real.select(0)
            if woken:
                return woken
            raise Deadlock(
                "Virtual time stands still: nothing is ready and no timer is set, so the program would wait for "
                f"ever. Waiting: {_waiting()}. Give the wait a time-out, or find out who should have woken it."
            )
        self.elapsed_s += max(0.0, timeout)
        self._turns += 1
        return [] if timeout > 0 or self._turns % SELDOM else self._real.select(0)


def _waiting() -> str:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return "no task"
    names = [
        f"{task.get_name()} ({getattr(task.get_coro(), '__qualname__', '?')})"
        for task in asyncio.all_tasks(loop)
    ]
    return ", ".join(sorted(names)) or "no task"


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose `time()` starts at zero and jumps from timer to timer."""

    def __init__(self) -> None:
        self._time_selector = _TimeSelector()
        super().__init__(self._time_selector)

    def time(self) -> float:
        return self._time_selector.elapsed_s

    def run_in_executor[T, *Ts](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Do the work in this thread; virtual time does not pass meanwhile."""

        async def work() -> T:
            return func(*args)

        return self.create_task(work())


class VirtualClock:
    """The time of a `VirtualTimeLoop`, as a date."""

    def __init__(self, loop: asyncio.AbstractEventLoop, start: datetime = EPOCH) -> None:
        if start.tzinfo is None:
            raise ValueError(f"The start {start} has no time zone; give an aware datetime, as in EPOCH.")
        self._loop = loop
        self._start = start.astimezone(UTC)
        self._at_s, self._now = 0.0, self._start

    def now(self) -> datetime:
        at_s = self._loop.time()
        if at_s != self._at_s:  # it is asked far more often than it passes
            self._at_s, self._now = at_s, self._start + timedelta(seconds=at_s)
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def run_virtual[T](
    story: Callable[[VirtualClock], Coroutine[Any, Any, T]] | Coroutine[Any, Any, T], start: datetime = EPOCH
) -> T:
    """Run `story` to its end in virtual time and give its result.

    `story` is a coroutine, or a function that takes the clock and gives one. Raises `Deadlock` when it waits for
    something that can never happen.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        clock = VirtualClock(runner.get_loop(), start)
        return runner.run(story(clock) if callable(story) else story)
