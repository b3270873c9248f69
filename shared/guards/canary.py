"""Canary: of several nodes that still work and have the same trouble, one is helped first.

1. The node's agent is not connected: go on. Nothing more is lost there; whether its successors come, `joining` watches.
2. Its end is near: go on.
3. Another node with this trouble was tried, it did not help, and that node is not well yet: refuse, until it is, or
   until a person approves of this remedy in this pool, or for this incident, after the wave began. The same when a
   machine that came in the place of another within a day has this trouble, and is to be replaced itself: what is wrong
   about it is not in the machine.
4. As many nodes with this trouble are being helped as the wave allows: refuse. One until the first was helped and its
   work ran again, then two until two more were, then as many as the ledger allows.
5. Another impaired node was replaced within the last ten minutes: refuse until then. Whether its successor is well is
   known after two rounds of DC/OS's own health checks.

The ledger remembers the wave while there are such nodes. A node does not stand in its own way.
Published: a wrong health signal marked good nodes, and too many of them were terminated
(kubernetes-sigs/karpenter#2811).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.decisions import Answer, Number
from shared.model.ledger import Wave
from shared.model.nodes import Condition, Finding
from shared.model.remedies import Remedy

from .question import Question, allow, approval_since, refuse

GUARD = "canary"
SETTLES = timedelta(minutes=10)
LASTS = timedelta(days=1)


def ask(question: Question) -> Answer:
    trouble, node = question.finding.trouble, question.finding.node.name
    if not trouble or question.is_urgent:
        return allow(GUARD, {})
    wave = question.ledger.wave(trouble) or Wave(trouble, question.now)
    again = question.remedy is Remedy.REPLACE and is_no_better(question.finding, question.now)
    failed = [one for one in wave.failed if one != node] + [node] * again
    if failed and approval_since(question, wave.since) is None:
        return refuse(GUARD, "canary_failed", None, {"trouble": trouble, "failed": failed[0]})
    others = [one for one in question.ledger.active if one.operation != question.operation]
    helping = sum(one.trouble == trouble for one in others)
    most = _at_once(wave.done)
    numbers: dict[str, Number] = {"trouble": trouble, "done": wave.done, "helping": helping, "at_once": most}
    if most is not None and helping >= most:
        return refuse(GUARD, "canary_first", None, numbers)
    if question.remedy is Remedy.REPLACE and question.finding.condition is Condition.IMPAIRED:
        until = wave.helped_at + SETTLES if wave.helped_at is not None else question.now
        if question.own is None and question.now < until:
            return refuse(GUARD, "canary_settles", until, numbers)
    return allow(GUARD, numbers)


def is_no_better(finding: Finding, now: datetime) -> bool:
    """Whether it is impaired although it came in the place of another machine within the last day."""
    memory = finding.node.memory
    if memory is None or memory.replaces is None or finding.condition is not Condition.IMPAIRED:
        return False
    return finding.is_connected and (memory.joined_at or memory.first_seen_at) > now - LASTS


def _at_once(done: int) -> int | None:
    """One, then two, then the rest."""
    if done < 1:
        return 1
    return 2 if done < 3 else None
