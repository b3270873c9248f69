"""The guard `canary`: of several nodes that still work and have the same trouble, one is helped first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import canary
from shared.guards.place import with_place
from shared.model.decisions import Answer
from shared.model.ledger import Wave
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from tests.builders import NOW, Cluster, disruption, name
from tests.judge.health import unit_fails

UNIT = "dcos-docker-gc.service"
ILL = f"impaired ({UNIT})"
BEGAN = NOW - timedelta(hours=1)


def ill(done: int = 0, helping: int = 0, failed: tuple[str, ...] = ()) -> Cluster:
    """Nodes 1 to 8 of twelve have the same failed unit; so many were helped, are being helped, or were not."""
    cluster = Cluster(nodes=12)
    unit_fails(cluster, *range(1, 9), unit=UNIT)
    active = tuple(disruption(8 - number, trouble=ILL) for number in range(helping))
    waves = (Wave(ILL, BEGAN, done, failed),)
    cluster.ledger = replace(cluster.ledger, active=active, waves=waves)
    return cluster


def asked(cluster: Cluster, number: int = 1, operation: str | None = None) -> Answer:
    return canary.ask(cluster.question(number, operation))


def test_condition_1_dead_nodes_are_not_held() -> None:
    cluster = ill(helping=1)
    cluster.loses_agent(1)
    assert asked(cluster).allowed


def test_condition_2_an_end_that_is_near_is_not_held() -> None:
    cluster = Cluster(nodes=12)
    active, waves = (disruption(2, trouble="doomed"),), (Wave("doomed", BEGAN),)
    cluster.ledger = replace(cluster.ledger, active=active, waves=waves)
    cluster.is_announced(1, timedelta(hours=2))
    assert asked(cluster).reason == "canary_first"
    cluster.is_announced(1, timedelta(minutes=2))
    assert asked(cluster).allowed


def test_condition_3_where_it_did_not_help_the_first_the_rest_waits() -> None:
    cluster = ill(failed=(name(7),))
    answer = asked(cluster)
    assert (answer.allowed, answer.reason, answer.until) == (False, "canary_failed", None)
    assert answer.numbers == {"trouble": ILL, "failed": name(7)}
    assert asked(cluster, 7).allowed, "the next rung of its ladder is tried at itself"


@pytest.mark.parametrize("subject", ["private", "i-1"])
def test_condition_3_a_person_who_approves_lifts_it(subject: str) -> None:
    cluster = ill(failed=(name(7),))
    word = Override(OverrideKind.APPROVE, subject, "ann", "", NOW, None, Remedy.REPLACE.value)
    question = replace(cluster.question(1), incident="i-1", overrides=(word,))
    assert canary.ask(question).allowed
    earlier = replace(word, since=BEGAN - timedelta(minutes=1))
    assert not canary.ask(replace(question, overrides=(earlier,))).allowed


@pytest.mark.parametrize(
    ("done", "helping", "goes_on"),
    [(0, 0, True), (0, 1, False), (1, 1, True), (1, 2, False), (2, 2, False), (3, 2, True), (3, 5, True)],
)
def test_condition_4_one_then_two_then_the_rest(done: int, helping: int, goes_on: bool) -> None:
    answer = asked(ill(done, helping))
    assert answer.allowed is goes_on
    assert answer.reason == ("ok" if goes_on else "canary_first")


def test_condition_4_who_is_being_helped_does_not_stand_in_its_own_way() -> None:
    assert asked(ill(helping=1), 8, operation="o-8").allowed


def test_condition_4_another_trouble_is_another_wave() -> None:
    cluster = ill(helping=1)
    unit_fails(cluster, 1, unit="dcos-mesos-slave.service")
    assert asked(cluster).allowed


def test_the_first_place_of_a_trouble_begins_its_wave() -> None:
    cluster = Cluster(nodes=12)
    unit_fails(cluster, 1, 2, unit=UNIT)
    cluster.ledger = with_place(cluster.question(1), "o-1")
    assert cluster.ledger.waves == (Wave(ILL, NOW),)
    assert asked(cluster, 2).reason == "canary_first"


def test_condition_3_a_machine_that_is_no_better_than_the_one_before_it_is_not_replaced() -> None:
    cluster = ill()
    came = replace(cluster.memory[name(1)], replaces="the first", joined_at=NOW - timedelta(hours=2))
    cluster.memory[name(1)] = came
    assert asked(cluster).reason == "canary_failed"
    cluster.memory[name(1)] = replace(came, joined_at=NOW - timedelta(hours=25))
    assert asked(cluster).allowed


def test_condition_5_the_next_one_waits_until_the_successor_of_the_last_could_be_judged() -> None:
    cluster = ill(done=3)
    (wave,) = cluster.ledger.waves
    cluster.ledger = replace(cluster.ledger, waves=(replace(wave, helped_at=NOW - timedelta(minutes=4)),))
    answer = asked(cluster)
    assert (answer.reason, answer.until) == ("canary_settles", NOW + timedelta(minutes=6))
    cluster.ledger = replace(cluster.ledger, waves=(replace(wave, helped_at=NOW - timedelta(minutes=10)),))
    assert asked(cluster).allowed
