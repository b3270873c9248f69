"""A pool that the rule is asked about, look by look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.model.bounds import Because, Bound, PoolBounds, Source
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Pace
from shared.scale.load import Demand
from shared.scale.pace import Course
from shared.scale.rule import Asked, Wanted, wanted_nodes

BEGUN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PACE = Pace()


def bounds(least: int, most: int, target: int | None = None) -> PoolBounds:
    said = Because(Source.CAPACITY, "capacity")
    fixed = None if target is None else Bound(target, Because(Source.SPAN, "office"))
    return PoolBounds(Bound(least, said), Bound(most, said), fixed)


WIDE = bounds(1, 100)


def needs(nodes: int, slack: int = 1, of: str = "cpu") -> Reading[Demand]:
    """A signal for which so many are right, and up to `slack` fewer or more are let be."""
    found = Demand(of, nodes, max(0, nodes - slack), nodes + slack, f"{nodes} for {of}")
    return Value(found, "mesos", BEGUN)


def unread(source: str = "marathon") -> Reading[Demand]:
    return Failure("nobody answers", source, BEGUN)


class Asking:
    """`now` goes on with each look; `size` follows what is wanted."""

    def __init__(self, size: int, within: PoolBounds = WIDE, pace: Pace = PACE) -> None:
        self.size, self.bounds, self.pace = size, within, pace
        self.now, self.course = BEGUN, Course()

    def look(self, *demands: Reading[Demand], after: timedelta = timedelta(minutes=1)) -> Wanted:
        self.now += after
        found = wanted_nodes(Asked(self.size, demands, self.bounds, self.pace), self.course, self.now)
        self.size, self.course = found.nodes, found.course
        return found

    def looks(self, times: int, *demands: Reading[Demand]) -> Wanted:
        """One a minute; the answer of the last."""
        for _ in range(times - 1):
            self.look(*demands)
        return self.look(*demands)
