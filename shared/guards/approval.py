"""Approval: does a person have to agree first, and has one?

1. Somebody rejected what was proposed for this incident: refuse.
2. Neither the mode (`propose`) nor the policy (`repair.approve`) asks for an approval of this remedy: go on.
3. Somebody approved this remedy for this incident, and the approval had not run out when the operation began: go on.
4. Otherwise refuse, until somebody approves.
"""

from __future__ import annotations

from shared.model.decisions import APPROVE, Answer
from shared.model.overrides import OverrideKind, in_force
from shared.policy.schema import Mode

from .question import Question, allow, refuse

GUARD = "approval"


def ask(question: Question) -> Answer:
    about, remedy = [question.incident] if question.incident else [], question.remedy.value
    for rejected in in_force(question.overrides, OverrideKind.REJECT, about, question.now):
        return refuse(GUARD, "approval_rejected", rejected.until, {"who": rejected.who, "why": rejected.why})
    proposing = question.pool.mode is Mode.PROPOSE
    if not proposing and question.remedy not in question.pool.repair.approve:
        return allow(GUARD, {})
    begun_at = question.begun_at or question.now
    for approved in in_force(question.overrides, OverrideKind.APPROVE, about, begun_at):
        if approved.remedy == remedy:
            return allow(GUARD, {"who": approved.who, "why": approved.why, "remedy": remedy})
    return refuse(GUARD, "approval_awaited", None, {APPROVE: remedy, "mode": question.pool.mode.value})
