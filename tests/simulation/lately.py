"""What was true some time in the last while. The app judges by readings that were true then, and by nothing older."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta


class Lately[Truth]:
    """`span` is how long it takes until what has changed is known to all."""

    def __init__(self, span: timedelta) -> None:
        self._span = span
        self._seen: deque[tuple[datetime, Truth]] = deque()

    def note(self, now: datetime, truth: Truth) -> None:
        """From now on until the next one."""
        self._forget(now)
        self._seen.append((now, truth))

    def truths(self, now: datetime) -> list[Truth]:
        """Each that held at a time in the span before now."""
        self._forget(now)
        return [truth for _, truth in self._seen]

    def _forget(self, now: datetime) -> None:
        while len(self._seen) > 1 and self._seen[1][0] < now - self._span:
            self._seen.popleft()
