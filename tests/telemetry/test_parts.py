"""Each step belongs to one of the seven parts of a repair's time."""

from __future__ import annotations

from shared.operate.course import GIVE_UP, MAKE_UP
from shared.operate.plans import PLANS
from shared.telemetry.parts import ORDERS, PART_OF


def test_every_step_of_every_plan_has_its_part() -> None:
    steps = {step.name for course in PLANS.values() for step in course.steps} | {GIVE_UP.name, MAKE_UP.name}
    assert steps - ORDERS == PART_OF.keys()
    assert steps >= ORDERS
