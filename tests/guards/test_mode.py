"""The guard `mode`: how far the policy lets us go."""

from __future__ import annotations

from shared.guards import mode
from shared.model.decisions import Answer
from shared.policy.schema import Mode
from tests.builders import Cluster, pool_policy


def asked(given: Mode) -> Answer:
    return mode.ask(Cluster(nodes=3, pool=pool_policy(mode=given)).question(1))


def test_condition_1_observing_does_nothing() -> None:
    assert asked(Mode.OBSERVE) == Answer("mode", False, "mode_observe", {"mode": "observe"})


def test_condition_2_proposing_does_nothing_without_approval() -> None:
    assert asked(Mode.PROPOSE) == Answer("mode", False, "mode_propose", {"mode": "propose"})


def test_condition_3_enforcing_goes_on() -> None:
    assert asked(Mode.ENFORCE) == Answer("mode", True, "ok", {"mode": "enforce"})
