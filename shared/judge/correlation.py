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
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Finding
from shared.model.suspects import Suspect

from .traits import (
    AGE,
    IMAGE,
    LATEST,
    MODEL,
    RACK,
    SIZE,
    SUBNET,
    UPDATES,
    YOUNG,
    ZONE,
    age_class,
    born_at,
    traits_of,
)

FACTORS = (ZONE, RACK, UPDATES, SUBNET, IMAGE, MODEL, SIZE, AGE)
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


class _Member(Struct, frozen=True):
    """One node of the population. `failed_at` None: it has not failed."""

    name: str
    pool: str
    traits: Mapping[str, str]
    failed_at: datetime | None


def correlate(
    findings: Sequence[Finding], ledgers: Mapping[str, Ledger], now: datetime
) -> tuple[Suspect, ...]:
    """Everything that is suspect, in each pool and in the cluster, the least likely first."""
    if sum(len(book.losses) for book in ledgers.values()) < FEWEST:
        return ()
    by_pool: dict[str, list[_Member]] = defaultdict(list)
    for member in _population(findings, ledgers, now):
        by_pool[member.pool].append(member)
    found = [one for pool, members in sorted(by_pool.items()) for one in _suspects(pool, members, FACTORS)]
    if len(by_pool) > 1:
        everybody = [member for members in by_pool.values() for member in members]
        pool_of = {member.name: member.pool for member in everybody if member.failed_at is not None}
        for one in _suspects("", everybody, ACROSS_POOLS):
            if len({pool_of[name] for name in one.members if name in pool_of}) > 1:
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


def _population(
    findings: Iterable[Finding], ledgers: Mapping[str, Ledger], now: datetime
) -> Iterable[_Member]:
    """The nodes that are there, and those that failed and are not any more."""
    losses = {loss.node: loss for book in ledgers.values() for loss in book.losses}
    for finding in findings:
        node, loss = finding.node, losses.pop(finding.node.name, None)
        traits, born = (loss.traits, loss.born) if loss else (traits_of(node), born_at(node))
        yield _Member(node.name, node.pool, _with_age(traits, born, now), loss.at if loss else None)
    for pool, book in sorted(ledgers.items()):
        for loss in book.losses:
            if losses.pop(loss.node, None) is not None:
                yield _Member(loss.node, pool, _with_age(loss.traits, loss.born, now), loss.at)


def _with_age(traits: Mapping[str, str], born: datetime | None, now: datetime) -> Mapping[str, str]:
    return traits if born is None else {**traits, AGE: age_class(now - born)}


def _suspects(pool: str, members: Sequence[_Member], factors: Sequence[str]) -> list[Suspect]:
    """Rules 1 to 4 over one population."""
    failed_at = {member.name: member.failed_at for member in members if member.failed_at is not None}
    if len(failed_at) < FEWEST:
        return []
    groups = _groups(members, factors)
    tried = [names for names in groups if FEWEST <= len(names) <= NEARLY_ALL * len(members)]
    found: list[Suspect] = []
    for names in tried:
        kinds = groups[names]
        factor, value = kinds[0]
        times = [failed_at[name] for name in names if name in failed_at]
        if len(times) < FEWEST or all(kind == AGE and age not in YOUNG for kind, age in kinds):
            continue
        if len(times) * len(members) <= len(failed_at) * len(names):
            continue  # no more of them than of the others
        p = min(1.0, chance(len(times), len(names), len(failed_at), len(members)) * len(tried))
        if p < CHANCE:
            counts = len(times), len(names), len(failed_at), len(members)
            within = round((max(times) - min(times)).total_seconds())
            strikes_new = not BORN_WITH.isdisjoint(kinds)
            found.append(Suspect(pool, factor, value, *counts, p, names, within, strikes_new))
    return found


def _groups(
    members: Sequence[_Member], factors: Sequence[str]
) -> dict[frozenset[str], list[tuple[str, str]]]:
    """The groups of nodes that share something, each with all that it shares, in the order of the factors."""
    values: dict[tuple[int, str], list[str]] = defaultdict(list)
    for member in members:
        for place, factor in enumerate(factors):
            value = member.traits.get(factor)
            if value is not None:
                values[place, value].append(member.name)
    groups: dict[frozenset[str], list[tuple[str, str]]] = defaultdict(list)
    for (place, value), names in sorted(values.items()):
        groups[frozenset(names)].append((factors[place], value))
    return groups
