"""What came out of the race: medians, percentiles and sums, for each repairer and class.

A trace that a repairer left unresolved counts as longer than all others, so that giving up does not make a median
better. A percentile that falls on such a trace is None: it was not reached within the horizon.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

from benchmarks.figures import rank
from benchmarks.repair.race import Run
from benchmarks.repair.witness import Truth


class Result(Struct, frozen=True):
    """Of one repairer, over all traces or those of one class. Seconds; None: not within the horizon.

    `destroyed` are all machines that were deleted on its order; `healthy`, `cut_off` and `returning` of them are what
    `witness.py` calls so. `volumes_lost` are local volumes that need not have been lost.
    """

    system: str
    kind: str
    traces: int
    unresolved: int
    capacity_p50: float | None
    capacity_p95: float | None
    tasks_p50: float
    tasks_p95: float
    node_minutes_lost: float
    destroyed: int
    healthy: int
    cut_off: int
    returning: int
    tasks_killed: int
    volumes_lost: int


ALL = "all"


def results(runs: Sequence[Run]) -> list[Result]:
    """For each repairer all classes together, then each; in the order in which they ran."""
    systems = dict.fromkeys(run.system for run in runs)
    kinds = dict.fromkeys(run.kind.value for run in runs)
    found: list[Result] = []
    for system in systems:
        own = [run for run in runs if run.system == system]
        found.append(_result(system, ALL, own))
        found += [_result(system, kind, [run for run in own if run.kind.value == kind]) for kind in kinds]
    return found


def times_slower(found: Iterable[Result], ours: str) -> dict[str, float]:
    """By how many times the median of each other repairer is longer than ours; infinite beyond the horizon."""
    over_all = {one.system: one for one in found if one.kind == ALL}
    own = over_all.pop(ours).capacity_p50
    if not own:
        return dict.fromkeys(over_all, 0.0)
    return {name: (one.capacity_p50 or math.inf) / own for name, one in over_all.items()}


def _result(system: str, kind: str, runs: Sequence[Run]) -> Result:
    seen = [run.seen for run in runs]
    restored = [math.inf if one.restored_s is None else one.restored_s for one in seen]
    down = [one.tasks_down_s for one in seen]
    return Result(
        system=system,
        kind=kind,
        traces=len(runs),
        unresolved=restored.count(math.inf),
        capacity_p50=_within(rank(restored, 0.50)),
        capacity_p95=_within(rank(restored, 0.95)),
        tasks_p50=rank(down, 0.50),
        tasks_p95=rank(down, 0.95),
        node_minutes_lost=round(sum(one.node_minutes_lost for one in seen)),
        destroyed=sum(sum(one.destroyed.values()) for one in seen),
        healthy=sum(one.destroyed[Truth.HEALTHY] for one in seen),
        cut_off=sum(one.destroyed[Truth.CUT_OFF] for one in seen),
        returning=sum(one.destroyed[Truth.RETURNING] for one in seen),
        tasks_killed=sum(one.tasks_killed for one in seen),
        volumes_lost=sum(one.volumes_lost for one in seen),
    )


def _within(seconds: float) -> float | None:
    return None if math.isinf(seconds) else round(seconds, 1)
