"""The guard `failover`: a new leader must be given time to hear from its agents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import failover
from tests.builders import NOW, Cluster


@pytest.mark.parametrize("led", [timedelta(seconds=-30), timedelta(0), timedelta(seconds=599)])
def test_condition_1_a_new_leader_refuses_until_its_hold_off_has_passed(led: timedelta) -> None:
    """Also one whose clock is ahead of ours."""
    cluster = Cluster(nodes=3)
    cluster.elected_at = NOW - led
    answer = failover.ask(cluster.question(1))
    assert (answer.allowed, answer.reason) == (False, "leader_is_new")
    assert answer.until == cluster.elected_at + timedelta(minutes=10)
    assert answer.numbers == {"led_s": led.total_seconds(), "hold_off_s": 600}


def test_condition_1_does_not_hold_once_the_hold_off_has_passed() -> None:
    cluster = Cluster(nodes=3)
    cluster.elected_at = NOW - timedelta(minutes=10)
    answer = failover.ask(cluster.question(1))
    assert answer.allowed
    assert answer.numbers == {"led_s": 600, "hold_off_s": 600}


def test_the_hold_off_is_the_policys() -> None:
    cluster = Cluster(nodes=3)
    cluster.elected_at = NOW - timedelta(minutes=11)
    cluster.policy = replace(cluster.policy, failover_hold_off=timedelta(minutes=20))
    answer = failover.ask(cluster.question(1))
    assert (answer.allowed, answer.until) == (False, NOW + timedelta(minutes=9))


def test_a_leader_that_could_not_be_read_is_not_an_old_leader() -> None:
    cluster = Cluster(nodes=3)
    cluster.unreadable = {"scheduler"}
    answer = failover.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "leader_unread", None)
