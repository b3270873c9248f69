"""Spare: is the machine one too many, for a pool whose other machines work?

Repair goes before shrinking: who covers for those that are ill or missing is not one too many.

1. The remedy does not shrink the pool: go on.
2. Nobody knows which size the pool is to have: refuse.
3. Without it, and without the others that are on their way out, the pool would be smaller than it is to be: refuse.
4. Fewer machines than that would surely work: refuse, until others are well again. Healthy is what works; what joins,
   what is announced to end, and what nobody could read is not counted.

The size is the one that is asked for (`aim`); where nobody asks for one, it is one fewer than it is now.
"""

from __future__ import annotations

from shared.model.decisions import Answer, Number
from shared.model.nodes import Condition
from shared.model.remedies import Remedy

from .question import Question, allow, refuse

GUARD = "spare"
WORKS = frozenset({Condition.HEALTHY, Condition.SURPLUS})


def ask(question: Question) -> Answer:
    if question.remedy is not Remedy.SHRINK:
        return allow(GUARD, {})
    node, book = question.finding.node.name, question.ledger
    if book.wanted is None:
        return refuse(GUARD, "spare_unknown", None, {})
    # Those that are counted out already are neither wanted nor among the nodes (`shared/operate/situate.py`).
    going = sum(entry.shrinks and not entry.leaving and entry.node != node for entry in book.active)
    own = question.own
    is_counted = own is not None and own.leaving  # the pool is wanted without it already
    after = book.wanted - going - (not is_counted)
    aim = after if question.aim is None else question.aim
    numbers: dict[str, Number] = {"aim": aim, "after": after}
    if after < aim:
        return refuse(GUARD, "spare_needed", None, numbers)
    works = question.finding.is_connected and question.finding.condition in WORKS
    working = question.tally.conditions.get(Condition.HEALTHY, 0) - going - works
    numbers["working"] = working
    if working < aim:
        return refuse(GUARD, "spare_covers", None, numbers)
    return allow(GUARD, numbers)
