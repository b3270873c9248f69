"""What our own readings say against a node whose agent is connected: each numbered rule of shared/judge/ill.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.model.alarms import Alarm
from shared.model.health import Check, Diagnostics, Health, NodeHealth, Role
from shared.model.nodes import Condition, Notice
from shared.model.readings import Value
from tests.builders import NOW, Cluster, address, agent, instance, name, read, unread
from tests.judge.health import NET, health, unit_fails

MINUTE = timedelta(minutes=1)


def condition(cluster: Cluster, number: int = 1) -> Condition:
    return cluster.finding(number).condition


def with_alarm(ago: timedelta = MINUTE, number: int = 1) -> Cluster:
    cluster = Cluster(nodes=2)
    alarm = Alarm("file-system-read-only", name(number), NOW - timedelta(hours=1), NOW - ago)
    cluster.alarms = read((alarm,))
    return cluster


def with_check(check: Check, ago: timedelta = MINUTE, role: Role = Role.AGENT) -> Cluster:
    """DC/OS's checks of the first node had this result so long ago; its units are unwell in no way that counts."""
    cluster = Cluster(nodes=2)
    listed = Diagnostics((NodeHealth(address(1), role, Health.CRITICAL),))
    checks = {address(1): read((check,), NOW - ago)}
    cluster.health = health(diagnostics=read(listed, NOW - ago), node_checks=checks)
    return cluster


def heard(ago: timedelta, **other: object) -> Notice:
    at = NOW - ago
    return replace(Notice("a1", "NodeDiskGone", "alertmanager", at, at, at, is_doom=False), **other)


def test_rule_1_a_failed_unit_without_which_an_agent_does_no_work_impairs_its_node_and_is_named() -> None:
    cluster = Cluster(nodes=2)
    unit_fails(cluster, 1, ago=3 * MINUTE)
    finding = cluster.finding(1)
    assert (finding.condition, finding.rule, finding.unit) == (Condition.IMPAIRED, 12, NET)
    assert (finding.read_at, finding.is_heard) == (NOW - 3 * MINUTE, False)
    assert (
        finding.because
        == f"its agent is connected, but DC/OS said at 02:57:00 UTC that {NET} has failed there"
    )
    assert condition(cluster, 2) is Condition.HEALTHY


def test_rule_1_a_failed_unit_that_only_serves_people_says_nothing_about_the_work() -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1, unit="dcos-log-agent.service", stops_work=False)
    assert condition(cluster) is Condition.HEALTHY


def test_rule_1_a_unit_whose_name_could_be_a_command_is_never_handed_on() -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1, unit="dcos-net.service; reboot")
    assert condition(cluster) is Condition.HEALTHY


def test_rule_2_a_failed_check_of_the_same_weight_impairs_its_node() -> None:
    finding = with_check(Check("docker", Health.CRITICAL, "", True)).finding(1)
    assert (finding.condition, finding.unit, finding.read_at) == (Condition.IMPAIRED, "", NOW - MINUTE)
    assert "check docker failed there" in finding.because


@pytest.mark.parametrize(
    "check",
    [Check("xz", Health.CRITICAL), Check("docker", Health.UNKNOWN, "", True)],
    ids=["light", "unknown"],
)
def test_rule_2_other_checks_do_not(check: Check) -> None:
    assert condition(with_check(check)) is Condition.HEALTHY


def test_rule_3_a_rule_that_counts_and_fires_by_values_of_now_impairs_its_node() -> None:
    finding = with_alarm().finding(1)
    assert (finding.condition, finding.read_at) == (Condition.IMPAIRED, NOW - MINUTE)
    assert "rule file-system-read-only fires there since 02:00:00 UTC" in finding.because
    assert condition(with_alarm(), 2) is Condition.HEALTHY


def test_rule_4_an_alert_that_counts_impairs_until_it_is_taken_back() -> None:
    cluster = Cluster(nodes=1)
    cluster.remembers(1, notices=(heard(2 * MINUTE),))
    finding = cluster.finding(1)
    assert (finding.condition, finding.is_heard, finding.read_at) == (
        Condition.IMPAIRED,
        True,
        NOW - 2 * MINUTE,
    )
    cluster.remembers(1, notices=(heard(2 * MINUTE, is_over=True),))
    assert condition(cluster) is Condition.HEALTHY


@pytest.mark.parametrize(
    ("ago", "counts"),
    [(10 * MINUTE, True), (10 * MINUTE + timedelta(seconds=1), False), (-2 * MINUTE, False)],
    ids=["two rounds old", "older", "from the future"],
)
def test_rule_5_what_is_old_or_from_the_future_says_nothing(ago: timedelta, counts: bool) -> None:
    expected = Condition.IMPAIRED if counts else Condition.HEALTHY
    units = Cluster(nodes=1)
    unit_fails(units, 1, ago=ago)
    docker = Check("docker", Health.CRITICAL, "", True)
    assert [condition(each) for each in (units, with_check(docker, ago), with_alarm(ago))] == [expected] * 3


def test_rule_5_failed_readings_say_nothing() -> None:
    cluster = Cluster(nodes=1)
    cluster.health, cluster.alarms = unread(), unread()
    assert condition(cluster) is Condition.HEALTHY
    cluster.health = health()
    assert condition(cluster) is Condition.HEALTHY


@pytest.mark.parametrize("word", [Health.WARNING, Health.UNKNOWN, Health.OK])
def test_rule_5_a_unit_that_is_not_critical_says_nothing(word: Health) -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1, health=word)
    assert condition(cluster) is Condition.HEALTHY


def test_rule_6_what_was_read_before_the_agent_registered_again_says_nothing() -> None:
    units, alarms = Cluster(nodes=2), with_alarm(ago=MINUTE)
    unit_fails(units, 1, ago=MINUTE)
    for cluster in (units, alarms):
        assert condition(cluster) is Condition.IMPAIRED
        cluster.agents["agent-S1"] = agent(1, registered_at=NOW)
        assert condition(cluster) is Condition.HEALTHY


def test_rule_7_an_address_that_two_machines_have_names_neither() -> None:
    cluster = Cluster(nodes=2)
    unit_fails(cluster, 1)
    cluster.addresses["2"] = address(1)
    assert condition(cluster, 1) is Condition.HEALTHY


def test_rule_7_an_address_that_is_listed_twice_names_nobody() -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1, 1)
    assert condition(cluster) is Condition.HEALTHY


@pytest.mark.parametrize("role", [Role.MASTER, None])
def test_rule_7_what_is_listed_as_a_master_or_without_a_role_is_none_of_our_agents(role: Role | None) -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1)
    assert isinstance(cluster.health, Value)
    diagnostics = cluster.health.value.diagnostics
    assert isinstance(diagnostics, Value)
    (listed,) = diagnostics.value.nodes
    cluster.health = health(diagnostics=read(Diagnostics((replace(listed, role=role),))))
    assert condition(cluster) is Condition.HEALTHY
    assert (
        condition(with_check(Check("docker", Health.CRITICAL, "", True), role=Role.MASTER))
        is Condition.HEALTHY
    )


def test_a_node_without_an_address_is_not_taken_for_another_one() -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1)
    cluster.instances[2] = instance(2)
    assert condition(cluster, 2) is Condition.JOINING
