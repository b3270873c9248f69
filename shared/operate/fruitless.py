"""Pools in which nothing was found to move, though one of their agents is too full: to find that out costs Marathon's
whole list and a request for each pod of each service, and a minute later the answer is the same, as a rule.

In the memory of this process alone: a process that has just begun reads once more than it had to.
"""

from __future__ import annotations

from datetime import datetime, timedelta

AGAIN = timedelta(minutes=5)


class Fruitless:
    """When it was last found, by cluster and pool."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], datetime] = {}

    def note(self, cluster: str, pool: str, now: datetime) -> None:
        self._found[cluster, pool] = now

    def is_known(self, cluster: str, pool: str, now: datetime) -> bool:
        """Whether it was found a moment ago."""
        at = self._found.get((cluster, pool))
        return at is not None and timedelta(0) <= now - at < AGAIN
