"""Relief: may one task be moved for the sake of the load, beside what else is done in the pool?

1. The remedy moves no task for the sake of the load: go on.
2. Another operation is at work in the pool: refuse. One task moves at a time, and what is ill or goes comes first.
3. Half of the disruptions that the policy allows within an hour, or within a day, have begun: refuse until fewer have.
   What is left is for repair, which cannot wait.

What evens out a cluster of Kubernetes has limits of that kind too (kubernetes-sigs/descheduler: README.md,
maxNoOfPodsToEvictPerNode, maxNoOfPodsToEvictPerNamespace).
"""

from __future__ import annotations

from shared.model.decisions import Answer
from shared.model.remedies import Remedy

from .ledger import DAY, HOUR
from .question import Question, allow, refuse

GUARD = "relief"


def ask(question: Question) -> Answer:
    if question.remedy is not Remedy.RELIEVE:
        return allow(GUARD, {})
    book, limits = question.ledger, question.pool.disruption
    others = [entry for entry in book.active if entry.operation != question.operation]
    if others:
        return refuse(GUARD, "relief_busy", None, {"operation": others[0].operation})
    if question.own is not None:
        return allow(GUARD, {})
    for span, limit in ((HOUR, limits.per_hour), (DAY, limits.per_day)):
        most = -(-limit // 2)
        recent = sorted(at for at in book.started if at > question.now - span)
        if len(recent) >= most:
            shown = {"started": len(recent), "half": most, "span_s": int(span.total_seconds())}
            return refuse(GUARD, "relief_reserve", recent[-most] + span, shown)
    return allow(GUARD, {})
