"""The remedy *replace*: its steps, in order.

    prove_dead -> destroy -> prove_gone -> tell_scheduler -> grow -> await_join -> verify

Dead is proved by Azure and Mesos both before anything is destroyed. Mesos is told only when Azure has confirmed that
the machine is gone, because an agent that is marked gone is banned for ever and its volumes are lost. The pool grows
after that, so that a new machine with the same address is never taken for the old one. It is over when the work that
ran on the node runs again, not when a machine says that it succeeded.

`guards` are those that are asked again, with fresh readings, just before the step; a step without any changes nothing
that could not be changed back. `patience` is how long a step may take before a person is called.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.guards import AFTER_THE_LOSS, ORDER, Guard
from shared.policy.schema import PoolPolicy

from .hand import Hand
from .outcomes import Outcome
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


def _minutes(minutes: int) -> Callable[[PoolPolicy], timedelta]:
    return lambda pool: timedelta(minutes=minutes)


STEPS: tuple[Step, ...] = (
    Step("prove_dead", prove_dead, (), _minutes(10)),
    Step("destroy", destroy, ORDER, _minutes(20)),
    Step("prove_gone", prove_gone, (), _minutes(20)),
    Step("tell_scheduler", tell_scheduler, AFTER_THE_LOSS, _minutes(30)),
    Step("grow", grow, (), _minutes(60)),
    Step("await_join", await_join, (), lambda pool: pool.repair.join_timeout),
    Step("verify", verify, (), lambda pool: pool.repair.verify_timeout),
)

FIRST_STEP = STEPS[0].name
BY_NAME = {step.name: step for step in STEPS}


def step_after(name: str) -> str | None:
    """The next step's name; None after the last."""
    names = [step.name for step in STEPS]
    place = names.index(name) + 1
    return names[place] if place < len(names) else None
