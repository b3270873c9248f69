"""The last sweep of a cluster: a sign of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

EVERY = timedelta(minutes=1)
"""How often the app looks at every cluster of its own accord; the schedule is the setting POOLKEEPER_SWEEP."""


class LastSweep(Struct, frozen=True):
    """When a pass that a sweep had asked for last wrote down what it found."""

    at: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether three sweeps and more have been missed since: then the app does not run, or its passes fail."""
        return now - self.at > 3 * EVERY
