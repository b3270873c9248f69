"""When sweeps are due, by the schedule that the host obeys: whoever asks whether the app works need not know it.

The schedule is an NCRONTAB expression, with seconds first; a day must match both of its day fields
(Azure/azure-docs functions-bindings-timer, "NCRONTAB expressions"). One that cannot be read here counts as each minute:
the host says what is wrong with it, and does not start the function.
"""

from __future__ import annotations

from datetime import datetime

from shared.model.sweeps import EVERY, LastSweep

MISSED = 3


class Sweeping:
    """`schedule` is the setting POOLKEEPER_SWEEP; empty: each minute."""

    def __init__(self, schedule: str = "") -> None:
        self._schedule = schedule

    def swept(self, at: datetime) -> LastSweep:
        """The sign of life of a sweep at this time."""
        due = self._due(at)
        return LastSweep(at, due[0], due[-1])

    def _due(self, at: datetime) -> list[datetime]:
        """The next few times."""
        regular = [at + number * EVERY for number in range(1, MISSED + 1)]
        if not self._schedule:
            return regular
        from croniter import CroniterError, croniter

        try:
            times = croniter(self._schedule, at, ret_type=datetime, day_or=False, second_at_beginning=True)
            return [times.get_next() for _ in range(MISSED)]
        except (CroniterError, ValueError):
            return regular
