"""Time that moves when told to.

Nothing in the product reads the time by itself; it asks a clock that it was given. Under test that is this one, and
an hour passes in a line. The wall clock of production is `shared.azure.clock.WallClock`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SteppedClock:
    """Stands still at `now` (aware) until `advance` is called."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError(f"a clock needs an aware time, {now.isoformat()} has no zone")
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward; time that runs backwards is a `ValueError`. Returns the new time."""
        if by < timedelta(0):
            raise ValueError(f"time does not run backwards, not even by {-by}")
        self._now += by
        return self._now

    def advance_to(self, when: datetime) -> datetime:
        """Move forward to `when`, or stay where we are if that has passed."""
        return self.advance(max(when - self._now, timedelta(0)))
