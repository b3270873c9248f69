"""What the last weeks needed at this hour: a demand like the others, from a pool's own past.

It is optional, and one signal among several, of which the largest counts (`rule.py`, 3): it can have machines ready
before the load comes, and never takes any away that load asks for now. How wrong it was on the last day is told beside
it, and a forecast that was too wrong does not count.

1. Remembered is the most that was needed in each quarter of an hour, for as many weeks as are looked back on. A look
   at which a signal could not be read says nothing.
2. Foreseen for an instant is the median, over these weeks, of what was needed at the same local time of the same day of
   the week, a quarter of an hour earlier or later included. One odd week among three changes nothing.
3. Fewer than two weeks know that time: there is no forecast.
4. The error is the mean of what the forecast was off on the last day, in nodes and as a part of what was needed then.
   For that one week before is enough. It is unknown, and there is no forecast, while less than half of that day can be
   compared.
5. The error is above what is trusted: the forecast does not count.

A holiday looks like a working day to it, until the error has told otherwise; schedules know holidays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import mean, median
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.model.past import EPOCH, SLOT, WEEK_SLOTS, slot_of
from shared.model.readings import Value
from shared.policy.scaling import Foresight
from shared.scale.load import Demand

WEEK = timedelta(weeks=1)
LEAST_WEEKS = 2
BAND = 0.1
"""A tenth more or less than what is foreseen is let be: it is a guess."""

SOURCE = "forecast"
_DAY = timedelta(days=1) // SLOT

type History = Mapping[int, int]
"""The most nodes that were needed, by quarter of an hour since 1970 (UTC). Some 3,400 entries for five weeks."""


class Forecast(Struct, frozen=True):
    """`demand` goes to the rule; None where there is none that counts, which is no load unknown, and nothing waits for
    it. `error` is the mean absolute percentage error over the last day, as a share of 1, and `off` the mean absolute
    error in nodes; None: not known."""

    demand: Value[Demand] | None
    error: float | None
    because: str
    off: float | None = None


def remembered(history: History, nodes: int, now: datetime, weeks: int = Foresight().weeks) -> dict[int, int]:
    """With what is needed now; `nodes` is what load asks for, and not what the pool has or was foreseen."""
    slot = slot_of(now)
    oldest = slot_of(now - (weeks + 1) * WEEK)
    kept = {at: most for at, most in history.items() if at >= oldest}
    kept[slot] = max(nodes, kept.get(slot, 0))
    return kept


def forecast(history: History, at: datetime, now: datetime, foresight: Foresight) -> Forecast:
    """What will be needed at `at`, which is as long after `now` as a machine takes to join. The answer is another one
    with each quarter of an hour, so it need not be worked out at each look."""
    nodes = _foreseen(history, slot_of(at), foresight, LEAST_WEEKS)
    error, off = _error(history, now, foresight)
    if nodes is None:
        return Forecast(
            None, error, f"fewer than {LEAST_WEEKS} weeks know what {at:%H:%M} UTC of this day needs"
        )
    needed = f"{nodes:g} nodes were needed at this hour in the last weeks"
    if error is None or off is None:
        return Forecast(None, None, f"{needed}; how far off that is, is not known yet")
    because = f"{needed}, which was {off:.1f} nodes ({error:.0%}) off on the last day"
    if error > foresight.trusted:
        return Forecast(None, error, f"{because}, and up to {foresight.trusted:.0%} is trusted", off)
    right = round(nodes)
    demand = Demand(SOURCE, right, int(right * (1 - BAND)), math.ceil(right * (1 + BAND)), because)
    return Forecast(Value(demand, SOURCE, now), error, because, off)


def _foreseen(history: History, slot: int, foresight: Foresight, least: int) -> float | None:
    """Rule 2, and rule 3 with `least` weeks."""
    found: list[int] = []
    local = slot + _ahead(foresight.zone, slot)
    for week in range(1, foresight.weeks + 1):
        then = local - week * WEEK_SLOTS
        then -= _ahead(foresight.zone, then)
        most = max(history.get(then - 1, -1), history.get(then, -1), history.get(then + 1, -1))
        if most >= 0:
            found.append(most)
    return median(found) if len(found) >= least else None


def _error(history: History, now: datetime, foresight: Foresight) -> tuple[float, float] | tuple[None, None]:
    """Rule 4: as a part of what was needed, and in nodes. What is foreseen for a time that is over uses nothing but the
    weeks before it."""
    last = slot_of(now)
    compared: list[tuple[float, int]] = []
    for slot in range(last - _DAY, last):
        needed = history.get(slot, 0)
        foreseen = _foreseen(history, slot, foresight, 1) if needed else None
        if foreseen is not None:
            compared.append((abs(foreseen - needed), needed))
    if len(compared) < _DAY / 2:
        return None, None
    return mean(off / needed for off, needed in compared), mean(off for off, _ in compared)


@lru_cache(maxsize=8192)
def _ahead(zone: str, slot: int) -> int:
    """By how many quarters of an hour local clocks are ahead of UTC. `slot` may also be one of local time: that is
    wrong for some hours around a change of clocks, and for no longer."""
    ahead = (EPOCH + slot * SLOT).astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if ahead is None else ahead // SLOT
