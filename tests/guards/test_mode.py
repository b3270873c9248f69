"""The guard `mode`: how far the policy lets us go."""

from __future__ import annotations

import pytest

from shared.guards import mode
from shared.model.decisions import Answer
from shared.policy.schema import Mode
from tests.builders import Cluster, pool_policy


def asked(given: Mode) -> Answer:
    return mode.ask(Cluster(nodes=3, pool=pool_policy(mode=given)).question(1))


def test_condition_1_observing_does_nothing() -> None:
    assert asked(Mode.OBSERVE) == Answer("mode", False, "mode_observe", {"mode": "observe"})


@pytest.mark.parametrize("mode", [Mode.PROPOSE, Mode.ENFORCE])
def test_condition_2_proposing_and_enforcing_go_on(mode: Mode) -> None:
    assert asked(mode) == Answer("mode", True, "ok", {"mode": mode.value})
