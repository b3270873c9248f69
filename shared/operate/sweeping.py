"""When sweeps are due, by the app's setting: for the beat, and for whoever asks whether the app works.

The schedule is an NCRONTAB expression, with seconds first; a day must match both of its day fields
(Azure/azure-docs functions-bindings-timer, "NCRONTAB expressions"). One that cannot be read here counts as each minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.model.sweeps import EVERY, LastSweep, PoolRoll

MISSED = 3


class Sweeping:
    """`schedule` is the setting POOLKEEPER_SWEEP; empty: each minute."""

    def __init__(self, schedule: str = "") -> None:
        self._schedule = schedule

    def swept(self, at: datetime, rolls: Mapping[str, PoolRoll], leader: str) -> LastSweep:
        """The sign of life of a sweep at this time, which found so many nodes in the pools, and who leads."""
        due = self._due(at)
        return LastSweep(at, due[0], due[-1], rolls, leader)

    def next_after(self, at: datetime) -> datetime:
        """The first sweep that is due after this time."""
        return self._due(at)[0]

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
