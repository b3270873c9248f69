"""Back-off: does Azure have room for another machine?

1. Azure has not refused room, or the time that is waited after that is over: go on. It is tried with one.
2. The remedy needs no room: go on.
3. The node is gone: go on. Mesos is told at once, and the operation itself waits for room before it grows the pool.
4. Its end is near: go on. Its tasks move whether or not there is room for a successor.
5. The operation has the room for its successor already: go on.
6. Otherwise refuse until the back-off is over: a machine that is ill is worth more than none.

The ladder (`shared/decide/ladder.py`) passes over what needs room meanwhile, where a later rung needs none.
"""

from __future__ import annotations

from shared.model.decisions import Answer, Number
from shared.model.nodes import Condition
from shared.model.remedies import NEEDS_ROOM

from .question import Question, allow, refuse

GUARD = "backoff"


def ask(question: Question) -> Answer:
    short = question.ledger.no_room
    if short is None or question.now >= short.until:
        return allow(GUARD, {})
    numbers: dict[str, Number] = {"code": short.code, "tries": short.tries, "until": short.until.isoformat()}
    gone, own = question.finding.condition is Condition.GONE, question.own
    has_room = own is not None and own.surge
    if question.remedy not in NEEDS_ROOM or gone or question.is_urgent or has_room:
        return allow(GUARD, numbers)
    return refuse(GUARD, "no_room", short.until, numbers)
