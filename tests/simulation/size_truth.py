"""How many machines a pool is to have, by what is true: by the tale's own words for it, and by what runs.

Nothing of this is asked of the app's tables, and nothing is worked out by its own code. What we know some time later,
or ahead of its time, has a margin: `KNOWN`, `AHEAD`.
"""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta

from simulator.virtual_time import VirtualClock
from tests.prod import START
from tests.simulation.nature import Nature
from tests.simulation.people import People
from tests.simulation.sizes import Sizes
from tests.simulation.tale import Tale

KNOWN = timedelta(seconds=130)
"""A span or a person's word that begins or ends is known to all after this; tasks that came are."""
AHEAD = timedelta(minutes=30)
"""So much earlier machines may be ordered that have to be there in time."""
LOOK = timedelta(seconds=10)
MOST_ON_ONE = 4 * 0.75 / 0.5
"""Tasks of half a core on an agent of four that is as full as the policy leaves alone: 70 %, and 5 % more."""


class SizeTruth:
    """`bounds` are those of an instant, `needed` how many nobody who knows what is true would go below now."""

    def __init__(self, clock: VirtualClock, tale: Tale, nature: Nature, people: People) -> None:
        self._clock, self._nature, self._people = clock, nature, people
        self.sizes = tale.sizes or Sizes()
        self._window = timedelta(seconds=self.sizes.window_s / (4 if self.sizes.drops else 1))
        self._tasks: deque[tuple[datetime, int]] = deque([(START, 0)])
        self._at, self._kept, self._capacity = START, tale.agents, nature.capacity
        self._levels: deque[tuple[datetime, int]] = deque()

    def bounds(self, at: datetime) -> tuple[int, int]:
        """The least and the most at this instant."""
        least, most = self.sizes.least, self.sizes.most
        said = [size for since, until, size in self._people.resizes if since <= at < until]
        if said:
            size = max(least, min(most, said[-1]))
            return size, size
        for span in self.sizes.spans:
            begins = START + timedelta(seconds=span.at_s)
            if begins <= at < begins + timedelta(seconds=span.lasts_s):
                return (
                    span.nodes if span.word in {"min", "target"} else least,
                    span.nodes if span.word in {"max", "target"} else most,
                )
        return least, most

    def least(self) -> int:
        """Of the bounds that anybody may still go by."""
        return min(self.bounds(at)[0] for at in self._times(timedelta(0)))

    def most(self) -> int:
        return max(self.bounds(at)[1] for at in self._times(AHEAD))

    def _times(self, ahead: timedelta) -> list[datetime]:
        now, times = self._clock.now(), list[datetime]()
        at = now - KNOWN
        while at <= now + ahead:
            times.append(at)
            at += LOOK
        return times

    def looks(self) -> None:
        """Something has changed in the world."""
        now, tasks = self._clock.now(), sum(one.tasks for one in self._nature.machines())
        self._follow(now)
        if tasks != self._tasks[-1][1]:
            self._tasks.append((now, tasks))
        while len(self._tasks) > 1 and self._tasks[1][0] < now - self._window - 2 * KNOWN:
            self._tasks.popleft()

    def _follow(self, now: datetime) -> None:
        """Where no load moves it a pool keeps its size, but for what bounds say; a floor that was never ordered moved
        nothing. Since the last look nothing has changed in the world, until now."""
        while self._at <= now:
            self._kept = self._kept_at(self._at, self._capacity)
            self._levels.append((self._at, self._kept))
            self._at += LOOK
        self._capacity = self._nature.capacity
        while self._levels and self._levels[0][0] < now - KNOWN:
            self._levels.popleft()

    def _kept_at(self, at: datetime, capacity: int) -> int:
        least, most = self.bounds(at)
        return max(min(self._kept, most), min(least, capacity))

    def needed(self) -> int:
        """By load: what ran for a while within the last window; else the size that it keeps. Within the bounds."""
        now = self._clock.now()
        self._follow(now)
        if not self.sizes.by_load:
            return min(self._kept_at(now, self._capacity), *(level for _, level in self._levels))
        nodes = math.ceil(self._sustained(now) / MOST_ON_ONE - 1e-9)
        return max(self.least(), min([nodes, *(self.bounds(at)[1] for at in self._times(timedelta(0)))]))

    def enough(self) -> int:
        """By load more than so many are given back once nothing happens any more: half as much more than is needed is
        left alone. Else nobody asks for fewer any more when the time is over for which somebody did."""
        if not self.sizes.by_load:
            return self.sizes.most
        return max(self.bounds(self._clock.now())[0], math.ceil(1.5 * self._tasks[-1][1] / MOST_ON_ONE) + 1)

    def _sustained(self, now: datetime) -> int:
        """The most tasks of which nobody can have missed all looks."""
        best, at = 0, now - self._window + KNOWN
        while at <= now - KNOWN:
            best = max(best, self._fewest(at, at + KNOWN))
            at += LOOK
        return best

    def _fewest(self, since: datetime, until: datetime) -> int:
        told = [
            tasks
            for place, (at, tasks) in enumerate(self._tasks)
            if at <= until and (place + 1 == len(self._tasks) or self._tasks[place + 1][0] > since)
        ]
        return min(told, default=0)
