"""Which sizes a pool may have at an instant, by the clock and by what people said, and why.

 1. Where nothing else says anything, the hard bounds of the policy hold, and nothing fixes the size.
 2. A span holds from each of its beginnings for as long as it lasts.
 3. A step holds from its beginning until the next step of the pool begins, as a whole: what the one before said is
    over. Of steps that begin at the same instant the one that stands last in the file holds.
 4. What a person said holds from then on until the end that was given.
 5. Min, max and target are each taken from what counts most among all that hold and say it: a person before spans,
    spans before steps; the later word before the earlier, and the span that stands later in the file.
 6. A min or max that counts less than the target makes room for it. One that counts more moves the target.
 7. A min above the max: a person's word counts; otherwise the min does, because capacity is not taken away by a
    contradiction. That is told as a conflict.
 8. Whatever was said, the hard bounds hold. What is cut off is told as a conflict.
 9. Warm-up: what will be the fewest nodes at any time until a lead from now, counts now if it is more. So capacity is
    there when its time comes. Nothing is given up ahead of its time.
10. Warm-up does not go beyond a max or target that a person said: they may have had a reason.

The answer depends on what goes in and on nothing else, so a timer that was missed costs nothing: who looks later finds
what holds then. `settle.py` has the rules 5 to 8, `timeline.py` all changes of a stretch of time, and `preview.py` what
becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.decide.settle import Holding, ahead_of_time, held_span, held_step, said, settle
from shared.decide.timeline import MOMENT, changes
from shared.model.bounds import PoolBounds, Resize
from shared.policy.schedules import Schedule
from shared.policy.schema import PoolPolicy

NO_LEAD = timedelta(0)


def bounds_at(
    pool: PoolPolicy, now: datetime, resizes: Sequence[Resize] = (), lead: timedelta = NO_LEAD
) -> PoolBounds:
    """The bounds of a pool at an instant. `lead` is how long machines of this pool take from their order until they
    have joined; without it the bounds are those of the instant alone."""
    held, coming = _holding(pool.schedules, now)
    bounds = settle(pool.capacity, [*said(resizes, now), *held])
    horizon = now + lead
    if lead <= NO_LEAD or not _changes_until(horizon, now, coming, held, resizes):
        return bounds
    ahead = [one.bounds.floor for one in changes(pool, now, horizon + MOMENT, resizes)]
    return ahead_of_time(bounds, max(ahead, key=lambda floor: floor.nodes))


def _holding(schedules: Iterable[Schedule], now: datetime) -> tuple[list[Holding], datetime | None]:
    """The schedules that hold, that which counts most first (rules 2 and 3), and when any begins next. Hundreds of
    pools are asked at each look, so each schedule is asked once."""
    step: tuple[datetime, Schedule] | None = None
    coming: datetime | None = None
    coming_step: datetime | None = None
    spans: list[Holding] = []
    for one in schedules:
        begun, following = one.times.around(now)
        if following is not None and (coming is None or following < coming):
            coming = following
        if one.lasts is not None:
            if begun is not None and now < begun + one.lasts:
                spans.append(held_span(one, begun))
            continue
        if following is not None and (coming_step is None or following < coming_step):
            coming_step = following
        if begun is not None and (step is None or begun >= step[0]):
            step = begun, one
    spans.reverse()
    if step is not None:
        spans.append(held_step(step[1], step[0], coming_step))
    return spans, coming


def _changes_until(
    horizon: datetime,
    now: datetime,
    coming: datetime | None,
    held: Iterable[Holding],
    resizes: Iterable[Resize],
) -> bool:
    """Whether anything begins or ends after now and not after the horizon: seldom, so it is asked first."""
    edges = [coming, *(one.because.until for one in held)]
    edges += [edge for one in resizes for edge in (one.since, one.until)]
    return any(edge is not None and now < edge <= horizon for edge in edges)
