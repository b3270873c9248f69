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

from simulator.clock import Clock
from simulator.host.contract import Inputs, TimerStatus, timer_inputs
from simulator.host.errors import SettingsError
from simulator.host.ncrontab import Schedule
from simulator.host.worker import IndexedFunction, Outcome

log = logging.getLogger(__name__)

_LONGEST_NAP_S = 60.0
# What Azure writes as the last run of a timer that has not run.
NEVER = datetime.min.replace(tzinfo=UTC)


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
            one: {
                "Last": at.last.isoformat(),
                "Next": at.next.isoformat(),
                "LastUpdated": at.last_updated.isoformat(),
            }
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
        now = self._clock.now()
        known = self._book.get(self._plan.function.name) if self._plan.is_monitored else None
        is_past_due = known is not None and known.next < now
        if not is_past_due:
            # Also when something is known: the schedule may have changed since.
            self._note(NEVER if known is None else known.last, now)
        if is_past_due or self._plan.runs_on_startup:
            await self._tick(is_past_due=is_past_due)
        while True:
            await self._sleep_until(self._plan.schedule.next_after(self._clock.now()))
            await self._tick(is_past_due=False)

    async def _tick(self, *, is_past_due: bool) -> None:
        began = self._clock.now()
        told = self._book.get(self._plan.function.name) if self._plan.is_monitored else None
        await self._run(timer_inputs(told, began, is_past_due=is_past_due))
        self._note(began, self._clock.now())

    def _note(self, last: datetime, now: datetime) -> None:
        if self._plan.is_monitored:
            status = TimerStatus(last, self._plan.schedule.next_after(now), now)
            self._book.put(self._plan.function.name, status)

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
