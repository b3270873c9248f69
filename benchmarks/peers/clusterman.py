"""A model of Clusterman's autoscaler for Mesos: its published rule, its limits, and its order of pruning.

    period      10 minutes (Yelp/clusterman:docs/source/configuration.rst, `period_minutes` of the example)
    signal      the cores that Mesos has allocated, the most recent value (docs/source/signals.rst, "Default signal").
                Teams may write signals of their own; `knows_waiting` is one that adds what waits
    setpoint    0.7: the target is what has joined, times its use, divided by the setpoint
                (clusterman/autoscaler/autoscaler.py, `_compute_target_capacity`)
    margin      0.1: nothing is done when the new target differs from the one before by a smaller part of that one
    first       nothing requested: 0. Target 0 and something requested: 1. Nothing has joined: no change
    limits      min and max; at most 100 added and 100 removed at once, at most 100 tasks killed (docs/source/
                configuration.rst, `scaling_limits` of the example; pool_manager.py, `_constrain_target_capacity`)
    pruning     only what has joined; idle agents, then those with the fewest tasks; never below the target in what has
                joined (pool_manager.py, `_choose_nodes_to_prune`, `_prioritize_killable_nodes`)
    cool-downs  none but the period. `prevent_scale_down_after_capacity_loss` needs Kubernetes and losses that are not
                in these traces

For the peer: machines all weigh one, so that rounding costs nothing; it has no batch tasks to spare and no orphans;
draining takes no time; its three programs and its metrics database are never late. It is a model written from these
sources, not Yelp's code.
"""

from __future__ import annotations

import math

from benchmarks.scale.pool import Machine, Pool
from benchmarks.scale.traces import HALF_CORES

PERIOD_MIN = 10
MARGIN = 0.1
MOST_ADDED = MOST_REMOVED = MOST_TASKS_KILLED = 100


class Clusterman:
    """With a setpoint, and one run in each period."""

    def __init__(
        self, pool: Pool, setpoint: float, *, knows_waiting: bool, period_min: int = PERIOD_MIN
    ) -> None:
        self._pool = pool
        self._setpoint = setpoint
        self._knows_waiting = knows_waiting
        self._period_min = period_min
        self.target = float(len(pool.machines))

    @property
    def wanted(self) -> int:
        return math.ceil(self.target)

    def look(self) -> None:
        if self._pool.minute % self._period_min != self._period_min // 2:
            return
        self.target = self._limited(self._computed())
        if self.wanted > len(self._pool.machines):
            self._pool.order(self.wanted - len(self._pool.machines))
        self._pool.remove(self._pruned())

    def _computed(self) -> float:
        joined = self._pool.joined
        requested = sum(one.used for one in joined)
        if self._knows_waiting:
            requested += sum(self._pool.waiting.values())
        if requested == 0:
            return 0.0
        if self.target == 0:
            return 1.0
        if not joined:
            return self.target
        usage = requested / (len(joined) * HALF_CORES)
        computed = len(joined) * usage / self._setpoint
        return computed if abs(computed - self.target) / self.target >= MARGIN else self.target

    def _limited(self, requested: float) -> float:
        trace, asked = self._pool.trace, requested - self.target
        if asked > 0:
            return self.target + min(trace.most - self.target, asked, MOST_ADDED)
        return self.target + max(trace.least - self.target, asked, -MOST_REMOVED)

    def _pruned(self) -> list[Machine]:
        left, joined = len(self._pool.machines), len(self._pool.joined)
        found: list[Machine] = []
        killed = 0
        for machine in sorted(self._pool.joined, key=lambda one: (bool(one.tasks), len(one.tasks))):
            if left <= self.target:
                break
            full = len(found) + 1 > MOST_REMOVED or killed + len(machine.tasks) > MOST_TASKS_KILLED
            if full or left - 1 < self.wanted or joined - 1 < self.target:
                continue
            found.append(machine)
            left, joined, killed = left - 1, joined - 1, killed + len(machine.tasks)
        return found
