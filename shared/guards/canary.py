"""Canary: of several nodes that still work and have the same trouble, one is helped first.

1. The node's agent is not connected: go on. Nothing more is lost there; whether its successors come, `joining` watches.
2. Its end is near: go on.
3. Another node with this trouble was tried, it did not help, and that node is not well yet: refuse, until it is, or
   until a person approves of this remedy in this pool, or for this incident, after the wave began.
4. As many nodes with this trouble are being helped as the wave allows: refuse. One until the first was helped and its
   work ran again, then two until two more were, then as many as the ledger allows.

The ledger remembers the wave while there are such nodes. A node does not stand in its own way.
Published: a wrong health signal marked good nodes, and too many of them were terminated
(kubernetes-sigs/karpenter#2811).
"""

from __future__ import annotations

from shared.model.decisions import Answer, Number
from shared.model.ledger import Wave

from .question import Question, allow, approval_since, refuse

GUARD = "canary"


def ask(question: Question) -> Answer:
    trouble, node = question.finding.trouble, question.finding.node.name
    if not trouble or question.is_urgent:
        return allow(GUARD, {})
    wave = question.ledger.wave(trouble) or Wave(trouble, question.now)
    failed = [one for one in wave.failed if one != node]
    if failed and approval_since(question, wave.since) is None:
        return refuse(GUARD, "canary_failed", None, {"trouble": trouble, "failed": failed[0]})
    others = [one for one in question.ledger.active if one.operation != question.operation]
    helping = sum(one.trouble == trouble for one in others)
    most = _at_once(wave.done)
    numbers: dict[str, Number] = {"trouble": trouble, "done": wave.done, "helping": helping, "at_once": most}
    if most is not None and helping >= most:
        return refuse(GUARD, "canary_first", None, numbers)
    return allow(GUARD, numbers)


def _at_once(done: int) -> int | None:
    """One, then two, then the rest."""
    if done < 1:
        return 1
    return 2 if done < 3 else None
