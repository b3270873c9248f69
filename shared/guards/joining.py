"""Joining: do new machines become nodes at all?

1. The remedy brings no new machine and gives none up: go on.
2. The node's end is near: go on. It is lost with a successor or without.
3. A machine that was ordered for another node did not join in time, and none has joined since it was ordered: refuse,
   until one joins, or until a person approves of replacing in this pool, or of this incident, after that.
4. Another machine of the pool never had an agent although it was given time enough, and none has joined since it came:
   refuse, until one joins, it is gone, or a person approves of replacing in this pool. One alone may be replaced
   itself: its successor shows whether machines join.

A pool neither grows nor shrinks meanwhile: one more would not join either, and what is given up may not come again.

Neither 3 nor 4 is said by machines of an older model than that of the set: somebody has changed since what new ones
are made of. What did not join under the old one is forgotten in the ledger (`shared/decide/lessons.py`).

Published: a certificate that was wrong on every new machine looked like broken hardware, so ever more machines were
replaced, until a threshold for human investigation stopped it (Azure, 29 February 2012).
"""

from __future__ import annotations

from shared.model.decisions import Answer, Number
from shared.model.remedies import Remedy

from .question import Question, allow, approval_since, refuse

GUARD = "joining"
ABOUT = frozenset({Remedy.REPLACE, Remedy.GROW, Remedy.SHRINK})


def ask(question: Question) -> Answer:
    if question.remedy not in ABOUT or question.is_urgent:
        return allow(GUARD, {})
    failed = [one for one in question.ledger.unjoined if one.operation != question.operation]
    if failed:
        last = max(failed, key=lambda one: one.failed_at)
        if approval_since(question, last.failed_at) is None:
            numbers: dict[str, Number] = {
                "failed": len(failed),
                "last": last.operation,
                "at": last.failed_at.isoformat(),
            }
            return refuse(GUARD, "joins_failed", None, numbers)
    stuck = [name for name in question.tally.stuck if name != question.finding.node.name]
    if stuck and approval_since(question, None) is None:
        return refuse(GUARD, "joins_stuck", None, {"stuck": len(stuck), "first": stuck[0]})
    return allow(GUARD, {"failed": len(failed), "stuck": len(stuck)})
