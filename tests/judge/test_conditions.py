"""Each numbered rule of shared/judge/conditions.py, and what stands above and below it. Rules 11 to 13, about machines
whose agent is connected, are in test_working_nodes.py."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.model.azure import Power, Provisioning
from shared.model.nodes import Condition
from tests.builders import NOW, Cluster, agent, memory, name

MINUTE = timedelta(minutes=1)


def judged(cluster: Cluster, number: int = 1) -> tuple[int, Condition, bool]:
    finding = cluster.finding(number)
    assert finding.because, "every finding says why"
    return finding.rule, finding.condition, finding.blind


def test_rule_01_unread_instances_make_every_node_unknown() -> None:
    cluster = Cluster(nodes=2)
    cluster.loses_agent(2)
    cluster.unreadable = {"instances"}
    assert [judged(cluster, number) for number in (1, 2)] == [(1, Condition.UNKNOWN, True)] * 2
    assert "it answered 503" in cluster.finding(1).because


@pytest.mark.parametrize(("ahead", "blind"), [(timedelta(seconds=5), False), (timedelta(seconds=6), True)])
def test_rule_01_readings_from_the_future_make_every_node_unknown(ahead: timedelta, blind: bool) -> None:
    cluster = Cluster(nodes=1)
    cluster.started_at = NOW + ahead
    expected = (1, Condition.UNKNOWN, True) if blind else (14, Condition.HEALTHY, False)
    assert judged(cluster) == expected


def test_rule_02_an_unlisted_machine_with_a_connected_agent_is_a_contradiction() -> None:
    cluster = Cluster(nodes=1)
    del cluster.instances[1], cluster.addresses["1"]
    assert judged(cluster) == (2, Condition.UNKNOWN, False)


@pytest.mark.parametrize(("rule", "listed"), [(2, False), (4, True)])
def test_rules_02_and_04_a_machine_that_azure_took_away_since_its_agent_registered_is_gone(
    rule: int, listed: bool
) -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=Power.DEALLOCATED)
    if not listed:
        del cluster.instances[1], cluster.addresses["1"]
    cluster.agents["agent-S1"] = agent(1, registered_at=NOW - 10 * MINUTE)
    cluster.remembers(1, taken_at=NOW - 1 * MINUTE)
    assert judged(cluster) == (rule, Condition.GONE, False)
    seen = cluster.finding(1).node.agent
    assert seen is not None
    assert not seen.active, "the masters count on an agent that is not there"


@pytest.mark.parametrize("registered", [None, NOW, NOW - 2 * MINUTE, NOW - 3 * MINUTE])
def test_rules_02_and_04_an_agent_that_registered_about_then_or_later_contradicts_what_was_told(
    registered: datetime | None,
) -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=Power.DEALLOCATED)
    cluster.agents["agent-S1"] = agent(1, registered_at=registered)
    cluster.remembers(1, taken_at=NOW - 2 * MINUTE)
    assert judged(cluster) == (4, Condition.UNKNOWN, False)


@pytest.mark.parametrize("listed", [True, False])
def test_rule_03_an_unlisted_machine_whose_agent_is_lost_is_gone(listed: bool) -> None:
    cluster = Cluster(nodes=1)
    cluster.is_deleted(1)
    if listed:
        cluster.agents["agent-S1"] = agent(1, active=False)
    assert judged(cluster) == (3, Condition.GONE, False)


def test_rule_04_a_deallocated_machine_with_a_connected_agent_is_a_contradiction() -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=Power.DEALLOCATED)
    assert judged(cluster) == (4, Condition.UNKNOWN, False)


def test_rule_05_a_deallocated_machine_is_gone() -> None:
    cluster = Cluster(nodes=1)
    cluster.is_deallocated(1)
    assert judged(cluster) == (5, Condition.GONE, False)


def test_rule_06_a_machine_that_azure_is_deleting_is_gone_once_its_agent_is_lost() -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, provisioning=Provisioning.DELETING)
    assert judged(cluster) == (7, Condition.STOPPED, False)
    cluster.loses_agent(1)
    assert judged(cluster) == (6, Condition.GONE, False)


@pytest.mark.parametrize("power", [Power.STOPPING, Power.DEALLOCATING])
@pytest.mark.parametrize("connected", [True, False])
def test_rule_07_a_machine_that_is_being_stopped_is_stopped(power: Power, connected: bool) -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=power)
    if not connected:
        cluster.loses_agent(1)
    assert judged(cluster) == (7, Condition.STOPPED, False)


def test_rule_07_a_machine_that_is_started_again_is_stopped_until_its_agent_is_back() -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=Power.STARTING)
    assert judged(cluster) == (14, Condition.HEALTHY, False)
    cluster.loses_agent(1)
    assert judged(cluster) == (7, Condition.STOPPED, False)


def test_rule_07_a_machine_that_starts_for_the_first_time_is_not_stopped() -> None:
    cluster = Cluster()
    cluster.is_new(1, power=Power.STARTING)
    assert judged(cluster) == (17, Condition.JOINING, False)


@pytest.mark.parametrize("connected", [True, False])
def test_rule_08_a_machine_that_is_powered_off_but_allocated_is_stopped(connected: bool) -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=Power.STOPPED)
    if not connected:
        cluster.loses_agent(1)
    assert judged(cluster) == (8, Condition.STOPPED, False)


def test_rule_09_unread_masters_make_every_machine_that_is_there_unknown() -> None:
    cluster = Cluster(nodes=2)
    cluster.is_deallocated(2)
    cluster.unreadable = {"scheduler"}
    assert judged(cluster, 1) == (9, Condition.UNKNOWN, True)
    assert judged(cluster, 2) == (5, Condition.GONE, False)


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        (timedelta(seconds=1), (9, Condition.UNKNOWN, True)),
        (timedelta(0), (20, Condition.UNREACHABLE, False)),
    ],
)
def test_rule_09_an_agent_that_joined_after_the_masters_were_read_is_not_missed(
    joined: timedelta, expected: tuple[int, Condition, bool]
) -> None:
    cluster = Cluster(nodes=1)
    cluster.loses_agent(1)
    scheduler = cluster.snapshot().scheduler
    cluster.remembers(1, agent_id="agent-S1", joined_at=scheduler.taken_at + joined)
    assert judged(cluster) == expected


@pytest.mark.parametrize("connected", [True, False])
def test_rule_10_agents_that_announce_the_same_address_make_its_machine_unknown(connected: bool) -> None:
    cluster = Cluster(nodes=1)
    del cluster.memory[name(1)]
    cluster.agents = {id: agent(1, agent_id=id, active=connected) for id in ("agent-S7", "agent-S8")}
    assert judged(cluster) == (10, Condition.UNKNOWN, False)
    assert "2 agents" in cluster.finding(1).because


@pytest.mark.parametrize("power", [Power.RUNNING, Power.STARTING, Power.UNKNOWN])
@pytest.mark.parametrize("provisioning", [one for one in Provisioning if one is not Provisioning.DELETING])
def test_rule_14_a_machine_whose_agent_is_connected_is_healthy(
    power: Power, provisioning: Provisioning
) -> None:
    """A failed or unfinished operation of Azure is no reason to doubt a machine that does its work."""
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=power, provisioning=provisioning)
    assert judged(cluster) == (14, Condition.HEALTHY, False)


def test_rule_15_a_machine_without_agent_and_power_state_is_unknown() -> None:
    cluster = Cluster(nodes=1)
    cluster.becomes(1, power=Power.UNKNOWN)
    cluster.loses_agent(1)
    assert judged(cluster) == (15, Condition.UNKNOWN, False)


def test_rule_15_a_machine_that_is_being_created_has_no_power_state_yet_and_is_joining() -> None:
    """Else every replacement would be unwell while Azure makes it, and two of them a storm."""
    cluster = Cluster()
    cluster.is_new(1, power=Power.UNKNOWN, provisioning=Provisioning.CREATING)
    assert judged(cluster) == (17, Condition.JOINING, False)
    cluster.is_new(1, age=timedelta(minutes=15), power=Power.UNKNOWN, provisioning=Provisioning.CREATING)
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - 15 * MINUTE)
    assert judged(cluster) == (19, Condition.STUCK, False)


def test_rule_15_a_machine_that_could_not_be_created_is_stuck_when_its_time_is_over() -> None:
    cluster = Cluster()
    cluster.is_new(1, power=Power.UNKNOWN, provisioning=Provisioning.FAILED)
    assert judged(cluster) == (17, Condition.JOINING, False)
    cluster.is_new(1, age=timedelta(minutes=15), power=Power.UNKNOWN, provisioning=Provisioning.FAILED)
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - 15 * MINUTE)
    assert judged(cluster) == (19, Condition.STUCK, False)
    cluster.memory[name(1)] = memory(1)
    assert judged(cluster) == (15, Condition.UNKNOWN, False), "it had an agent, so it was created"


def test_rule_16_a_machine_that_our_own_clock_saw_in_the_future_is_unknown() -> None:
    cluster = Cluster()
    cluster.is_new(1)
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW + 2 * MINUTE)
    assert judged(cluster) == (16, Condition.UNKNOWN, False)
    assert "first seen 120 s in the future" in cluster.finding(1).because


def test_rule_16_a_machine_that_had_time_enough_and_was_created_in_the_future_is_unknown() -> None:
    """Else it would be young for ever, and nobody would be told."""
    cluster = Cluster()
    cluster.is_new(1, age=timedelta(days=-300))
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - 14 * MINUTE)
    assert judged(cluster) == (17, Condition.JOINING, False)
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - 15 * MINUTE)
    assert judged(cluster) == (16, Condition.UNKNOWN, False)


@pytest.mark.parametrize(
    ("created", "seen"),
    [(1 * MINUTE, 1 * MINUTE), (14 * MINUTE, 60 * MINUTE), (60 * MINUTE, 14 * MINUTE), (-5 * MINUTE, MINUTE)],
)
def test_rule_17_a_machine_counts_as_young_by_the_later_of_creation_and_first_sight(
    created: timedelta, seen: timedelta
) -> None:
    cluster = Cluster()
    cluster.is_new(1, age=created)
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - seen)
    assert judged(cluster) == (17, Condition.JOINING, False)


def test_rule_17_a_machine_that_was_never_seen_before_is_young_however_old_azure_calls_it() -> None:
    cluster = Cluster()
    cluster.is_new(1, age=timedelta(days=300))
    assert judged(cluster) == (17, Condition.JOINING, False)


def test_rule_17_without_a_time_of_creation_the_first_sight_counts() -> None:
    cluster = Cluster()
    cluster.is_new(1)
    cluster.becomes(1, created_at=None)
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - 14 * MINUTE)
    assert judged(cluster) == (17, Condition.JOINING, False)
    cluster.now = NOW + MINUTE
    assert judged(cluster) == (19, Condition.STUCK, False)


def never_joined() -> Cluster:
    cluster = Cluster()
    cluster.is_new(1, age=timedelta(hours=1))
    cluster.memory[name(1)] = memory(1, agent_id=None, joined_at=None, first_seen_at=NOW - 60 * MINUTE)
    return cluster


def test_rule_18_with_unread_addresses_a_machine_without_agent_is_unknown() -> None:
    cluster = never_joined()
    cluster.unreadable = {"addresses"}
    assert judged(cluster) == (18, Condition.UNKNOWN, True)


def test_rule_19_a_machine_that_had_time_enough_is_stuck() -> None:
    cluster = never_joined()
    assert judged(cluster) == (19, Condition.STUCK, False)


def test_rule_19_the_time_that_a_machine_has_is_the_policys() -> None:
    cluster = never_joined()
    (pool,) = cluster.policy.pools
    patient = replace(pool, repair=replace(pool.repair, join_timeout=timedelta(hours=2)))
    cluster.policy = replace(cluster.policy, pools=(patient,))
    assert judged(cluster) == (17, Condition.JOINING, False)


def test_rule_20_a_machine_whose_agent_is_listed_as_disconnected_is_unreachable() -> None:
    cluster = Cluster(nodes=1)
    cluster.agents["agent-S1"] = agent(1, active=False)
    assert judged(cluster) == (20, Condition.UNREACHABLE, False)
    assert cluster.finding(1).because == "Mesos lists its agent as disconnected"


def test_rule_20_a_machine_whose_remembered_agent_is_not_listed_is_unreachable() -> None:
    cluster = Cluster(nodes=1)
    cluster.loses_agent(1)
    assert judged(cluster) == (20, Condition.UNREACHABLE, False)
    assert cluster.finding(1).because == "Mesos does not list its agent any more"


def test_rule_20_a_machine_of_no_memory_whose_agent_is_disconnected_is_unreachable() -> None:
    cluster = Cluster(nodes=1)
    cluster.memory.clear()
    cluster.agents["agent-S1"] = agent(1, active=False)
    assert judged(cluster) == (20, Condition.UNREACHABLE, False)
