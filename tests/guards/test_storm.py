"""The guard `storm`: when much of a pool fails at once, it is not the machines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import storm
from shared.model.azure import Power
from shared.policy.schema import Storm
from shared.policy.share import Share
from tests.builders import NOW, Cluster, pool_policy


def test_condition_1_an_end_that_is_near_does_not_wait_for_the_storm() -> None:
    cluster = Cluster(nodes=5)
    for number in (2, 3, 4):
        cluster.loses_agent(number)
    cluster.is_announced(1, timedelta(seconds=30))
    assert storm.ask(cluster.question(1)).allowed
    cluster.is_announced(1, timedelta(hours=1))
    assert storm.ask(cluster.question(1)).reason == "storm_now"


@pytest.mark.parametrize(("nodes", "threshold"), [(3, 2), (5, 2), (6, 3), (10, 4), (100, 40)])
def test_condition_2_as_many_unwell_nodes_as_the_policys_share_refuse(nodes: int, threshold: int) -> None:
    cluster = Cluster(nodes)
    for number in range(1, threshold):
        cluster.loses_agent(number)
    assert storm.ask(cluster.question(1)).allowed
    cluster.loses_agent(threshold)
    answer = storm.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "storm_now", None)
    assert answer.numbers == {"unwell": threshold, "nodes": nodes, "threshold": threshold}


@pytest.mark.parametrize("nodes", [1, 2])
def test_condition_2_does_not_hold_for_a_single_node(nodes: int) -> None:
    cluster = Cluster(nodes, pool_policy(storm=Storm(unhealthy=Share(1, True))))
    cluster.loses_agent(1)
    answer = storm.ask(cluster.question(1))
    assert (answer.allowed, answer.numbers) == (True, {"unwell": 1, "nodes": nodes, "threshold": 2})


def test_condition_2_counts_every_way_of_being_unwell() -> None:
    cluster = Cluster(nodes=10)
    cluster.loses_agent(1)
    cluster.is_deallocated(2)
    cluster.is_deleted(3)
    cluster.becomes(4, power=Power.STOPPED)
    assert storm.ask(cluster.question(1)).numbers["unwell"] == 4


def test_condition_2_counts_joining_nodes_as_well() -> None:
    cluster = Cluster(nodes=3)
    for number in (4, 5, 6):
        cluster.is_new(number)
    assert storm.ask(cluster.question(1)).numbers == {"unwell": 0, "nodes": 6, "threshold": 3}


def test_condition_3_a_storm_that_was_seen_lately_refuses_until_the_hold_has_passed() -> None:
    cluster = Cluster(nodes=3)
    cluster.loses_agent(1)
    until = NOW + timedelta(minutes=7)
    cluster.ledger = replace(cluster.ledger, storm_since=NOW, storm_until=until)
    answer = storm.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "storm_cooling", until)
    assert answer.numbers == {"unwell": 1, "nodes": 3, "threshold": 2, "left_s": 420}


def test_condition_3_does_not_hold_once_the_hold_has_passed() -> None:
    cluster = Cluster(nodes=3)
    cluster.loses_agent(1)
    cluster.ledger = replace(cluster.ledger, storm_since=NOW - timedelta(hours=1), storm_until=NOW)
    assert storm.ask(cluster.question(1)).allowed


def test_a_storm_that_goes_on_has_no_end_by_the_clock() -> None:
    cluster = Cluster(nodes=3)
    cluster.loses_agent(1)
    cluster.loses_agent(2)
    cluster.ledger = replace(cluster.ledger, storm_since=NOW, storm_until=NOW + timedelta(minutes=7))
    answer = storm.ask(cluster.question(1))
    assert (answer.reason, answer.until) == ("storm_now", None)


def test_a_pool_without_nodes_has_no_storm() -> None:
    empty = Cluster(nodes=1).question(1).tally
    counted = replace(empty, conditions={})
    assert storm.measure(counted, pool_policy(), None) == (False, {"unwell": 0, "nodes": 0, "threshold": 2})


@pytest.mark.parametrize(("wanted", "stormy"), [(6, False), (7, True), (None, True)])
def test_a_pool_with_as_many_healthy_nodes_as_are_wanted_has_no_storm(
    wanted: int | None, stormy: bool
) -> None:
    """Ten nodes, of which four were scaled in."""
    cluster = Cluster(nodes=10)
    for number in range(1, 5):
        cluster.is_deleted(number)
    cluster.ledger = replace(cluster.ledger, wanted=wanted)
    assert storm.ask(cluster.question(1)).allowed is not stormy
