"""From the signal to the first action on a dead agent: what the app adds to the time that the policy has it wait.

Taken are the traces in which one agent's process or disk dies, and its machine runs on. The signal is the moment in
which the app first knows (its incident is opened, because a sweep finds the agent disconnected); the first action is
the first order that Azure gets about it, a script in the machine, a restart or a deletion. The time between the two,
without `confirm_after`, is virtual: waiting for queues and wake-ups. To that is added the processor's time that the
whole process used meanwhile, the simulated Azure, DC/OS and the host included, which is more than the app's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from benchmarks.figures import rank
from benchmarks.repair.ours import CONFIRM_S
from benchmarks.repair.race import Run
from benchmarks.repair.traces import Kind, Verb, trace

LIMIT_S = 5.0
DIES = frozenset({Verb.KILL, Verb.SPOIL})


class Promptness(Struct, frozen=True):
    """Seconds beyond the confirm time."""

    count: int
    p50_s: float
    most_s: float


def promptness(runs: Sequence[Run]) -> Promptness:
    """Of the runs of ours. An agent that nothing was done about counts as endless."""
    late = [_late_s(run) for run in runs if run.kind is Kind.DEATH and _dies(run.trace)]
    return Promptness(len(late), rank(late, 0.5), max(late)) if late else Promptness(0, 0.0, 0.0)


def _dies(number: int) -> bool:
    return any(blow.verb in DIES for blow in trace(number).blows)


def _late_s(run: Run) -> float:
    seen = run.seen
    if seen.noticed_s is None or seen.first_order_s is None:
        return float("inf")
    return max(0.0, seen.first_order_s - seen.noticed_s - CONFIRM_S) + seen.work_s
