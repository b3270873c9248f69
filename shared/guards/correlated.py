"""Correlated failure: do the failed nodes share something that explains their failure better than chance?

1. The node has what the failed share, in its pool or across the pools of the cluster (`shared/judge/correlation.py`):
   refuse. Its rack, zone, network or image is the likelier cause, and what is done to one machine cures none of those.
   Elsewhere repair goes on. A node of which Azure itself announces what happens to it is let pass, and by the second
   rule too when that is near: its tasks move, and nothing is destroyed before Azure does it.
2. The remedy makes a new machine, and what the failed share is what every new machine has: that it is young, or of the
   set's latest model: refuse, for every node of that pool. One more of the same would fail too.
3. The remedy gives a machine up: refuse, for every node of that pool. Who is left may fail of the same.

It ends when the explanation does: when the nodes are well again, or the failures are an hour old. A person is told
once.
Published: a certificate that new machines got wrong looked like broken hardware, and healing spread it
(Azure, 29 February 2012).
"""

from __future__ import annotations

from shared.model.decisions import Answer, Number
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.model.suspects import Suspect

from .question import Question, allow, refuse

GUARD = "correlated"
MAKES_NEW = frozenset({Remedy.REPLACE, Remedy.REIMAGE, Remedy.GROW})


def ask(question: Question) -> Answer:
    if question.is_urgent:
        return allow(GUARD, {})
    node = question.finding.node.name
    here = [one for one in question.suspects if one.pool in {"", question.pool.name}]
    for suspect in here:
        if node in suspect.members and question.finding.condition is not Condition.DOOMED:
            return refuse(GUARD, "shares_what_failed", None, _numbers(suspect))
    for suspect in here:
        if question.remedy in MAKES_NEW and suspect.strikes_new:
            return refuse(GUARD, "new_ones_fail", None, _numbers(suspect))
    if here and question.remedy is Remedy.SHRINK:
        return refuse(GUARD, "others_may_fail", None, _numbers(here[0]))
    return allow(GUARD, {"suspects": len(here)})


def _numbers(suspect: Suspect) -> dict[str, Number]:
    return {
        "factor": suspect.factor,
        "value": suspect.value,
        "failed": suspect.failed,
        "of": suspect.of,
        "all_failed": suspect.all_failed,
        "nodes": suspect.nodes,
        "p": suspect.p,
    }
