"""Flapping: an agent that is lost and comes back, how often and how fast.

A replacement for each loss would make it worse, and one loss says nothing about the next; so the losses of the last
week are remembered with the node (`NodeMemory.losses`, written by `shared/operate/inventory.py`), and whoever judges
or decides can ask for them here. An agent counts as flapping from its third loss within a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.nodes import NodeMemory

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
FLAPS = 3  # losses within a day
MOST_LOSSES = 100  # of a week that are remembered; more of them say nothing more


class Losses(Struct, frozen=True):
    """How often the agent was lost within the last hour, day and week; of at most `MOST_LOSSES`."""

    hour: int
    day: int
    week: int

    @property
    def is_flapping(self) -> bool:
        return self.day >= FLAPS

    @property
    def an_hour(self) -> float:
        """The rate of the last day."""
        return self.day / 24

    def __str__(self) -> str:
        least = "at least " if self.week >= MOST_LOSSES else ""
        rate = f"{self.an_hour:.2f} an hour"
        return f"{least}{_times(self.day)} within a day ({rate}), {self.hour} of them within an hour"


def losses_of(memory: NodeMemory | None, now: datetime) -> Losses:
    """Of a node that nothing is remembered of: none."""
    return losses_among(memory.losses if memory is not None else (), now)


def losses_among(times: Iterable[datetime], now: datetime) -> Losses:
    """Of these times, which are of the last week."""
    times = tuple(times)
    hour, day, week = (sum(at > now - span for at in times) for span in (HOUR, DAY, WEEK))
    return Losses(hour, day, week)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
