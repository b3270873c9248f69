"""How fast the masters give agents up.

A master pings each agent every 15 seconds. When `max_agent_ping_timeouts` answers in a row are missing (20 on
DC/OS: five minutes) the agent is to be marked unreachable, but first it needs a permit of the removal rate limiter.
On DC/OS 1.8 to 1.11 there is one permit in 20 minutes: of four agents that die together, the fourth is noticed
after 65 minutes. An agent that answers again meanwhile gives its place in the queue back.

Sources: dcos/dcos gen/dcos-config.yaml (MESOS_MAX_SLAVE_PING_TIMEOUTS, MESOS_SLAVE_REMOVAL_RATE_LIMIT); the order of
things as in apache/mesos docs/high-availability.md; the timeline is worked out in mesosphere/marathon
docs/docs/unreachable.md.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.world.timeline import Timeline, Timer


@dataclass(slots=True, eq=False)
class Permit:
    """A place in the queue; `cancel` gives it back."""

    granted: Callable[[], None] | None

    def cancel(self) -> None:
        self.granted = None


class RateLimiter:
    """Grants one permit per interval, in order; the first at once."""

    def __init__(self, timeline: Timeline, interval_s: float) -> None:
        self._timeline = timeline
        self.interval_s = interval_s
        self._queue: deque[Permit] = deque()
        self._free_at: datetime | None = None
        self._timer: Timer | None = None

    def acquire(self, granted: Callable[[], None]) -> Permit:
        permit = Permit(granted)
        self._queue.append(permit)
        self._serve()
        return permit

    def clear(self) -> None:
        """Forget everybody who waits, as a master does that loses its leadership."""
        self._queue.clear()
        self._free_at = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _serve(self) -> None:
        while self._queue:
            now = self._timeline.now
            if self._free_at is not None and now < self._free_at:
                if self._timer is None or self._timer.action is None:
                    self._timer = self._timeline.at(self._free_at, self._serve)
                return
            granted, permit = None, self._queue.popleft()
            granted, permit.granted = permit.granted, None
            if granted is not None:
                self._free_at = now + timedelta(seconds=self.interval_s)
                granted()
