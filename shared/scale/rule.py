"""The rule: from what the signals ask for to the size that a pool is to have.

 1. The bounds fix a target: that is the size. Load is watched on.
 2. No signal is followed, or none could be read: the size stays. Unknown is neither much nor little.
 3. Several signals: the largest of what they ask for counts.
 4. There are fewer nodes than the smallest number that is enough, at every look for as long as the pace wants: grow to
    what is asked for now.
 5. There are more nodes than the largest number that is not too much, at every look of a whole window, and at none of
    them a signal was unknown: shrink to the most that was asked for in that window. A window in which nobody looked
    for a third of it, and for longer than a late look takes, is none. Where that gives up what the pace calls a drop,
    and two nodes at least, a quarter of the window is enough, and no look of it may be missing: for a load that
    ended nothing is kept. That nothing waits, and a constant, tell of no load that ended.
 6. Otherwise: the size stays.
 7. Growing waits until its pause is over since the pool last grew.
 8. Shrinking waits until its pause is over since the size last changed, in whatever direction.
 9. Neither changes the direction before a window is over since it last changed. So a pool that has just begun to
    shrink does not grow a little for the rest of the window: room for a little is what the setpoint leaves. It does
    grow by what the pace calls a jump: a load that jumps is no flapping. Then it does not shrink for a window.
10. Neither goes further at once than the step allows.
11. Whatever came out is kept within the bounds, at once and against 7 to 10: they are what people decided.

The answer depends on what goes in and on nothing else, so the very function is what is raced in
`benchmarks/scaling.py`. The size is the one that is wanted, with what boots and what is being repaired: so nothing is
ordered twice. Published: an autoscaler that took a failed reading for a number cut 200 machines to 3
(kubernetes/autoscaler issue 3240), another one that read zero 90 to 1 (issue 9452); hence 2 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from shared.model.bounds import Bound, PoolBounds, Source
from shared.model.decisions import Number
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Pace
from shared.scale.load import CONSTANT, WAITING, Demand
from shared.scale.pace import Course, Look, Way

DROP_PART = 4
"""A drop is judged by a window divided by this, and by no less than a late look takes."""

UNMEASURED = frozenset({WAITING, CONSTANT})
"""Signals that don't know what is in use."""

LEAST_DROP = 2
"""In nodes: in a pool of three, one is a large part and says little."""

SLICES = 30
"""Looks are remembered by slices of a window, so that what is stored is as much however often is looked. What was asked
for counts up to a slice longer than a window."""

UNREAD = frozenset({"unknown", "partly_unknown"})
"""The reasons of a size that stays as it is because a signal could not be read."""

