"""The ledger: is there room for one more disruption in this pool?

1. Another operation disrupts this very node: refuse.
2. As many nodes are being disrupted as the policy allows at once: refuse.
3. One more in this fault domain would be more than the policy allows: refuse.
4. As many disruptions began within the last hour as the policy allows, or more: refuse until so many of them are an
   hour old that there is room for one.
5. The same for the last day.

The operation on whose behalf is asked does not count against itself.
Published: an autoscaler that came back by itself killed a fleet in 16 seconds (Reddit, 11 August 2016); a rate would
have stopped it after a handful.
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.decisions import Answer

from .question import Question, allow, refuse

GUARD = "ledger"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(question: Question) -> Answer:
    book, limits = question.ledger, question.pool.disruption
    mine = [entry for entry in book.active if entry.operation == question.operation]
    others = [entry for entry in book.active if entry.operation != question.operation]
    node, domain = question.finding.node.name, _fault_domain(question)
    for entry in others:
        if entry.node == node:
            return refuse(GUARD, "ledger_node_busy", None, {"operation": entry.operation})
    at_once = limits.at_once.of(max(question.tally.nodes, book.wanted or 0))
    numbers = {"active": len(others), "at_once": at_once}
    if len(others) >= at_once:
        return refuse(GUARD, "ledger_at_once", None, numbers)
    same = sum(entry.fault_domain == domain for entry in others) if domain is not None else 0
    if limits.per_fault_domain is not None and same >= limits.per_fault_domain:
        shown = {"fault_domain": domain, "active": same, "per_fault_domain": limits.per_fault_domain}
        return refuse(GUARD, "ledger_fault_domain", None, shown)
    if mine:
        return allow(GUARD, numbers)
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
    return allow(GUARD, numbers)


def _fault_domain(question: Question) -> int | None:
    node = question.finding.node
    if node.instance is not None:
        return node.instance.fault_domain
    return node.memory.fault_domain if node.memory else None
