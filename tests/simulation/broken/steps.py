"""Steps that say that they are done and do nothing, and what is believed of orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from shared.errors import Unknown
from shared.operate.course import Course, Step
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome
from tests.simulation.broken import tales
from tests.simulation.broken.variant import Break, Variant

type Do = Callable[[Hand], Awaitable[Outcome]]
FOUND = Course.step


def changed(how: Callable[[Step], Step]) -> Break:
    """Every step of every plan, as the engine finds it."""

    def step(course: Course, name: str) -> Step:
        return how(FOUND(course, name))

    def apply(stack: pytest.MonkeyPatch) -> None:
        stack.setattr(Course, "step", step)

    return apply


def _skipped(*names: str) -> Break:
    async def nothing(hand: Hand) -> Outcome:
        return Done("it is skipped")

    return changed(lambda step: replace(step, do=nothing) if step.name in names else step)


def _unasked(step: Step) -> Step:
    return replace(step, guards=())


def _unproved(step: Step) -> Step:
    async def nothing(hand: Hand) -> Outcome:
        return Done("it is skipped")

    do = nothing if step.name in PROOFS else step.do
    return replace(step, do=do, guards=())


PROOFS = frozenset({"prove_dead", "prove_ill"})


def _believing(step: Step) -> Step:
    """An order whose answer got lost counts as carried out."""

    async def do(hand: Hand) -> Outcome:
        try:
            return await step.do(hand)
        except Unknown as error:
            return Done(str(error))

    return replace(step, do=do)


def _by_number(step: Step) -> Step:
    """It destroys what has the number, whatever machine that is now."""

    async def do(hand: Hand) -> Outcome:
        if hand.operation.token is not None:
            return await step.do(hand)
        address, subject = hand.cluster.address_of(hand.pool), hand.operation.subject
        await hand.about_to(f"destroying instance {subject.instance_id} of {address.scale_set}")
        await hand.outside.compute.destroy(address, [subject.instance_id])
        return Done("destroyed")

    return replace(step, do=do) if step.name == "destroy" else step


def _unasked_in_the_first_phase(step: Step) -> Step:
    return replace(step, guards=()) if step.name in FIRST_PHASE else step


FIRST_PHASE = frozenset({"stop_new_tasks", "surge", "move_tasks", "destroy"})


OF_STEPS: tuple[Variant, ...] = (
    Variant("nobody asks again before a step", changed(_unasked)).seen(tales.PAUSED_AT_LAST, 8),
    Variant("nothing is proved before a step", changed(_unproved)).seen(tales.BACK_AGAIN, 4),
    Variant("it is not proved that a machine is gone", _skipped("prove_gone")).told_by(
        "incidents/test_false_success.py::test_a_deletion_that_only_says_that_it_succeeded_is_no_deletion",
        "its Azure deletes what it says",
    ),
    Variant("the masters are not told that an agent is gone", _skipped("tell_scheduler")).told_by(
        "healing/test_a_failed_agent_is_replaced.py::test_an_unreachable_agent_is_replaced_after_it_is_confirmed",
        "its masters miss lost agents by themselves, later",
    ),
    Variant("it is not verified that the work runs again", _skipped("verify")).told_by(
        "operate/test_patience.py::test_tasks_that_do_not_come_back_are_handed_over_after_the_verify_timeout",
        "its tasks come back in the end, looked after or not",
    ),
    Variant("recovery is not awaited", _skipped("await_recovery")).told_by(
        "incidents/test_false_success.py::test_a_restart_that_only_says_that_it_succeeded_has_failed",
        "a node that was not helped is found again and helped otherwise",
    ),
    Variant("no evidence is kept", _skipped("keep_evidence")).told_by(
        "incidents/test_lost_data.py::test_what_was_known_of_a_node_is_kept_before_anything_is_done_to_it",
        "evidence is for people and changes nothing in the world",
    ),
    Variant("what was done is not taken back", _skipped("give_back")).seen(tales.AILING, 5),
    Variant("the pool is not grown", _skipped("grow")).told_by(
        "healing/test_a_failed_agent_is_replaced.py::test_an_unreachable_agent_is_replaced_after_it_is_confirmed",
        "a person is called when nobody joins, and mends it",
    ),
    Variant("an answer that got lost is a success", changed(_believing)).told_by(
        "operate/test_unknown_outcomes.py::test_the_answer_to_marking_gone_is_lost",
        "the steps that follow look for themselves",
    ),
    Variant("a machine is known by its number alone", changed(_by_number)).told_by(
        "incidents/test_false_success.py::test_a_machine_that_has_the_number_of_another_is_not_taken_for_it",
        "its Azure uses no number twice",
    ),
    Variant(
        "what recovers in the first phase is replaced all the same", changed(_unasked_in_the_first_phase)
    ).told_by(
        "healing/test_a_working_node_is_replaced_in_two_phases.py::test_what_recovers_before_its_successor_came_goes_back_to_work",
        "the moment between the phases is short in its worlds",
    ),
)
