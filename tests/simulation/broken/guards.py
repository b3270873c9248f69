"""Guards that are never asked, or that agree where they have one of their reasons to refuse."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from shared.guards import Guard, Question
from shared.guards import ask as ask_all
from shared.model.decisions import Answer
from tests.simulation.broken.variant import Break, Variant


def _asked(how: Callable[[Question, Sequence[Guard]], tuple[Answer, ...]]) -> Break:
    """Whoever asks guards asks them so: when deciding, at the books, and again before a step."""

    def apply(stack: pytest.MonkeyPatch) -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("shared.") and getattr(module, "ask", None) is ask_all:
                stack.setattr(module, "ask", how)

    return apply


def _never(guard: str) -> Break:
    """It is never asked."""

    def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
        return ask_all(question, [one for one in guards if one.__module__ != f"shared.guards.{guard}"])

    return _asked(ask)


def _not_for(*reasons: str) -> Break:
    """Guards agree where they would refuse for these reasons."""

    def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
        answers = ask_all(question, guards)
        return tuple(replace(one, allowed=True) if one.reason in reasons else one for one in answers)

    return _asked(ask)


OF_GUARDS: tuple[Variant, ...] = (
    Variant("the guard mode is not asked", _never("mode")).seen(8),
    Variant("the guard pause is not asked", _never("pause")).seen(8),
    Variant("the guard approval is not asked", _never("approval")).seen(8),
    Variant("the guard self_doubt is not asked", _never("self_doubt")).seen(4),
    Variant("the guard failover is not asked", _never("failover")).seen(4),
    Variant("the guard capacity is not asked", _never("capacity")).seen(9),
    Variant("the guard storm is not asked", _never("storm")).seen(15),
    Variant("the guard joining is not asked", _never("joining")).seen(15),
    Variant("the guard ledger is not asked", _never("ledger")).seen(2),
    Variant("more are disrupted at once", _not_for("ledger_at_once", "ledger_cluster")).seen(2),
    Variant("more of a fault domain are disrupted", _not_for("ledger_fault_domain")).seen(2),
    Variant("more are disrupted in an hour", _not_for("ledger_per_hour")).seen(2),
    Variant("more are disrupted in a day", _not_for("ledger_per_day")).seen(2),
)