LATE = timedelta(seconds=150)
"""A look comes each minute; one may be missed."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Asked(Struct, frozen=True):
    """What the rule is asked about. `size` is the size that the pool is to have so far."""

    size: int
    demands: Sequence[Reading[Demand]]
    bounds: PoolBounds
    pace: Pace = Pace()


class Wanted(Struct, frozen=True):
    """`nodes` the pool is to have; `reason` is a code, `because` a sentence, `numbers` what they rest on, and `course`
    goes in at the next look."""

    nodes: int
    reason: str
    because: str
    numbers: Mapping[str, Number]
    course: Course


class _Wish(Struct, frozen=True):
    """What load alone would have."""

    nodes: int
    reason: str
    because: str


def wanted_nodes(asked: Asked, course: Course, now: datetime) -> Wanted:
    """The size from now on. `course` is what came out of the last look; an empty one at the first."""
    known = [reading.value for reading in asked.demands if isinstance(reading, Value)]
    failed = [reading for reading in asked.demands if isinstance(reading, Failure)]
    course = _looked(asked, known, course, now)
    target = asked.bounds.target
    if target is not None:
        wish = _Wish(target.nodes, "target", f"the target is {_told(target)}")
    else:
        wish = _slowed(asked, _by_load(asked, known, failed, course, now), course, now)
    wish = _bounded(wish, asked.bounds)
    numbers: dict[str, Number] = {
        "size": asked.size,
        "min": asked.bounds.min.nodes,
        "max": asked.bounds.max.nodes,
        **{demand.of: demand.nodes for demand in known},
        **{failure.source: None for failure in failed},
    }
    return Wanted(wish.nodes, wish.reason, wish.because, numbers, _moved(course, asked.size, wish.nodes, now))


def _by_load(
    asked: Asked, known: Sequence[Demand], failed: Sequence[Failure], course: Course, now: datetime
) -> _Wish:
    """Rules 2 to 6."""
    size, pace = asked.size, asked.pace
    if not asked.demands:
        return _Wish(size, "no_signal", "no signal is followed")
    if not known:
        return _Wish(size, "unknown", f"nothing changes: {_why_not(failed)}")
    largest = max(known, key=lambda demand: demand.nodes)
    if course.short_since is not None:
        wish = f"{largest.nodes} nodes are needed: {largest.because}"
        if now - course.short_since < pace.grow_after:
            return _Wish(size, "grow_after", f"{wish}; not for long enough yet")
        return _Wish(largest.nodes, "grow", wish)
    if any(size <= demand.shrink_above for demand in known):
        return _Wish(size, "enough", f"{size} nodes are right: {largest.because}")
    if failed:
        return _Wish(size, "partly_unknown", f"nothing shrinks: {_why_not(failed)}")
    dropped = None if largest.of in UNMEASURED else _dropped(asked, course, now)
    if dropped is not None:
        return _Wish(
            dropped,
            "shrink",
            f"the load fell: {dropped} nodes were enough for a while; now {largest.because}",
        )
    if course.since is None or now - course.since < pace.window:
        return _Wish(size, "window", f"fewer than {size} would do, but not for a whole window yet")
    if any(look.shrink_above is None or size <= look.shrink_above for look in course.looks):
        return _Wish(size, "window", f"fewer than {size} would do now, but not at all times of the window")
    most = max(look.nodes for look in course.looks)
    return _Wish(
        most, "shrink", f"{most} nodes were the most that was needed in a window; now {largest.because}"
    )


def _dropped(asked: Asked, course: Course, now: datetime) -> int | None:
    """The second half of rule 5: the most that was asked for lately, if that is a drop."""
    size, pace = asked.size, asked.pace
    begun = now - min(pace.window, max(pace.window / DROP_PART, LATE))
    if pace.drop is None or course.since is None or course.since > begun:
        return None
    slice_ = _slice(pace)
    looks = [look for look in course.looks if look.at + slice_ > begun]
    times = [begun, *(look.at for look in looks), now]
    if any(later - earlier > LATE + slice_ for earlier, later in pairwise(times)):
        return None
    if any(look.shrink_above is None or size <= look.shrink_above for look in looks):
        return None
    most = max(look.nodes for look in looks)
    return most if size - most >= max(LEAST_DROP, pace.drop.reached_at(size)) else None


def _slice(pace: Pace) -> timedelta:
    return max(pace.window / SLICES, timedelta(seconds=1))


def _slowed(asked: Asked, wish: _Wish, course: Course, now: datetime) -> _Wish:
    """Rules 7 to 10."""
    size, pace = asked.size, asked.pace
    if wish.nodes == size:
        return wish
    way = Way.UP if wish.nodes > size else Way.DOWN
    last, pause = (
        (course.grown_at, pace.grow_pause) if way is Way.UP else (course.changed_at, pace.shrink_pause)
    )
    if last is not None and now - last < pause:
        return _Wish(
            size, "pause", f"{wish.because}; the size changed at {last:%H:%M:%S}, and a pause is kept"
        )
    turned = course.turned_at
    jumps = way is Way.UP and pace.jump is not None and wish.nodes - size >= pace.jump.reached_at(size)
    if turned is not None and course.way is not way and now - turned < pace.window and not jumps:
        return _Wish(
            size, "turn", f"{wish.because}; the direction changed at {turned:%H:%M:%S} and stays for a window"
        )
    step = (pace.step_up if way is Way.UP else pace.step_down).of(size)
    if abs(wish.nodes - size) <= step:
        return wish
    nodes = size + step if way is Way.UP else size - step
    return _Wish(nodes, wish.reason, f"{wish.because}; {nodes} for now, {step} at once")


def _bounded(wish: _Wish, bounds: PoolBounds) -> _Wish:
    """Rule 11."""
    if wish.nodes < bounds.min.nodes:
        return _Wish(bounds.min.nodes, "min", f"{wish.because}; min is {_told(bounds.min)}")
    if wish.nodes > bounds.max.nodes:
        return _Wish(bounds.max.nodes, "max", f"{wish.because}; max is {_told(bounds.max)}")
    return wish


def _looked(asked: Asked, known: Sequence[Demand], course: Course, now: datetime) -> Course:
    """With this look in it, and without those that are older than a window."""
    window = asked.pace.window
    slice_ = _slice(asked.pace)
    at = _EPOCH + (now - _EPOCH) // slice_ * slice_
    if course.seen_at is None or now - course.seen_at > max(window / 3, LATE):
        course = replace(course, looks=(), since=now, short_since=None)
    unknown = len(known) < len(asked.demands) or not known
    look = Look(
        at,
        max((demand.nodes for demand in known), default=0),
        None if unknown else max(demand.shrink_above for demand in known),
    )
    looks = [one for one in course.looks if one.at + slice_ > now - window]
    if looks and looks[-1].at >= at:
        look = _merged(looks.pop(), look)
    is_short = any(asked.size < demand.grow_below for demand in known)
    return replace(
        course,
        looks=(*looks, look),
        seen_at=now,
        short_since=(course.short_since or now) if is_short else None,
    )


def _merged(one: Look, other: Look) -> Look:
    above = (one.shrink_above, other.shrink_above)
    known = [each for each in above if each is not None]
    return Look(one.at, max(one.nodes, other.nodes), max(known) if len(known) == len(above) else None)


def _moved(course: Course, size: int, nodes: int, now: datetime) -> Course:
    if nodes == size:
        return course
    way = Way.UP if nodes > size else Way.DOWN
    turns = course.way is not None and course.way is not way
    return replace(
        course,
        changed_at=now,
        grown_at=now if way is Way.UP else course.grown_at,
        turned_at=now if turns else course.turned_at,
        way=way,
    )


def _told(bound: Bound) -> str:
    why = bound.because
    return (
        f"{bound.nodes} ({why.name})"
        if why.source is Source.CAPACITY
        else f"{bound.nodes} ({why.source} {why.name})"
    )


def _why_not(failed: Sequence[Failure]) -> str:
    return "; ".join(f"{one.source}: {one.why}" for one in failed)
