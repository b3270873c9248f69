"""The stories that take hours or days and are played in virtual time, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from simulator.demo import burst, spot, week, zones
from simulator.demo.course import LongStory, tell


@dataclass(frozen=True)
class Long:
    """`tell` plays it and gives the exit code; it is given whether a document is wanted."""

    promise: str
    tell: Callable[[bool], int]


def _long(story: LongStory) -> Long:
    return Long(story.promise, partial(tell, story))


LONG: Mapping[str, Long] = {
    week.NAME: Long(week.PROMISE, week.main),
    burst.STORY.name: _long(burst.STORY),
    spot.STORY.name: _long(spot.STORY),
    zones.STORY.name: _long(zones.STORY),
}
