"""Who wins on a trace: unmet demand at the same waste, and changes of direction.

A rule at one setpoint is one point: so much waste, so much unmet demand. At all setpoints it is a curve, on which less
of one is bought with more of the other. Between two setpoints the curve is taken for straight. Ours is compared at the
waste that it has itself with what the other's curve says there; where the other has no such waste, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from benchmarks.scale.race import EACH_MINUTE, FORESEEING, OURS, SETPOINT, Run

SAME_CORE_H = 0.5
"""Unmet demand that differs by less is the same: one task of four cores that finds no room while a machine boots is a
third of it."""


class Verdict(Struct, frozen=True):
    """Ours and one other on one trace. `unmet` and `theirs` are core-hours at the waste of our default setpoint,
    `theirs` None where the other never wastes as much or as little; flips are those at the default setpoint of both.
    `flips_at_waste` are the other's at the waste of ours. With that waste nobody gets below `least_flips` and
    `least_kept`, as in `Run`.
    `compared` counts the setpoints of ours at which both can be compared, `lost` those at which the other has less."""

    trace: str
    other: str
    unmet: float
    theirs: float | None
    compared: int
    lost: int
    flips: float
    their_flips: float
    flips_at_waste: float | None = None
    least_flips: float = 0
    least_kept: float = 0

    @property
    def is_judged(self) -> bool:
        """What nobody runs is told and not judged."""
        return self.other != EACH_MINUTE

    @property
    def is_met(self) -> bool:
        """Not more unmet demand at equal waste."""
        return self.lost == 0

    @property
    def is_calm(self) -> bool:
        """At most half of the changes of direction."""
        return 2 * self.flips <= self.their_flips

    @property
    def is_possible(self) -> bool:
        """Whether somebody who keeps to the aim of ours could have half of them."""
        return 2 * self.least_kept <= self.their_flips


def verdicts(runs: Sequence[Run]) -> list[Verdict]:
    """Ours against each other rule on each trace."""
    names = list(dict.fromkeys(run.rule for run in runs if run.rule not in {OURS, FORESEEING}))
    return [
        _verdict(trace, name, [run for run in runs if run.trace == trace])
        for trace in dict.fromkeys(run.trace for run in runs)
        for name in names
    ]


def at_waste(runs: Sequence[Run], waste_core_h: float) -> float | None:
    """Unmet core-hours of a rule where it wastes so much, by the straight line between its two nearest setpoints."""
    return _between([(run.waste, run.unmet) for run in runs], waste_core_h)


def flips_at(runs: Sequence[Run], waste_core_h: float) -> float | None:
    """The same for changes of direction."""
    return _between([(run.waste, run.flips) for run in runs], waste_core_h)


def _between(points: Sequence[tuple[float, float]], waste_core_h: float) -> float | None:
    for (less, first), (more, last) in pairwise(sorted(points)):
        if less <= waste_core_h <= more:
            share = (waste_core_h - less) / (more - less) if more > less else 0.0
            return first + (last - first) * share
    return None


def _verdict(trace: str, other: str, runs: Sequence[Run]) -> Verdict:
    own = [run for run in runs if run.rule == OURS]
    theirs = [run for run in runs if run.rule == other]
    pairs = [(run.unmet, at_waste(theirs, run.waste)) for run in own]
    compared = [(unmet, found) for unmet, found in pairs if found is not None]
    shipped, their_shipped = _shipped(own), _shipped(theirs)
    return Verdict(
        trace=trace,
        other=other,
        unmet=shipped.unmet,
        theirs=at_waste(theirs, shipped.waste),
        compared=len(compared),
        lost=sum(unmet > found + SAME_CORE_H for unmet, found in compared),
        flips=shipped.flips,
        their_flips=their_shipped.flips,
        flips_at_waste=flips_at(theirs, shipped.waste),
        least_flips=shipped.least_flips or 0,
        least_kept=shipped.least_kept or 0,
    )


def _shipped(runs: Sequence[Run]) -> Run:
    return next(run for run in runs if run.setpoint == SETPOINT)
