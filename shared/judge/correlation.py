"""Correlation: what do the failed nodes share, and can that be chance?

Counted are the nodes that have failed and those that failed within the last hour (`Ledger.losses`), so that the slow
death of one rack, each machine replaced after the other, is seen as well as its sudden one. For each value of each
factor (`traits.py`) the chance is worked out, exactly, that so many of the failed have it if all nodes were as likely
to fail. A value is suspect when

1. at least three failed nodes have it; and
2. not nearly all nodes have it, for then it explains nothing; and
3. the chance is below 1 in 100 after it was multiplied with the number of groups of nodes that were tried, because
   whoever tries many explanations finds one by chance (Bonferroni); and
4. it is not an age of a day or more: failed machines are replaced by young ones, so that among the failed the old are
   always many. That it is the young ones that fail is the finding: a certificate that every new machine gets wrong
   looks like broken hardware, and replacing spreads it (Azure, 29 February 2012); and
5. across pools: the failed that have it are of several pools. Pools differ, and one that fails alone is its own affair.

Values that the very same nodes share are one group, named by the first factor and told together. When the failures
began is told with a finding and is no factor: of machines that die in the same minute it is not known which others
would have, and four at once are repaired at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Finding
from shared.model.suspects import Suspect

from .population import Population, populations
from .traits import AGE, FACTORS, IMAGE, LATEST, MODEL, SIZE, SUBNET, YOUNG, ZONE

ACROSS_POOLS = (ZONE, SUBNET, IMAGE, SIZE, AGE)
"""Domains and models are numbered by each set for itself."""
FAILED = frozenset({Condition.IMPAIRED, Condition.STUCK, Condition.UNREACHABLE, Condition.GONE})
"""Not `stopped`, which somebody meant, and not what is unknown."""
BORN_WITH = frozenset({(AGE, age) for age in YOUNG} | {(MODEL, LATEST)})
"""What every machine has that is made now."""
FEWEST = 3
NEARLY_ALL = 0.9
CHANCE = 0.01
HOUR = timedelta(hours=1)


def correlate(
    findings: Sequence[Finding], ledgers: Mapping[str, Ledger], now: datetime
) -> tuple[Suspect, ...]:
    """Everything that is suspect, in each pool and in the cluster, the least likely first."""
    if sum(len(book.losses) for book in ledgers.values()) < FEWEST:
        return ()
    pools = populations(findings, ledgers, now)
    found = [one for pool, nodes in sorted(pools.items()) for one in _suspects(pool, nodes, FACTORS)]
    if len(pools) > 1:
        everybody = Population()
        for nodes in pools.values():
            everybody.add(nodes)
        failed = [nodes.all_failed() for nodes in pools.values()]
        for one in _suspects("", everybody, ACROSS_POOLS):
            if sum(not one.members.isdisjoint(names) for names in failed) > 1:
                found.append(one)
    return tuple(sorted(found, key=lambda one: (one.p, one.pool, one.factor, one.value)))


def chance(failed: int, of: int, all_failed: int, nodes: int) -> float:
    """The probability that at least `failed` of `of` chosen nodes are among the `all_failed` of `nodes` that failed, if
    chance alone chose: the upper tail of the hypergeometric distribution, in whole numbers."""
    term = math.comb(of, failed) * math.comb(nodes - of, all_failed - failed)
    tail, hit = 0, failed
    while term:
        tail += term
        # From C(K, k) C(N-K, n-k) to the same for k + 1, which divides without a rest.
        missed = nodes - of - all_failed + hit + 1
        term = term * (of - hit) * (all_failed - hit) // ((hit + 1) * missed) if missed > 0 else 0
        hit += 1
    return tail / math.comb(nodes, all_failed)


def _suspects(pool: str, nodes: Population, factors: Iterable[str]) -> list[Suspect]:
    """Rules 1 to 4 over one population."""
    all_failed, total = len(nodes.all_failed()), sum(len(names) for names in nodes.nodes.values())
    if all_failed < FEWEST:
        return []
    tried = [group for group in nodes.groups(factors) if FEWEST <= group.size <= NEARLY_ALL * total]
    found: list[Suspect] = []
    for group in tried:
        counts = failed, of, _, _ = len(group.failed_at), group.size, all_failed, total
        if failed < FEWEST or all(factor == AGE and age not in YOUNG for factor, age in group.shares):
            continue
        if failed * total <= all_failed * of:
            continue  # no more of them than of the others
        p = min(1.0, chance(*counts) * len(tried))
        if p < CHANCE:
            factor, value = group.shares[0]
            within = round((max(group.failed_at) - min(group.failed_at)).total_seconds())
            strikes_new = not BORN_WITH.isdisjoint(group.shares)
            found.append(Suspect(pool, factor, value, *counts, p, group.members(), within, strikes_new))
    return found
