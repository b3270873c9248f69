"""Numbers that the size of a pool follows: the last value of each series.

Rules forget what is good; here the value itself is wanted, of a few metrics that the policy names
(`clusters.*.pools.*.scaling.signals`). So such a metric is heard like that of a rule, and what was heard is kept until
the next minute, when it is written down (`keep_followed.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared.firehose.roster import Subject
from shared.policy.metric_rules import MetricRule
from shared.policy.scaling import Metric
from shared.policy.schema import ClusterPolicy
from shared.records.followed import FAULTY_S, FORGOTTEN_S

SCALES = "scales"
"""The tag by which a metric says for which pool it speaks, whoever tells it."""

MOST_FOLLOWED = 4_000
"""Series of one metric that one worker keeps for a pool: some 60 bytes each, well below what a row holds."""

TOO_MANY = "it has more series than are kept"
MIXED = "it has several values at a time that only unknown tags tell apart: let the sender add them up"


class Values:
    """The last value of each series of one metric, by pool and node. `pools` are those whose size follows it. `faults`
    say by pool why the sum of it can't be right there, and when that was seen last."""

    __slots__ = ("faults", "kept", "pools")

    def __init__(self, pools: Iterable[str]) -> None:
        self.pools = frozenset(pools)
        self.kept: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
        self.faults: dict[str, tuple[str, float]] = {}

    def hear(self, subject: Subject, tags: Mapping[str, Any], series: str, value: float, at: float) -> bool:
        """False when the pool has too many series."""
        spoken = tags.get(SCALES)
        pool, node = (spoken, "") if isinstance(spoken, str) and spoken else (subject.pool, subject.node)
        if pool not in self.pools:
            return True
        kept = self.kept.setdefault((pool, node), {})
        before = kept.get(series)
        if before is None and self._held_of(pool) >= MOST_FOLLOWED:
            self.faults[pool] = TOO_MANY, at
            return False
        if before is not None and at == before[1] and value != before[0]:
            self.faults[pool] = MIXED, at
        if before is None or at > before[1]:
            kept[series] = value, at
        return True

    def _held_of(self, pool: str) -> int:
        return sum(len(series) for (of, _), series in self.kept.items() if of == pool)

    def take_over(self, before: Values) -> None:
        """From the same metric under the policy of before."""
        self.kept, self.faults = before.kept, before.faults

    def forget(self, now_s: float) -> None:
        """What nobody has told for a day."""
        recent = {
            place: {series: one for series, one in kept.items() if one[1] > now_s - FORGOTTEN_S}
            for place, kept in self.kept.items()
        }
        self.kept = {place: kept for place, kept in recent.items() if kept}
        self.faults = {pool: one for pool, one in self.faults.items() if one[1] > now_s - FAULTY_S}


def metrics_of(cluster: ClusterPolicy) -> dict[str, list[str]]:
    """The metrics that sizes of this cluster follow, with the pools."""
    found: dict[str, list[str]] = {}
    for pool in cluster.pools:
        for signal in pool.scaling.signals if pool.scaling else ():
            if isinstance(signal, Metric):
                found.setdefault(signal.name, []).append(pool.name)
    return found


def as_rule(metric: str) -> MetricRule:
    """In the words of a rule, under a name that no rule can have; it never fires."""
    return MetricRule(name=f"scaling {metric}", metric=metric)
