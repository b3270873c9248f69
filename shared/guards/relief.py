"""Relief: may a pool be evened out, by load or by places, beside what else is done there?

1. The remedy neither moves a task for the sake of the load nor adds a machine for the sake of the spread: go on. Growth
   for any other reason does not ask this.
2. Another operation is at work in the pool: refuse. One step is taken at a time, and what is ill or goes comes first.
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
EVENS_OUT = frozenset({Remedy.RELIEVE, Remedy.GROW})


def ask(question: Question) -> Answer:
    if question.remedy not in EVENS_OUT:
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
