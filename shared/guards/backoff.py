"""Back-off: does Azure have room for another machine?

1. Azure has not refused room, or has given it since: go on.
2. The remedy needs no room: go on.
3. The node is gone: go on. Mesos is told at once, and the operation itself waits for room before it grows the pool.
4. Its end is near: go on. Its tasks move whether or not there is room for a successor.
5. The operation has the room for its successor already: go on.
6. The back-off is not over: refuse until it is. A machine that is ill is worth more than none.
7. It is over, and another operation in the pool is not: refuse, it may be asking at this moment. One is enough to try.
8. Otherwise: go on, and see.

The ladder (`shared/decide/ladder.py`) passes over what needs room meanwhile, where a later rung needs none.
"""

from __future__ import annotations

from datetime import datetime

from shared.model.decisions import Answer, Number
from shared.model.ledger import Ledger
from shared.model.nodes import Condition
from shared.model.remedies import NEEDS_ROOM

from .question import Question, allow, refuse

GUARD = "backoff"


def ask(question: Question) -> Answer:
    short = question.ledger.no_room
    if short is None:
        return allow(GUARD, {})
    numbers: dict[str, Number] = {"code": short.code, "tries": short.tries, "until": short.until.isoformat()}
    gone, own = question.finding.condition is Condition.GONE, question.own
    has_room = own is not None and own.surge
    if question.remedy not in NEEDS_ROOM or gone or question.is_urgent or has_room:
        return allow(GUARD, numbers)
    if question.now < short.until:
        return refuse(GUARD, "no_room", short.until, numbers)
    if is_short(question.ledger, question.operation, question.now):
        return refuse(GUARD, "room_is_asked", None, numbers)
    return allow(GUARD, numbers)


def is_short(book: Ledger, operation: str | None, now: datetime) -> bool:
    """Rules 6 and 7: whether there is no room for this operation, as far as anybody knows."""
    short = book.no_room
    others = any(entry.operation != operation for entry in book.active)
    return short is not None and (now < short.until or others)
