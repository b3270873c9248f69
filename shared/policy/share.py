"""A part of a pool, as the policy writes it: `10%`, or a count of nodes.

Apart from `schema.py`, whose parts are in several files and need it too.
"""

from __future__ import annotations

from msgspec import Struct


class Share(Struct, frozen=True):
    """A part of a pool: `10%` or a count of nodes."""

    number: int
    is_percent: bool

    def of(self, total: int) -> int:
        """How many of `total` nodes may be taken: rounded down, because a limit is not stretched, but at least 1,
        because a limit of nobody would turn repair off in every small pool without saying so."""
        if not self.is_percent:
            return self.number
        return max(1, total * self.number // 100)

    def reached_at(self, total: int) -> int:
        """The smallest count of nodes that makes up this share of `total`: rounded up, 40% of 3 is reached at 2."""
        if not self.is_percent:
            return self.number
        return -(-total * self.number // 100)

    def __str__(self) -> str:
        return f"{self.number}%" if self.is_percent else str(self.number)
