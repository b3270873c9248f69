"""Rules 5 and 6 of shared/decide/masters.py for machines that are off: waited for, started, or left to a person."""

from __future__ import annotations

import pytest

from shared.model.azure import Power
from shared.model.decisions import Verdict
from shared.model.masters import MASTERS
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.model.signals import Signal, SignalKind, Source
from tests.builders import NOW
from tests.decide.test_masters import MINUTE, of
from tests.masters.council import Masters


def heard(masters: Masters, kind: SignalKind, number: int = 1) -> Signal:
    """Azure told this of the machine of a master."""
    about = masters.azure[number].name.upper()
    return Signal(kind, Source.EVENT_GRID, "prod", f"{kind} {number}", NOW, NOW, MASTERS, about=about)


def test_5_one_that_was_off_or_that_somebody_boots_is_given_the_time_of_a_boot() -> None:
    masters = Masters(3)
    masters.is_silent(1)
    masters.has_been(1, Condition.STOPPED)
    decision = of(masters)
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + 10 * MINUTE)
    masters.hung(1, 2 * MINUTE, decision=decision)
    assert of(masters).until == NOW + 10 * MINUTE, "what was promised stands"
    masters.hung(1, 2 * MINUTE, signals=(heard(masters, SignalKind.VM_RESTARTED),))
    assert of(masters).until == NOW + 8 * MINUTE
    masters.hung(1, 2 * MINUTE, signals=(heard(masters, SignalKind.VM_RESTARTED, 2),))
    assert of(masters).verdict is Verdict.ACT, "it was another one"


@pytest.mark.parametrize("kind", [SignalKind.VM_STOPPED, SignalKind.VM_DEALLOCATED])
def test_6_what_somebody_was_heard_to_stop_is_given_to_a_person(kind: SignalKind) -> None:
    masters = Masters(3)
    masters.is_silent(1)
    masters.machine(1, power=Power.STOPPED)
    masters.has_been(1, Condition.STOPPED, 9 * MINUTE, signals=(heard(masters, kind),))
    assert (of(masters).verdict, of(masters).until) == (Verdict.WAIT, NOW + MINUTE)
    masters.has_been(1, Condition.STOPPED, 10 * MINUTE, signals=(heard(masters, kind),))
    assert of(masters).verdict is Verdict.HAND_OVER


@pytest.mark.parametrize("power", [Power.STOPPED, Power.DEALLOCATED])
def test_6_what_is_off_and_nobody_stopped_is_started_by_the_rung_restart(power: Power) -> None:
    masters = Masters(3)
    masters.is_silent(1)
    masters.machine(1, power=power)
    masters.has_been(1, Condition.STOPPED, 10 * MINUTE)
    assert (of(masters).verdict, of(masters).remedy) == (Verdict.ACT, Remedy.RESTART)


@pytest.mark.parametrize(
    "other", [{"power": Power.STOPPING}, {"power": Power.DEALLOCATING}, {"power": Power.STARTING}]
)
def test_6_what_azure_does_not_end_is_given_to_a_person(other: dict[str, Power]) -> None:
    masters = Masters(3)
    masters.is_silent(1)
    masters.machine(1, **other)
    masters.has_been(1, Condition.STOPPED, 10 * MINUTE)
    assert of(masters).verdict is Verdict.HAND_OVER
