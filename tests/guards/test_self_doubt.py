"""The guard `self_doubt`: is it us that is cut off?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import capacity, self_doubt
from shared.model.nodes import Condition
from tests.builders import NOW, Cluster, agent, disruption


def test_condition_1_unread_masters_refuse() -> None:
    cluster = Cluster(nodes=3)
    cluster.unreadable = {"scheduler"}
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "scheduler_unread", None)
    assert answer.numbers == {"why": "it answered 503"}


@pytest.mark.parametrize("source", ["scale_set", "instances", "addresses"])
def test_condition_2_any_unread_part_of_azure_refuses(source: str) -> None:
    cluster = Cluster(nodes=3)
    cluster.unreadable = {source}
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "azure_unread", None)
    assert answer.numbers == {"source": source, "why": "it answered 503"}


@pytest.mark.parametrize("source", ["scale_set", "instances", "addresses", "scheduler"])
@pytest.mark.parametrize("condition", [Condition.DOOMED, Condition.STOPPED])
def test_condition_2_a_node_that_is_emptied_in_time_needs_no_number_of_the_set(
    source: str, condition: Condition
) -> None:
    cluster = Cluster(nodes=3)
    cluster.ledger = replace(cluster.ledger, active=(disruption(1, urgent=True),))
    cluster.unreadable = {source}
    asked = cluster.question(1, operation=disruption(1).operation)
    asked = replace(asked, finding=replace(asked.finding, condition=condition))
    allowed = source == "scale_set" and condition is Condition.DOOMED
    assert self_doubt.ask(asked).allowed is allowed
    assert capacity.ask(asked).allowed is (allowed or source in {"addresses", "scheduler"})


def test_condition_3_readings_older_than_a_minute_refuse() -> None:
    cluster = Cluster(nodes=3)
    cluster.started_at = NOW - timedelta(seconds=60, microseconds=1)
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "readings_stale", None)
    assert answer.numbers == {"age_s": 60.000001, "oldest_s": 60.0}
    cluster.started_at = NOW - timedelta(seconds=60)
    answer = self_doubt.ask(cluster.question(1))
    assert answer.allowed
    assert answer.numbers == {"machines": 3, "connected": 3, "age_s": 60.0}


def test_condition_3_readings_from_the_future_refuse() -> None:
    """Our clock was put back since: nobody can tell how old they are."""
    cluster = Cluster(nodes=3)
    cluster.started_at = NOW + timedelta(seconds=5)
    assert self_doubt.ask(cluster.question(1)).allowed
    cluster.started_at = NOW + timedelta(seconds=6)
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.reason) == (False, "readings_from_the_future")
    assert answer.numbers == {"ahead_s": 6.0}


@pytest.mark.parametrize("apart", [timedelta(seconds=60), timedelta(seconds=-60)])
def test_condition_4_a_clock_that_is_minutes_off_refuses(apart: timedelta) -> None:
    """The look took four seconds, in which the master answered."""
    cluster = Cluster(nodes=3)
    cluster.started_at = NOW - timedelta(seconds=4)
    edge = NOW if apart > timedelta(0) else cluster.started_at
    cluster.answered_at = edge + apart
    assert self_doubt.ask(cluster.question(1)).allowed
    cluster.answered_at = edge + apart * 1.1
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.reason) == (False, "clock_differs")
    assert answer.numbers == {"apart_s": 66.0, "limit_s": 60.0}


@pytest.mark.parametrize("listed", [True, False])
def test_condition_5_several_machines_and_not_one_connected_agent_refuse(listed: bool) -> None:
    cluster = Cluster(nodes=2)
    cluster.agents = {id: agent(1, agent_id=id, active=False) for id in cluster.agents} if listed else {}
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "no_agent_connected", None)
    assert answer.numbers == {"machines": 2, "connected": 0}


def test_condition_5_does_not_hold_for_a_single_machine() -> None:
    cluster = Cluster(nodes=1)
    cluster.agents.clear()
    assert self_doubt.ask(cluster.question(1)).allowed


def test_condition_5_does_not_count_machines_that_are_gone() -> None:
    cluster = Cluster(nodes=3)
    for number in (1, 2, 3):
        cluster.is_deallocated(number)
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.numbers["machines"]) == (True, 0)


def test_one_connected_agent_is_enough_to_believe_the_masters() -> None:
    cluster = Cluster(nodes=9)
    cluster.agents = {"agent-S9": agent(9)}
    assert self_doubt.ask(cluster.question(1)).allowed


def test_condition_5_machines_that_boot_are_no_sign_of_anything() -> None:
    cluster = Cluster()
    for number in (1, 2, 3):
        cluster.is_new(number)
    answer = self_doubt.ask(cluster.question(1))
    assert (answer.allowed, answer.numbers["machines"]) == (True, 0)
