"""Timer triggers: one loop per function.

    start ── past due, or run_on_startup ──▶ run ──▶ wait for the next occurrence ──▶ run ──▶ ...

A run that lasts longer than the gap skips the occurrences that it covers: runs of one function never overlap. A
failure changes nothing about the schedule. A monitored timer writes down when it last ran and when it is due next;
if that moment is past when the host starts, the function runs at once and is told so (``past_due``). Azure monitors
a timer unless ``useMonitor`` is false or it runs more often than once a minute (Azure/azure-webjobs-sdk-extensions,
TimerListener).

Azure keeps the status in a blob; this host keeps it in a JSON file when one is given, else in memory, which then
knows of nothing that was missed while the host was down.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator.host.clock import Clock
from simulator.host.contract import Inputs, TimerStatus, timer_inputs
from simulator.host.errors import SettingsError
from simulator.host.ncrontab import Schedule
from simulator.host.worker import IndexedFunction, Outcome

log = logging.getLogger(__name__)

_LONGEST_NAP_S = 60.0


class StatusBook:
    """The status of each monitored timer by function name, in memory and, with a path, in that file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._statuses: dict[str, TimerStatus] = {}
        if path is not None and path.is_file():
            self._statuses = _read(path)

    def get(self, name: str) -> TimerStatus | None:
        """What is known of this timer, None when it has not run."""
        return self._statuses.get(name)

    def put(self, name: str, status: TimerStatus) -> None:
        """Remember, and write the file anew by replacing it whole."""
        self._statuses[name] = status
        if self._path is None:
            return
        content = {
            one: {"Last": at.last.isoformat(), "Next": at.next.isoformat(), "LastUpdated": at.last_updated.isoformat()}
            for one, at in self._statuses.items()
        }
        partial = self._path.with_name(self._path.name + ".new")
        partial.write_text(json.dumps(content, indent=1), encoding="utf-8")
        partial.replace(self._path)


@dataclass(frozen=True, slots=True)
class TimerPlan:
    """A timer function, read from its binding."""

    function: IndexedFunction
    schedule: Schedule
    is_monitored: bool
    runs_on_startup: bool


def plan_of(function: IndexedFunction, now: datetime) -> TimerPlan:
    """Read a timer trigger. Raises ``SettingsError`` for a schedule that Azure would not take."""
    trigger = function.trigger
    schedule = Schedule(trigger.text("schedule"))
    is_frequent = schedule.shortest_gap(now) < timedelta(minutes=1)
    is_monitored = trigger.settings.get("useMonitor") is not False and not is_frequent
    return TimerPlan(function, schedule, is_monitored, trigger.settings.get("runOnStartup") is True)


class TimerListener:
    """Runs one timer function on its schedule until ``listen`` is cancelled."""

    def __init__(
        self, plan: TimerPlan, clock: Clock, book: StatusBook, run: Callable[[Inputs], Awaitable[Outcome]]
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._book = book
        self._run = run

    async def listen(self) -> None:
        """Run at the start if that is due, then at every occurrence."""
        known = self._book.get(self._plan.function.name) if self._plan.is_monitored else None
        now = self._clock.now()
        is_past_due = known is not None and known.next < now
        if is_past_due or self._plan.runs_on_startup:
            await self._tick(now, is_past_due=is_past_due)
        while True:
            now = self._clock.now()
            due = self._plan.schedule.next_after(now)
            self._remember_due(due, now)
            await self._sleep_until(due)
            await self._tick(due, is_past_due=False)

    async def _tick(self, due: datetime, *, is_past_due: bool) -> None:
        now = self._clock.now()
        name = self._plan.function.name
        told = self._book.get(name) if self._plan.is_monitored else None
        if told is None and self._plan.is_monitored:
            told = TimerStatus(last=due, next=due, last_updated=now)
        await self._run(timer_inputs(told, now, is_past_due=is_past_due))
        if self._plan.is_monitored:
            self._book.put(name, TimerStatus(now, self._plan.schedule.next_after(now), now))

    def _remember_due(self, due: datetime, now: datetime) -> None:
        if not self._plan.is_monitored:
            return
        known = self._book.get(self._plan.function.name)
        last = now if known is None else known.last
        self._book.put(self._plan.function.name, TimerStatus(last, due, now))

    async def _sleep_until(self, due: datetime) -> None:
        """Sleep in naps: the loop's clock stands still while a laptop sleeps, the calendar does not."""
        while (left := (due - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(min(left, _LONGEST_NAP_S))


def _read(path: Path) -> dict[str, TimerStatus]:
    try:
        content: Mapping[str, Mapping[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: TimerStatus(_moment(at["Last"]), _moment(at["Next"]), _moment(at["LastUpdated"]))
            for name, at in content.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise SettingsError(
            f"{path.name} is not a timer status file ({problem!r}); the host did not start. Remove the file."
        ) from problem


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
