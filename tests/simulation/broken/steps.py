"""Steps that say that they are done and do nothing, and what is believed of orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from shared.errors import Unknown
from shared.operate import plans
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome
from tests.simulation.broken.variant import Break, Variant

type Do = Callable[[Hand], Awaitable[Outcome]]
FOUND = plans.Course.step


def changed(how: Callable[[plans.Step], plans.Step]) -> Break:
    """Every step of every plan, as the engine finds it."""

    def step(course: plans.Course, name: str) -> plans.Step:
        return how(FOUND(course, name))

    def apply(stack: pytest.MonkeyPatch) -> None:
        stack.setattr(plans.Course, "step", step)

    return apply


def _skipped(*names: str) -> Break:
    async def nothing(hand: Hand) -> Outcome:
        return Done("it is skipped")

    return changed(lambda step: replace(step, do=nothing) if step.name in names else step)


def _unasked(step: plans.Step) -> plans.Step:
    return replace(step, guards=())


def _unproved(step: plans.Step) -> plans.Step:
    async def nothing(hand: Hand) -> Outcome:
        return Done("it is skipped")

    do = nothing if step.name in PROOFS else step.do
    return replace(step, do=do, guards=())


PROOFS = frozenset({"prove_dead", "prove_ill"})


def _believing(step: plans.Step) -> plans.Step:
    """An order whose answer got lost counts as carried out."""

    async def do(hand: Hand) -> Outcome:
        try:
            return await step.do(hand)
        except Unknown as error:
            return Done(str(error))

    return replace(step, do=do)


def _by_number(step: plans.Step) -> plans.Step:
    """It destroys what has the number, whatever machine that is now."""

    async def do(hand: Hand) -> Outcome:
        if hand.operation.token is not None:
            return await step.do(hand)
        address, subject = hand.cluster.address_of(hand.pool), hand.operation.subject
        await hand.about_to(f"destroying instance {subject.instance_id} of {address.scale_set}")
        await hand.outside.compute.destroy(address, [subject.instance_id])
        return Done("destroyed")

    return replace(step, do=do) if step.name == "destroy" else step


OF_STEPS: tuple[Variant, ...] = (
    Variant("nobody asks again before a step", changed(_unasked)).seen(8),
    Variant("nothing is proved before a step", changed(_unproved)).seen(4),
    Variant("it is not proved that a machine is gone", _skipped("prove_gone")).seen(4),
    Variant("the masters are not told that an agent is gone", _skipped("tell_scheduler")).seen(5),
    Variant("it is not verified that the work runs again", _skipped("verify")).seen(5),
    Variant("recovery is not awaited", _skipped("await_recovery")).seen(5),
    Variant("no evidence is kept", _skipped("keep_evidence")).seen(12),
    Variant("what was done is not taken back", _skipped("give_back")).seen(5),
    Variant("the pool is not grown", _skipped("grow")).seen(5),
    Variant("an answer that got lost is a success", changed(_believing)).seen(5),
    Variant("a machine is known by its number alone", changed(_by_number)).seen(4),
)
