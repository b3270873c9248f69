"""One rule on one trace, and all of them on all, at every setpoint.

All begin with as many machines as the first minute needs at 70 %, all of them booted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from benchmarks.peers.clusterman import Clusterman
from benchmarks.scale.ours import Ours
from benchmarks.scale.pool import Account, Pool
from benchmarks.scale.traces import Trace

OURS, DEFAULT, WAITING = "Poolkeeper", "Clusterman", "Clusterman, told of waiting work"
SETPOINT = 0.7
SETPOINTS = (0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)


class Rule(Protocol):
    """Asked each minute after tasks were placed; orders and removes machines itself."""

    @property
    def wanted(self) -> int: ...

    def look(self) -> None: ...


RULES: dict[str, Callable[[Pool, float], Rule]] = {
    OURS: Ours,
    DEFAULT: lambda pool, setpoint: Clusterman(pool, setpoint, knows_waiting=False),
    WAITING: lambda pool, setpoint: Clusterman(pool, setpoint, knows_waiting=True),
}


@dataclass(frozen=True)
class Run:
    """What a rule made of a trace. `actions` are changes of the wanted size, `flips` those in another direction than
    the one before."""

    rule: str
    trace: str
    setpoint: float
    account: Account
    actions: int
    flips: int
    cost: float


def run(rule: str, trace: Trace, setpoint: float = SETPOINT) -> Run:
    return raced(rule, RULES[rule], trace, setpoint)


def raced(name: str, rule: Callable[[Pool, float], Rule], trace: Trace, setpoint: float) -> Run:
    pool = Pool(trace, math.ceil(trace.cores[0] / 8 / SETPOINT))
    scaler = rule(pool, setpoint)
    for minute, happens in enumerate(trace.minutes):
        pool.live(minute, happens)
        scaler.look()
        pool.count(scaler.wanted)
    ways = [after > before for before, after in pairwise(pool.account.sizes) if before != after]
    flips = sum(one is not other for one, other in pairwise(ways))
    cost = pool.account.machine_h * trace.price
    return Run(name, trace.name, setpoint, pool.account, len(ways), flips, cost)


def run_all(traces: Sequence[Trace], setpoints: Sequence[float] = SETPOINTS) -> Iterator[Run]:
    """By traces, then rules, then setpoints."""
    for trace in traces:
        for rule in RULES:
            for setpoint in setpoints:
                yield run(rule, trace, setpoint)
