"""All changes of a pool's bounds in a stretch of time.

Told in one sweep over what begins and ends in it, so that a year of fifty schedules takes a moment. At each instant it
says what `bounds_at` of `schedule.py` says of that instant alone; the rules and their numbers are there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from shared.decide.settle import Holding, held_span, held_step, said, settle
from shared.model.bounds import Change, Resize
from shared.policy.schedules import Schedule
from shared.policy.schema import PoolPolicy

MOMENT = timedelta(microseconds=1)


def changes(
    pool: PoolPolicy, begin: datetime, end: datetime, resizes: Sequence[Resize] = ()
) -> tuple[Change, ...]:
    """The bounds at `begin`, and at each instant before `end` at which they, or their reasons, become others."""
    found: list[Change] = []
    sweep = _Sweep(pool.schedules, begin, end)
    for at, places in _instants(pool, begin, end, resizes):
        for place in places:
            sweep.begins(place, at)
        bounds = settle(pool.capacity, [*said(resizes, at), *sweep.holding(at)])
        if not found or found[-1].bounds != bounds:
            found.append(Change(at, bounds))
    return tuple(found)


def _instants(
    pool: PoolPolicy, begin: datetime, end: datetime, resizes: Sequence[Resize]
) -> list[tuple[datetime, list[int]]]:
    """When something may change, in order, with the places in the file of the schedules that begin then."""
    edges = {one.until for one in resizes if one.until} | {one.since for one in resizes}
    begun: list[tuple[datetime, int]] = []
    for place, one in enumerate(pool.schedules):
        times = _begun(one, begin, end)
        begun += [(at, place) for at in times]
        if one.lasts is not None:
            last = one.times.last(begin)
            edges.update(at + one.lasts for at in ([last, *times] if last else times))
    quiet = {begin, *(at for at in edges if begin < at < end)} - {at for at, _ in begun}
    every = sorted([*begun, *((at, -1) for at in quiet)])
    return [
        (at, [place for _, place in alike if place >= 0])
        for at, alike in groupby(every, key=lambda pair: pair[0])
    ]


def _begun(one: Schedule, begin: datetime, end: datetime) -> list[datetime]:
    """When it begins, later than `begin` and before `end`. The next time is known already: mostly it comes later."""
    coming = one.times.next(begin)
    return [] if coming is None or coming >= end else one.times.between(coming, end)


class _Sweep:
    """What holds, while time goes on. Rules 2 to 4."""

    def __init__(self, schedules: tuple[Schedule, ...], begin: datetime, end: datetime) -> None:
        self._schedules = schedules
        self._spans: dict[int, Holding] = {}
        self._step: tuple[datetime, int] | None = None
        steps = [one for one in schedules if one.lasts is None]
        coming = [one.times.next(end - MOMENT) for one in steps]
        times = {at for one in steps for at in _begun(one, begin, end)}
        self._steps = sorted(times.union(at for at in coming if at is not None))
        for place, one in enumerate(schedules):
            last = one.times.last(begin)
            if last is not None:
                self.begins(place, last)

    def begins(self, place: int, at: datetime) -> None:
        """At the same instant, those that stand earlier in the file are told first."""
        one = self._schedules[place]
        if one.lasts is not None:
            self._spans[place] = held_span(one, at)
        elif self._step is None or at >= self._step[0]:
            self._step = at, place

    def holding(self, now: datetime) -> list[Holding]:
        """What holds now, that which counts most first."""
        self._spans = {
            place: one for place, one in self._spans.items() if one.because.until and now < one.because.until
        }
        held = [self._spans[place] for place in sorted(self._spans, reverse=True)]
        if self._step is not None:
            begun, place = self._step
            later = bisect_right(self._steps, now)
            until = self._steps[later] if later < len(self._steps) else None
            held.append(held_step(self._schedules[place], begun, until))
        return held
