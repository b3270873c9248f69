"""From everything that says something of a pool's size to one min, one max and perhaps a target.

What holds comes in the order in which it counts, most first. The numbers are those of the rules in `schedule.py`, which
says what holds when; here are rules 5 to 8. Each bound keeps its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.bounds import Because, Bound, PoolBounds, Resize, Source
from shared.policy.schedules import Schedule
from shared.policy.schema import Capacity

CAPACITY = Because(Source.CAPACITY, "capacity")


class Holding(Struct, frozen=True):
    """Something that holds, since when and until when."""

    says: Schedule | Resize
    because: Because


def held_span(one: Schedule, begun: datetime) -> Holding:
    return Holding(one, Because(Source.SPAN, one.name, begun, begun + (one.lasts or timedelta(0))))


def held_step(one: Schedule, begun: datetime, until: datetime | None) -> Holding:
    """`until`: when the next step of the pool begins; None when none is to come."""
    return Holding(one, Because(Source.STEP, one.name, begun, until))


def said(resizes: Iterable[Resize], now: datetime) -> list[Holding]:
    """What people said that holds now, the latest word first."""
    held = [one for one in resizes if one.since <= now and (one.until is None or now < one.until)]
    held.sort(key=lambda one: one.since)
    return [Holding(one, Because(Source.PERSON, one.who, one.since, one.until)) for one in reversed(held)]


def settle(capacity: Capacity, holding: Sequence[Holding]) -> PoolBounds:
    """The bounds of what holds, that which counts most first."""
    told: list[str] = []
    low, low_rank = Bound(capacity.min, CAPACITY), len(holding)
    high, high_rank = Bound(capacity.max, CAPACITY), len(holding)
    fixed, fixed_rank = None, len(holding)
    for rank in reversed(range(len(holding))):  # 5: what counts more comes later and replaces
        says, because = holding[rank].says, holding[rank].because
        if says.min is not None:
            low, low_rank = _cut(says.min, because, capacity, told), rank
        if says.max is not None:
            high, high_rank = _cut(says.max, because, capacity, told), rank
        if says.target is not None:
            fixed, fixed_rank = _cut(says.target, because, capacity, told), rank
    if low.nodes > high.nodes and (fixed is None or max(low_rank, high_rank) < fixed_rank):
        low, high = _agreed(low, high, told)
    if fixed is not None:
        fixed = _moved(
            fixed, low if low_rank < fixed_rank else None, high if high_rank < fixed_rank else None
        )
        low = low if low.nodes <= fixed.nodes else fixed
        high = high if high.nodes >= fixed.nodes else fixed
    return PoolBounds(low, high, fixed, tuple(told))


def _cut(nodes: int, because: Because, capacity: Capacity, told: list[str]) -> Bound:
    """Rule 8."""
    kept = max(capacity.min, min(nodes, capacity.max))
    if kept != nodes:
        told.append(f"{because.name} says {nodes}, capacity {capacity.min} to {capacity.max}: {kept} counts")
    return Bound(kept, because)


def _agreed(low: Bound, high: Bound, told: list[str]) -> tuple[Bound, Bound]:
    """Rule 7."""
    low_is_said, high_is_said = (one.because.source is Source.PERSON for one in (low, high))
    if high_is_said and not low_is_said:
        return high, high
    if high_is_said == low_is_said:
        told.append(
            f"{low.because.name} says at least {low.nodes}, {high.because.name} at most {high.nodes}: "
            f"{low.nodes} counts"
        )
    return low, low


def _moved(fixed: Bound, low: Bound | None, high: Bound | None) -> Bound:
    """Rule 6: the target, moved by a min and max that count more."""
    if high is not None and high.nodes < fixed.nodes:
        fixed = high
    return low if low is not None and low.nodes > fixed.nodes else fixed


def ahead_of_time(now: PoolBounds, least: Bound) -> PoolBounds:
    """`now` with a later floor that counts already. Rules 9 and 10."""
    said_by_person = (one.nodes for one in (now.max, now.ceiling) if one.because.source is Source.PERSON)
    nodes = min((least.nodes, *said_by_person))
    if nodes <= now.floor.nodes:
        return now
    wanted = Bound(nodes, least.because)
    high = now.max if now.max.nodes >= nodes else wanted
    return replace(now, min=wanted, max=high, target=None if now.target is None else wanted)
