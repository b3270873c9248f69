"""One rule on one trace, and all of them on all, at every setpoint.

All begin with as many machines as the first minute needs at 70 %, all of them booted. A trace is drawn several times;
what is told of it is the mean of the draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from statistics import mean
from typing import Protocol

from msgspec import Struct

from benchmarks.peers.clusterman import Clusterman
from benchmarks.scale.least import least_flips
from benchmarks.scale.ours import Ours
from benchmarks.scale.pool import Pool
from benchmarks.scale.traces import Trace, trace
from shared.policy.scaling import Aim

OURS, FORESEEING = "Poolkeeper", "Poolkeeper, with forecast"
DEFAULT, WAITING = "Clusterman", "Clusterman, told of waiting work"
EACH_MINUTE = "the same, each minute"
"""Clusterman's rule with our signals and our period, which nobody runs: it tells the rule from what it is told."""

SETPOINT = 0.7
SETPOINTS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
WIDER = (0.35, 0.4, 0.45, *SETPOINTS)
"""The others are asked at lower ones as well, so that they can waste as much as ours does."""

FINE = (0.35, 0.4, 0.45, 0.5, 0.55, *(percent / 100 for percent in range(60, 91, 2)))
"""Those that are judged by, closer together where the curves are bent: a straight line between two points of a curve
that bends upwards says more unmet demand than there is, which flatters ours."""


class Rule(Protocol):
    """Asked each minute after tasks were placed; orders and removes machines itself."""

    @property
    def wanted(self) -> int: ...

    def look(self) -> None: ...


RULES: dict[str, Callable[[Pool, float], Rule]] = {
    OURS: Ours,
    FORESEEING: lambda pool, setpoint: Ours(pool, setpoint, foresees=True),
    DEFAULT: lambda pool, setpoint: Clusterman(pool, setpoint, knows_waiting=False),
    WAITING: lambda pool, setpoint: Clusterman(pool, setpoint, knows_waiting=True),
    EACH_MINUTE: lambda pool, setpoint: Clusterman(pool, setpoint, knows_waiting=True, period_min=1),
}
ASKED = {OURS: SETPOINTS, FORESEEING: (SETPOINT,), DEFAULT: FINE, WAITING: FINE, EACH_MINUTE: WIDER}


class Run(Struct, frozen=True):
    """What a rule made of a trace; numbers are means when it is of several draws.

    Core-hours `unmet` (of tasks that waited) and `waste` (of machines that nobody used); `actions` are changes of the
    wanted size and `flips` those in another direction than the one before; `stopped` and `homeless` tasks as in
    `pool.py`; `cost` in dollars. `sizes` has the machines that had booted, minute by minute. Of ours at its default,
    `least_flips` are the fewest of anybody who wastes no more (`least.py`), and `least_kept` those of anybody who,
    besides, never uses more of the machines than the part at which ours begins to grow. What nobody can do is
    infinitely many.
    """

    rule: str
    trace: str
    setpoint: float
    unmet: float
    waste: float
    actions: float
    flips: float
    stopped: float
    homeless: float
    cost: float
    sizes: tuple[int, ...] = ()
    least_flips: float | None = None
    least_kept: float | None = None


def run(rule: str, played: Trace, setpoint: float = SETPOINT) -> Run:
    pool = Pool(played, math.ceil(played.cores[0] / 8 / SETPOINT))
    scaler = RULES[rule](pool, setpoint)
    for minute, happens in enumerate(played.minutes):
        pool.live(minute, happens)
        scaler.look()
        pool.count(scaler.wanted)
    account = pool.account
    is_shipped = (rule, setpoint) == (OURS, SETPOINT)
    ways = [after > before for before, after in pairwise(account.sizes) if before != after]
    return Run(
        rule=rule,
        trace=played.name,
        setpoint=setpoint,
        unmet=account.unmet_core_h,
        waste=account.waste_core_h,
        actions=len(ways),
        flips=sum(one is not other for one, other in pairwise(ways)),
        stopped=account.stopped,
        homeless=account.homeless,
        cost=account.machine_h * played.price,
        sizes=tuple(account.joined) if setpoint == SETPOINT else (),
        least_flips=_least(played, account.waste_core_h, 1.0) if is_shipped else None,
        least_kept=_least(played, account.waste_core_h, Aim(setpoint).grows_above) if is_shipped else None,
    )


def _least(played: Trace, waste_core_h: float, most_used: float) -> float:
    found = least_flips(played.cores, waste_core_h, most_used)
    return math.inf if found is None else found


def run_all(names: Sequence[str], draws: Sequence[int], jobs: int) -> Iterator[Run]:
    """All rules at all setpoints on these draws of these traces; in no order."""
    races = [(rule, name, draw) for name in names for draw in draws for rule in RULES]
    if jobs == 1:
        for race in races:
            yield from _runs(race)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as processes:
        for runs in processes.map(_runs, races):
            yield from runs


def _runs(race: tuple[str, str, int]) -> list[Run]:
    rule, name, draw = race
    played = trace(name, draw)
    return [run(rule, played, setpoint) for setpoint in ASKED[rule]]


def together(runs: Sequence[Run]) -> list[Run]:
    """One of each rule, trace and setpoint: the mean of its draws, with the sizes of the first."""
    keys = dict.fromkeys((one.rule, one.trace, one.setpoint) for one in runs)
    return [_mean([one for one in runs if (one.rule, one.trace, one.setpoint) == key]) for key in keys]


def _mean(runs: Sequence[Run]) -> Run:
    first = runs[0]
    return Run(
        rule=first.rule,
        trace=first.trace,
        setpoint=first.setpoint,
        unmet=mean(one.unmet for one in runs),
        waste=mean(one.waste for one in runs),
        actions=mean(one.actions for one in runs),
        flips=mean(one.flips for one in runs),
        stopped=mean(one.stopped for one in runs),
        homeless=mean(one.homeless for one in runs),
        cost=mean(one.cost for one in runs),
        sizes=first.sizes,
        least_flips=None if first.least_flips is None else mean(one.least_flips or 0 for one in runs),
        least_kept=None if first.least_kept is None else mean(one.least_kept or 0 for one in runs),
    )
