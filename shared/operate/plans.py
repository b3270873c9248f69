"""The plans: by which steps each remedy is carried out.

    replace_dead     prove_ill -> destroy -> prove_gone -> tell_scheduler -> grow -> await_join -> verify

Dead is proved by Azure and Mesos both before anything is destroyed. Mesos is told only when Azure has confirmed that
the machine is gone, because an agent that is marked gone is banned for ever and its volumes are lost. The pool grows
after that, so that a new machine with the same address is never taken for the old one. It is over when the work that
ran on the node runs again, not when a machine says that it succeeded.

`guards` are those that are asked again, with fresh readings, just before the step; a step without any changes nothing
that could not be changed back. `final` steps cannot be undone: before the first of them an operation may be withdrawn,
after it it goes on. `patience` is how long a step may take, `late` what it means when it takes longer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from shared.guards import AFTER_THE_LOSS, ORDER, TO_GROW, Guard
from shared.model.nodes import Condition
from shared.model.operations import Operation, Plan
from shared.policy.schema import PoolPolicy

from .hand import Hand
from .outcomes import Failed, HandOver, Outcome
from .steps.await_join import await_join
from .steps.destroy import destroy
from .steps.grow import grow
from .steps.prove_dead import prove_dead
from .steps.prove_gone import prove_gone
from .steps.tell_scheduler import tell_scheduler
from .steps.verify import verify


@dataclass(frozen=True)
class Step:
    name: str
    do: Callable[[Hand], Awaitable[Outcome]]
    guards: Sequence[Guard]
    patience: Callable[[PoolPolicy], timedelta]
    final: bool = False
    late: type[HandOver] | type[Failed] = field(default=HandOver)


@dataclass(frozen=True)
class Course:
    """One plan: its steps in order, and the conditions that it is for."""

    cures: frozenset[Condition]
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def after(self, name: str) -> str | None:
        """The next step's name; None after the last."""
        names = [step.name for step in self.steps]
        place = names.index(name) + 1
        return names[place] if place < len(names) else None

    def is_untouched(self, operation: Operation) -> bool:
        """Whether nothing was done yet that cannot be undone."""
        final = {step.name for step in self.steps if step.final}
        return not any(record.step in final for record in operation.steps)


def _minutes(minutes: int) -> Callable[[PoolPolicy], timedelta]:
    return lambda pool: timedelta(minutes=minutes)


PLANS: Mapping[Plan, Course] = {
    Plan.REPLACE_DEAD: Course(
        cures=frozenset({Condition.GONE, Condition.UNREACHABLE}),
        steps=(
            Step("prove_dead", prove_dead, (), _minutes(10)),
            Step("destroy", destroy, ORDER, _minutes(20), final=True),
            Step("prove_gone", prove_gone, (), _minutes(20)),
            Step("tell_scheduler", tell_scheduler, AFTER_THE_LOSS, _minutes(30)),
            Step("grow", grow, TO_GROW, _minutes(60)),
            Step("await_join", await_join, (), lambda pool: pool.repair.join_timeout),
            Step("verify", verify, (), lambda pool: pool.repair.verify_timeout),
        ),
    ),
}
