"""Mode: how far the policy lets us go in this pool.

1. observe: nothing is done, decisions are only written down.
2. propose: nothing is done without somebody's approval.
3. enforce: go on.
"""

from __future__ import annotations

from shared.model.decisions import Answer
from shared.policy.schema import Mode, PoolPolicy

from .question import Question, allow, refuse

GUARD = "mode"


def ask(question: Question) -> Answer:
    return answer_for(question.pool)


def answer_for(pool: PoolPolicy) -> Answer:
    """The same without a question, for changes that need no other guard."""
    mode = pool.mode
    if mode is Mode.OBSERVE:
        return refuse(GUARD, "mode_observe", None, {"mode": mode.value})
    if mode is Mode.PROPOSE:
        return refuse(GUARD, "mode_propose", None, {"mode": mode.value})
    return allow(GUARD, {"mode": mode.value})
