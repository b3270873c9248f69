"""Which missing nodes are not missed any more: each numbered rule of shared/decide/forget.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.forget import forgettable
from shared.model.azure import Power
from shared.model.incidents import IncidentState
from shared.model.nodes import Condition
from tests.builders import Cluster, agent, incident, memory, name

HOUR = timedelta(hours=1)


def forgotten(cluster: Cluster, wanted: int | None) -> frozenset[str]:
    """What is forgotten when this size is wanted now; the ledger holds the size before."""
    readings = cluster.snapshot().pools["private"]
    return forgettable(cluster.findings(), readings, cluster.ledger, wanted, cluster.incidents)


def one_missing(nodes: int = 4) -> Cluster:
    cluster = Cluster(nodes)
    cluster.is_deleted(1)
    return cluster


def test_a_node_that_is_missed_is_not_forgotten() -> None:
    assert forgotten(one_missing(), wanted=4) == frozenset()


def test_rule_1_when_somebody_scaled_in_what_went_is_forgotten() -> None:
    assert forgotten(one_missing(), wanted=3) == {name(1)}


def test_rule_1_does_not_hold_where_no_size_was_known_before() -> None:
    cluster = one_missing()
    cluster.ledger = replace(cluster.ledger, wanted=None)
    assert forgotten(cluster, wanted=3) == frozenset()


def never_joined(nodes: int) -> Cluster:
    """An extra machine that the inventory has seen, and that went before it had an agent."""
    cluster = Cluster(nodes)
    cluster.memory[name(9)] = memory(9, agent_id=None, joined_at=None)
    return cluster


def test_rule_2_an_extra_of_overprovisioning_is_forgotten() -> None:
    assert forgotten(never_joined(4), wanted=4) == {name(9)}


def test_rule_2_a_machine_that_never_joined_is_missed_while_the_set_is_too_small() -> None:
    cluster = never_joined(4)
    cluster.capacity = 3
    assert forgotten(cluster, wanted=4) == frozenset()


def handed_over(cluster: Cluster, state: IncidentState = IncidentState.HANDED_OVER) -> Cluster:
    cluster.incidents[name(1)] = incident(1, Condition.GONE, HOUR, state=state)
    return cluster


def test_rule_3_a_node_that_a_person_has_replaced_is_forgotten() -> None:
    cluster = handed_over(one_missing(5))
    assert forgotten(cluster, wanted=5) == frozenset(), "four are healthy, five are wanted"
    cluster.ledger = replace(cluster.ledger, wanted=4)
    assert forgotten(cluster, wanted=4) == {name(1)}


def mended() -> Cluster:
    """Node 1 was handed over; a person has added node 9, so that four machines stand where four are wanted."""
    cluster = handed_over(Cluster(nodes=4))
    cluster.is_deleted(1)
    cluster.is_new(9)
    cluster.agents["agent-S9"] = agent(9)
    return cluster


def test_rule_3_counts_a_new_machine_once_its_agent_is_connected() -> None:
    """Before the inventory has learned that it joined."""
    cluster = mended()
    assert name(9) not in cluster.memory
    assert forgotten(cluster, wanted=4) == {name(1)}
    del cluster.agents["agent-S9"]
    assert cluster.finding(9).condition is Condition.JOINING
    assert forgotten(cluster, wanted=4) == frozenset()
    cluster.memory[name(9)] = memory(9, agent_id=None, joined_at=None)
    assert forgotten(cluster, wanted=4) == frozenset(), "it was seen, and never joined"


def test_rule_3_does_not_wait_for_a_machine_that_has_failed_since() -> None:
    cluster = mended()
    cluster.loses_agent(2)
    assert cluster.finding(2).condition is Condition.UNREACHABLE
    assert forgotten(cluster, wanted=4) == {name(1)}


def test_rule_3_does_not_count_machines_that_are_gone() -> None:
    cluster = mended()
    cluster.is_deallocated(2)
    assert forgotten(cluster, wanted=4) == frozenset()
    cluster.becomes(2, power=Power.STOPPED)
    cluster.is_deleted(3)
    assert forgotten(cluster, wanted=4) == frozenset()


def test_rule_3_does_not_hold_while_the_incident_is_open() -> None:
    cluster = handed_over(one_missing(5), IncidentState.OPEN)
    cluster.ledger = replace(cluster.ledger, wanted=4)
    assert forgotten(cluster, wanted=4) == frozenset()


def test_what_could_not_be_read_lets_nothing_be_forgotten() -> None:
    cluster = one_missing()
    cluster.unreadable = {"scale_set"}
    assert forgotten(cluster, wanted=3) == frozenset()
    cluster.unreadable = {"instances"}
    assert forgotten(cluster, wanted=3) == frozenset()
    assert forgotten(one_missing(), wanted=None) == frozenset()


@pytest.mark.parametrize("wanted", [3, 4])
def test_a_machine_that_azure_still_lists_is_never_forgotten(wanted: int) -> None:
    cluster = handed_over(Cluster(nodes=4))
    cluster.is_deallocated(1)
    assert forgotten(cluster, wanted) == frozenset()


def test_an_unlisted_machine_with_a_connected_agent_is_never_forgotten() -> None:
    cluster = Cluster(nodes=4)
    del cluster.instances[1]
    assert cluster.finding(1).condition is Condition.UNKNOWN
    assert forgotten(cluster, wanted=3) == frozenset()
