"""Mode: how far the policy lets us go in this pool.

1. observe: nothing is done, decisions are only written down.
2. propose and enforce: go on. That a proposal needs a person's approval is the guard `approval`'s business.
"""

from __future__ import annotations

from shared.model.decisions import Answer
from shared.policy.schema import Mode

from .question import Question, allow, refuse

GUARD = "mode"


def ask(question: Question) -> Answer:
    mode = question.pool.mode
    if mode is Mode.OBSERVE:
        return refuse(GUARD, "mode_observe", None, {"mode": mode.value})
    return allow(GUARD, {"mode": mode.value})
