"""Guards that are never asked, or that agree where they have one of their reasons to refuse."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from shared.guards import Guard, Question
from shared.guards import ask as ask_all
from shared.model.decisions import Answer
from shared.model.remedies import Remedy
from shared.operate.hand import Hand
from tests.simulation.broken import tales
from tests.simulation.broken.variant import Break, Variant


def _asked(how: Callable[[Question, Sequence[Guard]], tuple[Answer, ...]]) -> Break:
    """Whoever asks guards asks them so: when deciding, at the books, and again before a step."""

    def apply(stack: pytest.MonkeyPatch) -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("shared.") and getattr(module, "ask", None) is ask_all:
                stack.setattr(module, "ask", how)

    return apply


def _no_last_word(stack: pytest.MonkeyPatch) -> None:
    async def said_nothing(self: Hand) -> None:
        return None

    stack.setattr(Hand, "_raise_if_forbidden", said_nothing)


def _never(guard: str) -> Break:
    """It is never asked."""

    def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
        return ask_all(question, [one for one in guards if one.__module__ != f"shared.guards.{guard}"])

    return _asked(ask)


def not_asked_for(guard: str, remedy: Remedy) -> Break:
    """It is never asked about this remedy."""

    def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
        asked = [one for one in guards if one.__module__ != f"shared.guards.{guard}"]
        return ask_all(question, asked if question.remedy is remedy else guards)

    return _asked(ask)


def _not_for(*reasons: str) -> Break:
    """Guards agree where they would refuse for these reasons."""

    def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
        answers = ask_all(question, guards)
        return tuple(replace(one, allowed=True) if one.reason in reasons else one for one in answers)

    return _asked(ask)


OF_GUARDS: tuple[Variant, ...] = (
    Variant("the guard mode is not asked", _never("mode")).seen(tales.OBSERVED, 8),
    Variant("the guard pause is not asked", _never("pause")).seen(tales.PAUSED, 8),
    Variant("the guard approval is not asked", _never("approval")).seen(tales.REJECTED, 8),
    Variant("the guard self_doubt is not asked", _never("self_doubt")).seen(tales.NOBODY_LISTED, 4),
    Variant("the guard failover is not asked", _never("failover")).seen(tales.FAILED_OVER, 15),
    Variant("the guard capacity is not asked", _never("capacity")).seen(tales.WRONG_CAPACITY, 9),
    Variant("the guard storm is not asked", _never("storm")).seen(tales.MANY_AT_ONCE, 15),
    Variant("the guard joining is not asked", _never("joining")).seen(tales.NOBODY_JOINS, 15),
    Variant("the guard ledger is not asked", _never("ledger")).seen(tales.MANY_DIE, 2),
    Variant("more are disrupted at once", _not_for("ledger_at_once", "ledger_cluster")).seen(
        tales.MANY_DIE, 2
    ),
    Variant("more of a fault domain are disrupted", _not_for("ledger_fault_domain")).seen(
        tales.ONE_DOMAIN, 2
    ),
    Variant("more are disrupted in an hour", _not_for("ledger_per_hour")).seen(tales.ONE_BY_ONE, 2),
    Variant("more are disrupted in a day", _not_for("ledger_per_day")).seen(tales.ALL_DAY, 2),
    Variant("the reserve for ends that are near is not kept", _not_for("ledger_reserve")).seen(
        tales.EVICTED, 2
    ),
    Variant("the guard window is not asked", _never("window")).seen(tales.CLOSED, 15),
    Variant("the guard quorum is not asked", _never("quorum")).seen(tales.TWO_MASTERS_ILL, 3),
    Variant("the guard stateful is not asked", _never("stateful")).seen(tales.MEMBERS, 13),
    Variant("the guard correlated is not asked", _never("correlated")).told_by(
        "healing/test_failures_that_share_a_cause.py::test_a_rack_that_dies_at_once_is_left_to_a_person_while_repair_goes_on_elsewhere",
        "machines of a rack that died are dead, and to replace them harms nobody there",
    ),
    Variant("the guard canary is not asked", _never("canary")).told_by(
        "incidents/test_shared_causes.py::test_a_probe_that_is_wrong_about_some_nodes_tries_its_remedy_on_one",
        "that a probe is wrong is no state of a machine",
    ),
    Variant("the guard backoff is not asked", _never("backoff")).told_by(
        "operate/test_azure_has_no_room.py::test_a_machine_that_could_be_helped_otherwise_is_not_destroyed_meanwhile",
        "a dead machine without a successor is missed no more than before",
    ),
    Variant("nobody looks right before an order whether it is paused by now", _no_last_word).told_by(
        "healing/test_guards_are_asked_twice.py::test_a_pause_that_is_said_after_the_guards_were_asked_stops_the_order",
        "what guards are asked about is a few seconds old, and few pauses fall into these",
    ),
    Variant("pools keep no account together", _not_for("ledger_cluster")).told_by(
        "incidents/test_limits.py::test_two_pools_in_maintenance_share_one_account",
        "its clusters have one pool",
    ),
)
