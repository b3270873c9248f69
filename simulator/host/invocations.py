"""Every invocation passes here: it gets an id, is logged, timed, observed, and its outputs are delivered.

An invocation has failed when the function raised, when one of its outputs could not be delivered, or when it ran
longer than host.json's ``functionTimeout``. The failure is logged once, with the traceback and the invocation's id.
Listeners get the ``Outcome`` and decide what it means for them (an HTTP status, a poison queue, nothing).

The host stops by asking ``drain`` to wait for what is running.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from azure_functions_runtime import invocation_id_cv

from simulator.host.contract import Inputs
from simulator.host.errors import HostError
from simulator.host.worker import IndexedFunction, Outcome, run_function

log = logging.getLogger(__name__)

Observe = Callable[[str, Outcome, float], None]
Deliver = Callable[[IndexedFunction, Outcome], Awaitable[None]]


class OutputFailed(HostError):
    """An output binding could not be delivered; the invocation counts as failed."""


class InvocationIdFilter(logging.Filter):
    """Tells which invocation logged a record; put it on a handler.

    Sets ``record.invocation_id``, empty outside of functions, and ``record.invocation_mark``, the same with brackets
    for the end of a line.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Set the two attributes; never drops a record."""
        invocation_id = invocation_id_cv.get() or ""
        record.invocation_id = invocation_id
        record.invocation_mark = f" [{invocation_id}]" if invocation_id else ""
        return True


class Invocations:
    """Runs functions and knows which are running.

    ``observe`` is called after each invocation with the function's name, the outcome and the seconds that it took,
    outputs included. ``timeout`` is host.json's ``functionTimeout``; None means unbounded. A synchronous function
    that exceeds it fails the invocation, but its thread cannot be stopped and runs on.
    """

    def __init__(self, deliver: Deliver, observe: Observe | None, timeout: timedelta | None) -> None:
        self._deliver = deliver
        self._observe = observe
        self._timeout_s = None if timeout is None else timeout.total_seconds()
        self._running: dict[str, tuple[str, asyncio.Task[object] | None]] = {}
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()

    @property
    def running(self) -> int:
        """How many invocations run now."""
        return len(self._running)

    async def run(self, function: IndexedFunction, inputs: Inputs) -> Outcome:
        """Run one function once and deliver its outputs. Never raises for what the function does."""
        invocation_id = str(uuid.uuid4())
        self._running[invocation_id] = (function.name, asyncio.current_task())
        self._is_quiet.clear()
        began = time.perf_counter()
        log.debug("%s started (%s)", function.name, invocation_id)
        try:
            outcome = await self._attempt(function, inputs, invocation_id)
        finally:
            del self._running[invocation_id]
            if not self._running:
                self._is_quiet.set()
        self._report(function, outcome, invocation_id, time.perf_counter() - began)
        return outcome

    async def drain(self, grace: timedelta) -> tuple[str, ...]:
        """Wait until nothing runs; after ``grace`` cancel the rest and name the functions that were cut off."""
        try:
            async with asyncio.timeout(grace.total_seconds()):
                await self._is_quiet.wait()
        except TimeoutError:
            left = list(self._running.values())
            tasks = [task for _, task in left if task is not None]
            for task in tasks:
                task.cancel()
            # A function may refuse to be cancelled; the host does not wait for that.
            await asyncio.wait(tasks, timeout=5.0)
            return tuple(sorted({name for name, _ in left}))
        return ()

    async def _attempt(self, function: IndexedFunction, inputs: Inputs, invocation_id: str) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout_s):
                outcome = await run_function(function, inputs, invocation_id)
        except TimeoutError:
            return Outcome(error=f"the function ran longer than functionTimeout, {self._timeout_s:g} s")
        if outcome.ok:
            try:
                await self._deliver(function, outcome)
            except OutputFailed as failed:
                return Outcome(error=str(failed))
        return outcome

    def _report(
        self, function: IndexedFunction, outcome: Outcome, invocation_id: str, seconds: float
    ) -> None:
        milliseconds = seconds * 1000
        if outcome.ok:
            log.info("%s succeeded in %.0f ms (%s)", function.name, milliseconds, invocation_id)
        else:
            trace = f"\n{outcome.stack_trace.rstrip()}" if outcome.stack_trace else ""
            told = (function.name, milliseconds, invocation_id, outcome.error, trace)
            log.error("%s failed after %.0f ms (%s): %s%s", *told)
        if self._observe is not None:
            self._observe(function.name, outcome, seconds)
