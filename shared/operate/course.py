"""What a plan is: steps in their order, and how it ends early. The plans themselves are in `plans.py`.

`guards` are those that are asked again, with fresh readings, just before the step; a step without any changes nothing
that could not be changed back. `final` steps cannot be undone: before the first of them an operation may be withdrawn,
after it it goes on. `patience` is how long a step may take, `late` what it means when it takes longer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from shared.guards import AFTER_THE_LOSS, Guard
from shared.model.nodes import Condition
from shared.model.operations import ENDS, Operation
from shared.policy.schema import PoolPolicy

from .hand import MOVE, MOVING, Hand
from .outcomes import Failed, HandOver, Outcome, Wait, Withdraw
from .steps.destroy import DESTROYING
from .steps.enlarge import RAISED, give_up
from .steps.give_back import give_back
from .steps.grow import SURGED
from .steps.keep_evidence import keep_evidence
from .steps.make_up import make_up
from .steps.order import ORDERED
from .steps.send_away import DELETED
from .steps.stop_new_tasks import STOPPED

DELETION = timedelta(minutes=20)


@dataclass(frozen=True)
class Step:
    name: str
    do: Callable[[Hand], Awaitable[Outcome]]
    guards: Sequence[Guard]
    patience: Callable[[PoolPolicy], timedelta]
    final: bool = False
    late: type[HandOver] | type[Failed] | type[Withdraw] = field(default=HandOver)
    first: Callable[[Hand], Awaitable[Outcome | None]] | None = None
    """What is asked before the guards: an outcome ends the step here, whatever they say."""
    late_before: type[Failed] | None = None
    """What it means when it takes longer and the machine's destruction was not about to be ordered yet."""

    def lasts(self, operation: Operation, pool: PoolPolicy) -> timedelta:
        """How long it may take: where a machine is sent away again, as long as any deletion besides."""
        return self.patience(pool) + (DELETION if DELETED in operation.notes else timedelta(0))

    def means(self, operation: Operation) -> type[HandOver] | type[Failed] | type[Withdraw]:
        """What it means that it took too long."""
        if self.late_before is not None and DESTROYING not in operation.notes:
            return self.late_before
        return self.late


def minutes(count: int) -> Callable[[PoolPolicy], timedelta]:
    return lambda pool: timedelta(minutes=count)


async def not_of_this_version(hand: Hand) -> Outcome:
    """Another version of the app was at work here: what its step has done can't be told, so nothing is done."""
    text = f"its step {hand.operation.step} is of another version of the app; it waits for that one"
    return Wait(text, timedelta(minutes=1), hand.operation.token)


BAR, DESTROY, DISMISS = "stop_new_tasks", "destroy", "dismiss"
EVIDENCE = Step("keep_evidence", keep_evidence, (), minutes(10))
UNDO = Step("give_back", give_back, (), lambda pool: pool.repair.join_timeout)
GIVE_UP = Step("give_up", give_up, (), minutes(60))
MAKE_UP = Step("make_up", make_up, AFTER_THE_LOSS, lambda pool: pool.repair.drain_timeout)


@dataclass(frozen=True)
class Course:
    """One plan: its steps in order, and the conditions that it is for."""

    cures: frozenset[Condition]
    steps: tuple[Step, ...]
    has_place: bool = True
    """Whether it has a place in the ledger."""

    def step(self, name: str) -> Step:
        """The step of this name, or one of an early end; or one that waits for a version that knows it."""
        return self._known(name) or Step(name, not_of_this_version, (), minutes(60))

    def knows(self, name: str) -> bool:
        return self._known(name) is not None

    def _known(self, name: str) -> Step | None:
        return next((step for step in (*self.steps, UNDO, MAKE_UP, GIVE_UP) if step.name == name), None)

    def early_end(self, operation: Operation) -> tuple[str, ...]:
        """The steps that are done before it ends early."""
        if not self.has_place:
            raised = RAISED in operation.notes or any(one.step == "enlarge" for one in operation.steps)
            return (GIVE_UP.name,) if raised and operation.step != "await_members" else ()
        undone = (UNDO.name,) if self.leaves_traces(operation) else ()
        cut_off = ORDERED in operation.notes and operation.subject.services
        return (*undone, MAKE_UP.name) if cut_off else undone

    def after(self, operation: Operation) -> str | None:
        """The name of the step that follows; None after the last."""
        steps = tuple(step.name for step in self.steps)
        names = self.early_end(operation) if ENDS in operation.notes else steps
        place = names.index(operation.step) + 1
        return names[place] if place < len(names) else None

    def leaves_traces(self, operation: Operation) -> bool:
        """Whether something was done that is taken back when the operation ends early."""
        return STOPPED in operation.notes or SURGED in operation.notes

    def is_untouched(self, operation: Operation) -> bool:
        """Whether nothing was done yet that cannot be undone. That there was nothing to move is no reason to go on."""
        final = {step.name for step in self.steps if step.final and step.name != MOVE}
        return MOVING not in operation.notes and not any(record.step in final for record in operation.steps)

    def has_done_nothing(self, operation: Operation) -> bool:
        """Whether nothing at all was done to the node or for it, nor was about to be."""
        noted = operation.notes.keys() & {ORDERED, DESTROYING}
        return self.is_untouched(operation) and not self.leaves_traces(operation) and not noted


DEAD = frozenset({Condition.GONE, Condition.UNREACHABLE, Condition.STUCK})
ILL = frozenset({Condition.IMPAIRED, Condition.DOOMED})
# What a node is on its way from the notice to its end.
ENDING = frozenset({Condition.DOOMED, Condition.STOPPED, Condition.GONE, Condition.UNREACHABLE})
