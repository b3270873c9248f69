"""The ledger: is there room for one more disruption, in this pool and in the cluster?

1. Another operation disrupts this very node: refuse.
2. Its end is announced for a time that is near: refuse when as many such nodes are being emptied as the reserve for
   them holds; go on otherwise. That reserve is beside all that follows, and takes nothing from it.
3. As many nodes of the pool are being disrupted as the policy allows at once: refuse.
4. As many nodes of all pools of the cluster together are: refuse. Pools share what runs on them.
5. One more in this fault domain would be more than the policy allows: refuse.
6. One more with tasks of one of its frameworks would be, in whatever pools they are: refuse. Marathon does not count,
   its applications are many.
7. As many disruptions began within the last hour as the policy allows, or more: refuse until so many of them are an
   hour old that there is room for one. Not asked of a machine that goes because its pool is to have fewer, on which
   nothing runs and nothing is kept: no work is disrupted by that, and how many go at once is limited by 3 to 6.
8. The same for the last day.
9. What stands in the pool's row of it cannot be read: refuse, before all others.

The operation on whose behalf is asked does not count against itself. A place is taken on the etags of the pool's ledger
and of the cluster's account together (`shared/operate/books.py`), so two workers cannot take the last one both.
Published: an autoscaler that came back by itself killed a fleet in 16 seconds (Reddit, 11 August 2016); a rate would
have stopped it after a handful. Maintenance that was careful in each place, and not over all of them, took a network
down (Google Cloud, 2 June 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.model.decisions import Answer, Number
from shared.model.ledger import Disruption

from .place import disrupts_nothing, fault_domain_of, frameworks_of
from .question import Question, allow, refuse

GUARD = "ledger"
UNREAD = "ledger_unread"
OF_THE_NODE = frozenset({"ledger_node_busy", "ledger_fault_domain", "ledger_framework"})
"""Reasons for which another node may be let pass."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(question: Question) -> Answer:
    if question.ledger.is_unread:
        return refuse(GUARD, "ledger_unread", None, {})
    others = [entry for entry in question.ledger.active if entry.operation != question.operation]
    busy = next((entry for entry in others if entry.node == question.finding.node.name), None)
    if busy is not None:
        return refuse(GUARD, "ledger_node_busy", None, {"operation": busy.operation})
    listed = question.tally.nodes - question.tally.missing  # nodes that are gone may have successors already
    nodes = max(listed, question.ledger.wanted or 0)
    if question.is_urgent:
        reserve, taken = question.pool.disruption.deadline_reserve.of(nodes), sum(e.urgent for e in others)
        numbers: dict[str, Number] = {"active": taken, "deadline_reserve": reserve}
        if taken >= reserve:
            return refuse(GUARD, "ledger_reserve", None, numbers)
        return allow(GUARD, numbers)
    return _at_once(question, others, nodes)


def _at_once(question: Question, others: list[Disruption], nodes: int) -> Answer:
    """Rules 3 and 4."""
    active, at_once = _slow(others), question.pool.disruption.at_once.of(nodes)
    numbers: dict[str, Number] = {"active": active, "at_once": at_once}
    if active >= at_once:
        return refuse(GUARD, "ledger_at_once", None, numbers)
    elsewhere = active + _slow(question.elsewhere)
    in_all = _in_all(question, nodes)
    if elsewhere >= in_all:
        return refuse(GUARD, "ledger_cluster", None, {"active": elsewhere, "at_once": in_all})
    against = _shared(question, others)
    if against is None and question.own is None and not disrupts_nothing(question):
        against = _rate(question)
    return against or allow(GUARD, numbers)


def _slow(entries: Sequence[Disruption]) -> int:
    """How many of them have no reserve of their own."""
    return len(entries) - sum([entry.urgent for entry in entries])


def _in_all(question: Question, nodes: int) -> int:
    """How many of all pools may be disrupted: as the policy says, or as many as the pool may that may most."""
    cluster, sizes = question.cluster, {**question.tally.sizes, question.pool.name: nodes}
    if cluster.at_once is not None:
        return cluster.at_once.of(sum(sizes.values()))
    return max(pool.disruption.at_once.of(sizes.get(pool.name, 0)) for pool in cluster.pools)


def _shared(question: Question, others: list[Disruption]) -> Answer | None:
    """Rules 5 and 6: what disrupted nodes have in common with this one."""
    limits = question.pool.disruption
    if limits.per_fault_domain is not None:
        domain = fault_domain_of(question.finding.node)
        same = sum([entry.fault_domain == domain for entry in others]) if domain is not None else 0
        if same >= limits.per_fault_domain:
            shown = {"fault_domain": domain, "active": same, "per_fault_domain": limits.per_fault_domain}
            return refuse(GUARD, "ledger_fault_domain", None, shown)
    if limits.per_framework is None:
        return None
    everywhere = (*others, *question.elsewhere)
    for framework in frameworks_of(question) if everywhere else ():
        count = sum(framework in entry.frameworks for entry in everywhere)
        if count >= limits.per_framework:
            told: dict[str, Number] = {
                "framework": framework,
                "active": count,
                "per_framework": limits.per_framework,
            }
            return refuse(GUARD, "ledger_framework", None, told)
    return None


def _rate(question: Question) -> Answer | None:
    """Rules 7 and 8."""
    book, limits = question.ledger, question.pool.disruption
    for reason, span, most in (
        ("ledger_per_hour", HOUR, limits.per_hour),
        ("ledger_per_day", DAY, limits.per_day),
    ):
        if len(book.started) < most:
            continue
        since = question.now - span
        recent = sorted([at for at in book.started if at > since])
        if len(recent) >= most:
            shown = {"started": len(recent), "limit": most, "span_s": int(span.total_seconds())}
            return refuse(GUARD, reason, recent[-most] + span, shown)
    return None
