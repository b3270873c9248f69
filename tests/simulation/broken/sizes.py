"""Sizes without their bounds, without their rest, and without a look at who would find room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace as replace_step
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.decide import alternates, demands, relief, sizes
from shared.decide.leavers import Ground, choose_leavers
from shared.guards import approval, mode, pause
from shared.model.remedies import Remedy
from shared.operate import close
from shared.operate import relief as looks_for_relief
from shared.operate.course import BAR, Step
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome
from shared.operate.steps import shrink
from shared.operate.steps.stop_new_tasks import STOPPED
from shared.scale import rule, victims
from shared.scale.load import Demand
from shared.scale.pace import Course
from shared.scale.placement import place
from shared.scale.spread import Spread
from tests.simulation.broken import sized_tales as tales
from tests.simulation.broken.guards import not_asked_for
from tests.simulation.broken.steps import changed
from tests.simulation.broken.variant import Break, Variant

BOUNDED, LOOKED, BOUNDS = rule._bounded, rule._looked, sizes._bounds
AGAINST = shrink.against


def _at_least_none(stack: pytest.MonkeyPatch) -> None:
    def bounded(wish: Any, bounds: Any) -> Any:
        return wish if wish.nodes < bounds.min.nodes else BOUNDED(wish, bounds)

    stack.setattr(rule, "_bounded", bounded)


def _at_most_any(stack: pytest.MonkeyPatch) -> None:
    """Load may choose up to the capacity of the policy, whatever schedules say."""

    def bounds(situation: Any, pool: Any, lead: timedelta) -> Any:
        found = BOUNDS(situation, pool, lead)
        return replace(found, max=replace(found.max, nodes=pool.capacity.max))

    stack.setattr(sizes, "_bounds", bounds)


def _restless(stack: pytest.MonkeyPatch) -> None:
    """What was needed a moment ago counts for nothing, nor that the size has just changed."""

    def looked(asked: rule.Asked, known: Sequence[Demand], course: Course, now: datetime) -> Course:
        found = LOOKED(asked, known, course, now)
        return replace(found, looks=found.looks[-1:], since=now - timedelta(days=1))

    stack.setattr(rule, "_looked", looked)
    stack.setattr(rule, "_slowed", lambda asked, wish, course, now: wish)


def _forgetful(stack: pytest.MonkeyPatch) -> None:
    """What was needed in the window counts for nothing."""

    def looked(asked: rule.Asked, known: Sequence[Demand], course: Course, now: datetime) -> Course:
        found = LOOKED(asked, known, course, now)
        return replace(found, looks=found.looks[-1:], since=now - timedelta(days=1))

    stack.setattr(rule, "_looked", looked)


def _stands_in_at_once(stack: pytest.MonkeyPatch) -> None:
    stack.setattr(demands, "WITHOUT_ROOM", timedelta(0))


def _stands_in_anyway(stack: pytest.MonkeyPatch) -> None:
    stack.setattr(alternates, "can_not_get", lambda situation, pool: pool.name == "private")


def _too_many_are(counted: Callable[[int], int]) -> Break:
    """By another count."""

    def chosen(ground: Ground, pool: Any, book: Any, surplus: int) -> Any:
        return choose_leavers(ground, pool, book, counted(surplus))

    return lambda stack: stack.setattr(sizes, "choose_leavers", chosen)


def _open_as_before(step: Step) -> Step:
    """It is written down that the masters send nobody there any more, and they are not told."""

    async def do(hand: Hand) -> Outcome:
        hand.note(STOPPED, "agent")
        return Done("its tasks run on")

    return replace_step(step, do=do) if step.name == BAR else step


def _everybody_may_go(stack: pytest.MonkeyPatch) -> None:
    stack.setattr(Spread, "may_take", lambda spread, place: True)


def _restless_tasks(stack: pytest.MonkeyPatch) -> None:
    stack.setattr(relief, "SETTLES", timedelta(0))


def _anybody_is_hot(stack: pytest.MonkeyPatch) -> None:
    for module in (relief, looks_for_relief):
        stack.setattr(module, "is_cool", lambda shares, limits: "")
    stack.setattr(relief, "gained", lambda before, after: 1.0)


def _gone_for_good(stack: pytest.MonkeyPatch) -> None:
    """Who is counted out goes, whatever becomes of the others."""

    async def against(hand: Hand) -> Outcome | None:
        return None if await shrink._is_counted_out(hand) else await AGAINST(hand)

    stack.setattr(shrink, "against", against)


def _missed_for_ever(stack: pytest.MonkeyPatch) -> None:
    async def remember_help(hand: Any) -> None:
        """Nothing."""

    stack.setattr(close, "_remember_help", remember_help)


def _placed_anyhow(stack: pytest.MonkeyPatch) -> None:
    def anyhow(*args: Any, **named: Any) -> Any:
        return replace(place(*args, **named), refused=())

    stack.setattr(victims, "place", anyhow)


OF_SIZES: tuple[Variant, ...] = (
    Variant("the least that a pool is to have is not kept", _at_least_none).seen(tales.LITTLE_LOAD, 16),
    Variant("the most that a pool is to have is not kept", _at_most_any).seen(tales.MUCH_LOAD, 17),
    Variant("a size that has just changed does not rest", _restless).seen(tales.UP_AND_DOWN, 18),
    Variant("nobody looks who would find room", _placed_anyhow).seen(tales.NO_ROOM_ELSEWHERE, 19),
    Variant("a pool shrinks to what is needed at a moment", _forgetful).seen(tales.ONE_QUIET_MOMENT, 4),
    Variant("more are to go than are too many", _too_many_are(lambda surplus: surplus + 1)).seen(
        tales.ONE_FEWER, 11
    ),
    Variant("nobody ever goes", _too_many_are(lambda surplus: 0)).seen(tales.LITTLE_LOAD, 5),
    Variant("who goes is not kept from new tasks first", changed(_open_as_before)).seen(tales.FEWER, 4),
    Variant("a pool grows that is only watched", not_asked_for(mode.GUARD, Remedy.GROW)).seen(
        tales.OBSERVED, 8
    ),
    Variant("a paused pool grows", not_asked_for(pause.GUARD, Remedy.GROW)).seen(tales.PAUSED, 8),
    Variant("nobody is asked before a pool grows", not_asked_for(approval.GUARD, Remedy.GROW)).seen(
        tales.REFUSED_GROWTH, 8
    ),
    Variant("nobody is asked before a machine goes", not_asked_for(approval.GUARD, Remedy.SHRINK)).seen(
        tales.REFUSED_SHRINKING, 8
    ),
    Variant("nobody is asked before a task moves", not_asked_for(approval.GUARD, Remedy.RELIEVE)).seen(
        tales.REFUSED_RELIEF, 8
    ),
    Variant("who is counted out goes, whoever falls ill meanwhile", _gone_for_good).told_by(
        "scaling/test_others_fall_meanwhile.py::test_it_has_tasks_again_and_covers_for_who_fell_ill",
        "its order has to fail for a while just then, which one tale in a thousand brings about",
    ),
    Variant("who was sent away is missed", _missed_for_ever).seen(tales.FEWER, 11),
    Variant("zones are left as lopsided as they get", _everybody_may_go).seen(tales.NEW_IN_ONE_ZONE, 20),
    Variant("others stand in at the first refusal", _stands_in_at_once).seen(tales.NO_ROOM, 22),
    Variant("others stand in for a pool that gets machines", _stands_in_anyway).seen(tales.ROOM, 22),
    Variant("one task after the other moves", _restless_tasks).seen(tales.NEW_AGENTS, 21),
    Variant("tasks move from any agent", _anybody_is_hot).seen(tales.ALL_COOL, 21),
)
