"""Sizes without their bounds, without their rest, and without a look at who would find room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.decide import sizes
from shared.scale import rule, victims
from shared.scale.load import Demand
from shared.scale.pace import Course
from shared.scale.placement import place
from tests.simulation.broken import tales
from tests.simulation.broken.variant import Variant

BOUNDED, LOOKED, BOUNDS = rule._bounded, rule._looked, sizes._bounds


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


def _placed_anyhow(stack: pytest.MonkeyPatch) -> None:
    def anyhow(*args: Any, **named: Any) -> Any:
        return replace(place(*args, **named), refused=())

    stack.setattr(victims, "place", anyhow)


OF_SIZES: tuple[Variant, ...] = (
    Variant("the least that a pool is to have is not kept", _at_least_none).seen(tales.LITTLE_LOAD, 16),
    Variant("the most that a pool is to have is not kept", _at_most_any).seen(tales.MUCH_LOAD, 17),
    Variant("a size that has just changed does not rest", _restless).seen(tales.UP_AND_DOWN, 18),
    Variant("nobody looks who would find room", _placed_anyhow).seen(tales.NO_ROOM_ELSEWHERE, 19),
)
