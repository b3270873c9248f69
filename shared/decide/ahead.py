"""What load will ask for when a machine that is ordered now has joined, in pools that have a forecast.

1. It is foreseen for now and the lead: as long as nine of ten of the pool's last machines took to join.
2. It is one demand besides those of the signals, of which the largest counts: never less than load asks for now. Where
   the last weeks say too little, or the forecast was too wrong on the last day, there is none: nothing waits for it.
3. The past could not be read: that is a load unknown. Growing goes on by the other signals, and nothing shrinks that a
   forecast may have kept.
4. What is remembered is what the signals asked for, at looks at which each of them was known. What was foreseen is no
   part of it: a forecast does not confirm itself. Nor is what thin agents ask for, which follows the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from msgspec.structs import replace

from shared.model.past import EPOCH, SLOT, Past, slot_of
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Foresight
from shared.policy.schema import PoolPolicy
from shared.scale.forecast import Forecast, forecast, remembered
from shared.scale.load import THIN, Demand
from shared.scale.pace import Course

from .repair import Situation


def foresee(situation: Situation, pool: PoolPolicy, lead: timedelta) -> tuple[Reading[Demand], ...]:
    """One demand, a failure, or nothing."""
    if pool.scaling is None or pool.scaling.forecast is None:
        return ()
    pasts = situation.snapshot.load.pasts
    if isinstance(pasts, Failure):
        return (pasts,)
    now, past = situation.now, pasts.value.get(pool.name, Past())
    demand = _foreseen(past, pool.scaling.forecast, slot_of(now + lead), slot_of(now)).demand
    return () if demand is None else (demand,)


@lru_cache(maxsize=1024)
def _foreseen(past: Past, foresight: Foresight, at: int, now: int) -> Forecast:
    """It is another one with each quarter of an hour and with each new past, and is asked for several times a look."""
    return forecast(past.by_slot, EPOCH + at * SLOT, EPOCH + now * SLOT, foresight)


def with_needed(
    situation: Situation, pool: PoolPolicy, course: Course, demands: Sequence[Reading[Demand]]
) -> Course:
    """Rule 4. What a pool without a forecast remembers is forgotten."""
    if pool.scaling is None or pool.scaling.forecast is None:
        return replace(course, needed={}) if course.needed else course
    asked = [one for one in demands if isinstance(one, Failure) or one.value.of != THIN]
    known = [one.value.nodes for one in asked if isinstance(one, Value)]
    if not known or len(known) < len(asked):
        return course
    return replace(course, needed=remembered(course.needed, max(known), situation.now))
