"""Guards: the only place that says yes or no to a remedy.

Each guard is one file under the numbered list of its conditions, a pure function from a question to an answer with a
reason code and the numbers it rests on. A reason code stands in exactly one file, so that any line of the audit leads
to the rule that wrote it. `ORDER` is the order in which they are asked; all are always asked, so that an explanation
shows everything that stands in the way and not only the first thing.

They are asked when deciding (`shared/decide/repair.py`) and again, with fresh readings, just before each irreversible
step (`shared/operate/engine.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.model.decisions import Answer

from . import (
    approval,
    backoff,
    canary,
    capacity,
    correlated,
    failover,
    joining,
    ledger,
    mode,
    pause,
    quorum,
    relief,
    self_doubt,
    spare,
    stateful,
    storm,
    window,
)
from .question import Question, Tally, tally_pools

__all__ = [
    "AFTER_THE_LOSS",
    "AT_THE_BOOKS",
    "ORDER",
    "TO_BEGIN",
    "TO_BURY",
    "TO_ENLARGE",
    "TO_GROW",
    "TO_RELIEVE",
    "TO_SEND_AWAY",
    "TO_SHRINK",
    "TO_SPREAD",
    "TO_TOUCH_A_MASTER",
    "Guard",
    "Question",
    "Tally",
    "ask",
    "refusals",
    "tally_pools",
]

type Guard = Callable[[Question], Answer]

ORDER: tuple[Guard, ...] = (
    mode.ask,  # are we allowed to act here at all?
    pause.ask,  # has a person said stop?
    self_doubt.ask,  # is it us that is cut off?
    failover.ask,  # may the agents still be on their way to a new leader?
    capacity.ask,  # do Azure's numbers make sense?
    storm.ask,  # is this more than single failures?
    correlated.ask,  # do the failed share what explains it better than chance?
    window.ask,  # may what still works be taken away at this time?
    ledger.ask,  # is there room for one more disruption?
    stateful.ask,  # does a service lose a member, or data, that it cannot do without?
    canary.ask,  # did it help the first of those with the same trouble?
    joining.ask,  # do new machines become nodes?
    backoff.ask,  # does Azure have room for another machine?
    approval.ask,  # does a person have to agree first?
)

# What rests on the ledger alone, asked again about the ledger as it is when a place in it is taken.
AT_THE_BOOKS: tuple[Guard, ...] = (
    ledger.ask,
    stateful.ask,
    canary.ask,
    joining.ask,
    backoff.ask,
    spare.ask,
    relief.ask,
)

# What only says whether to begin with one more. Once something final was done, when the tasks of a node are on the
# move, these are not asked any more: it would be left half done.
TO_BEGIN: frozenset[Guard] = frozenset({window.ask, canary.ask, joining.ask, backoff.ask})

# Once the machine is proven gone nothing more can be lost by telling Mesos so, and storm, ledger and hold-off would
# only keep its tasks from moving.
AFTER_THE_LOSS: tuple[Guard, ...] = (mode.ask, pause.ask, approval.ask, self_doubt.ask)

# To bring capacity back harms nobody: it is enough that we may act here at all.
TO_GROW: tuple[Guard, ...] = (mode.ask, pause.ask, approval.ask)

# What came for a node that stays is empty and not needed, which rests on the size that Azure gives the pool.
TO_SEND_AWAY: tuple[Guard, ...] = (mode.ask, pause.ask, capacity.ask, approval.ask)

# A pool that is to have more: nobody is disrupted, so that windows, the ledger and a storm do not hold it. But machines
# that would not join, or fail like the others, are not ordered.
TO_ENLARGE: tuple[Guard, ...] = (
    mode.ask,
    pause.ask,
    self_doubt.ask,
    capacity.ask,
    correlated.ask,
    joining.ask,
    backoff.ask,
    approval.ask,
)

# One more for the sake of the spread, after which one goes: nobody waits for it, so that all who may say no are asked
# before it comes.
TO_SPREAD: tuple[Guard, ...] = (
    mode.ask,
    pause.ask,
    self_doubt.ask,
    failover.ask,
    capacity.ask,
    storm.ask,
    correlated.ask,
    window.ask,
    ledger.ask,
    joining.ask,
    backoff.ask,
    relief.ask,  # is it the only thing that is done there?
    approval.ask,
)

# A pool that is to have fewer: what works is taken away, and nobody waits for it.
TO_SHRINK: tuple[Guard, ...] = (
    mode.ask,
    pause.ask,
    self_doubt.ask,
    failover.ask,
    capacity.ask,
    storm.ask,
    correlated.ask,
    window.ask,
    ledger.ask,
    stateful.ask,
    joining.ask,
    spare.ask,  # is it one too many, for a pool whose other machines work?
    approval.ask,
)

# One task is to start elsewhere, so that its agent is less full: nothing is broken, and it can be left at any time.
TO_RELIEVE: tuple[Guard, ...] = (
    mode.ask,
    pause.ask,
    self_doubt.ask,
    failover.ask,
    capacity.ask,
    storm.ask,
    correlated.ask,
    window.ask,
    ledger.ask,
    stateful.ask,
    relief.ask,  # is it the only thing that is done there?
    approval.ask,
)

# A body is off duty: nothing more is disrupted when it goes, so that the limits of that are not asked.
TO_BURY: tuple[Guard, ...] = (
    mode.ask,
    pause.ask,
    self_doubt.ask,
    capacity.ask,
    storm.ask,
    window.ask,
    approval.ask,
)

# Of masters none is new, none is taken away, and what their quorum can bear is counted by one guard.
TO_TOUCH_A_MASTER: tuple[Guard, ...] = (mode.ask, pause.ask, failover.ask, quorum.ask, approval.ask)


def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
    """Every guard's answer, in order."""
    return tuple([guard(question) for guard in guards])


def refusals(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers that say no."""
    return tuple([answer for answer in answers if not answer.allowed])
