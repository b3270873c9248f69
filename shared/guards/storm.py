"""Storm: when much of a pool fails at once, it is not the machines.

1. The node's end is announced for a time that is near: go on. Nothing is destroyed before Azure does it.
2. At least two nodes of the pool are unwell and they are at least the policy's share of it: refuse. `ledger` keeps
   the time (`storm_until`), so that the hold also outlives a restart.
3. A storm was seen less than the policy's hold ago: refuse until that has passed, even if it looks better now.

A single node is never a storm, in whatever small a pool. Nodes that are joining, healthy, or announced to end are well:
of the last, Azure says itself what happens to them. And while as many nodes are healthy as the pool is to have, there
is no storm: what is missing beyond them was taken away on purpose, and nothing that we do could make it more. A storm
that lasts calls a person (`shared/operate/troubles.py`).
Published: a certificate bug looked like broken hardware and automatic healing spread it (Azure, 29 February 2012); a
notice with a deadline waited in the queue behind the breaker (Azure/karpenter-provider-azure#1829).
"""

from __future__ import annotations

from shared.model.decisions import Answer, Number
from shared.model.nodes import Condition
from shared.policy.schema import PoolPolicy

from .question import Question, Tally, allow, refuse

GUARD = "storm"
WELL = frozenset({Condition.HEALTHY, Condition.JOINING, Condition.DOOMED})


def ask(question: Question) -> Answer:
    if question.is_urgent:
        return allow(GUARD, {})
    storming, numbers = measure(question.tally, question.pool, question.ledger.wanted)
    if storming:
        return refuse(GUARD, "storm_now", None, numbers)
    until = question.ledger.storm_until
    if until is not None and question.now < until:
        left = round((until - question.now).total_seconds())
        return refuse(GUARD, "storm_cooling", until, {**numbers, "left_s": left})
    return allow(GUARD, numbers)


def measure(tally: Tally, pool: PoolPolicy, wanted: int | None) -> tuple[bool, dict[str, Number]]:
    """Whether the pool is in a storm, and the numbers behind it. `wanted` is the size that it is to have."""
    unwell = sum([count for condition, count in tally.conditions.items() if condition not in WELL])
    nodes = tally.nodes
    threshold = pool.storm.begins_at(nodes)
    working = tally.conditions.get(Condition.HEALTHY, 0) + tally.conditions.get(Condition.DOOMED, 0)
    whole = wanted is not None and working >= wanted
    return unwell >= threshold and not whole, {"unwell": unwell, "nodes": nodes, "threshold": threshold}
