"""Each value that a field does not take is told with its line, path, what was found, and what is allowed."""

from __future__ import annotations

import pytest

from tests.policy.texts import (
    GOOD,
    SUBSCRIPTION,
    changed,
    cluster_of,
    fault_of,
    policy_of,
    with_cluster,
    with_pool,
)

PRIVATE = "clusters.prod.pools.private"


@pytest.mark.parametrize(
    ("written", "path", "found", "hint"),
    [
        ("mode: enforc", "mode", "'enforc'", "did you mean 'enforce'?"),
        ("mode: on", "mode", "'on'", ""),
        ("mode:", "mode", "nothing", "write a value or take the key out"),
        ("mode: [enforce]", "mode", "a list of 1", ""),
        ("repair: {confirm_after: 45}", "repair.confirm_after", "'45'", "the unit is missing"),
        ("repair: {confirm_after: 1:30}", "repair.confirm_after", "'1:30'", ""),
        ("repair: {confirm_after: -5s}", "repair.confirm_after", "'-5s'", ""),
        ("repair: {confirm_after: 5m30}", "repair.confirm_after", "'5m30'", ""),
        ("repair: {confirm_after: 1m1h}", "repair.confirm_after", "'1m1h'", ""),
        ("repair: {confirm_after: 61m}", "repair.confirm_after", "'61m'", ""),
        ("repair: {join_timeout: 59s}", "repair.join_timeout", "'59s'", ""),
        ("repair: {join_timeout: 99999999999999d}", "repair.join_timeout", "'99999999999999d'", ""),
        ("repair: {ladder: replace}", "repair.ladder", "'replace'", "[replace]"),
        ("repair: {ladder: []}", "repair.ladder", "a list of 0", "mode: observe"),
        ("repair: {ladder: [replace, replace]}", "repair.ladder", "a list of 2", "each remedy once"),
        ("repair: {ladder: [{}]}", "repair.ladder", "a list of 1", ""),
        ("repair: {ladder: [pray]}", "repair.ladder", "a list of 1", ""),
        ("disruption: {at_once: 0%}", "disruption.at_once", "'0%'", ""),
        ("disruption: {at_once: 101%}", "disruption.at_once", "'101%'", ""),
        ("disruption: {at_once: 0}", "disruption.at_once", "'0'", ""),
        ("disruption: {at_once: 0.1}", "disruption.at_once", "'0.1'", "did you mean 10%?"),
        ("disruption: {at_once: half}", "disruption.at_once", "'half'", ""),
        ("disruption: {per_hour: 0}", "disruption.per_hour", "'0'", ""),
        ("disruption: {per_hour: '6'}", "disruption.per_hour", "'6'", "without quotes"),
        ("disruption: {per_hour: 6.0}", "disruption.per_hour", "'6.0'", ""),
        ("disruption: {per_hour: 010}", "disruption.per_hour", "'010'", ""),
        ("disruption: {per_hour: none}", "disruption.per_hour", "'none'", ""),
        ("disruption: {per_fault_domain: }", "disruption.per_fault_domain", "nothing", "take the key out"),
        ("disruption: {per_fault_domain: 0}", "disruption.per_fault_domain", "'0'", ""),
        ("storm: {unhealthy: -1}", "storm.unhealthy", "'-1'", ""),
        ("storm: {hold: 25h}", "storm.hold", "'25h'", ""),
        ("storm: 40%", "storm", "'40%'", ""),
        ("storm:", "storm", "nothing", "write a value or take the key out"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_place(
    written: str, path: str, found: str, hint: str
) -> None:
    fault = fault_of(with_pool(written))
    assert (fault.line, fault.path, fault.found) == (11, f"{PRIVATE}.{path}", found)
    assert hint in fault.hint
    assert fault.allowed


def test_a_minimum_above_the_maximum_is_told_with_both_numbers() -> None:
    fault = fault_of(changed("min: 3", "min: 41"))
    assert (fault.line, fault.path, fault.found) == (10, f"{PRIVATE}.capacity.min", "41")
    assert "40" in fault.allowed


@pytest.mark.parametrize("capacity", ["{min: 3}", "{max: 3}"])
def test_both_ends_of_the_capacity_must_be_written(capacity: str) -> None:
    fault = fault_of(changed("{min: 3, max: 40}", capacity))
    assert fault.line == 10
    assert fault.found == "no such key"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (SUBSCRIPTION, "Production", "subscription"),
        (SUBSCRIPTION, "''", "subscription"),
        ("acs-prod", "acs-prod.", "resource_group"),
        ("acs-prod", "a b", "resource_group"),
        ("acs-prod", "x" * 91, "resource_group"),
        ("acs-prod", "gruppe-ä", "resource_group"),
        ("private-vmss", "/subscriptions/x", "pools.private.scale_set"),
        ("private-vmss", "ends-", "pools.private.scale_set"),
    ],
)
def test_a_name_that_azure_does_not_take_is_a_fault(old: str, new: str, path: str) -> None:
    assert fault_of(changed(old, new)).path == f"clusters.prod.{path}"


@pytest.mark.parametrize("name", ["Prod", "pro/d", "-prod", "x" * 41, "pröd", "p d"])
def test_names_that_would_mislead_in_keys_and_addresses_are_refused(name: str) -> None:
    fault = fault_of(changed("  prod:", f"  {name}:"))
    assert (fault.line, fault.column, fault.path) == (3, 3, "clusters")


@pytest.mark.parametrize("name", ["123", "no", "1e3", "2026-11-22"])
def test_a_name_that_yaml_takes_for_something_else_is_read_as_it_is_written(name: str) -> None:
    assert cluster_of(changed("  prod:", f"  {name}:")).name == name


@pytest.mark.parametrize(
    ("master", "hint"),
    [
        ("http://172.16.0.5", "without http://"),
        ("172.16.0.5:0", "1 to 65535"),
        ("172.16.0.5:65536", "1 to 65535"),
        ("'172.16.0.5:'", "1 to 65535"),
        ("172.16.0", ""),
        ("172.16.0.256", ""),
        ("172.16.0.05", ""),
        ("'::1'", ""),
        ("a..b", ""),
        ("-a", ""),
        ("a/b", ""),
        ("''", ""),
        ("{}", ""),
    ],
)
def test_a_bad_address_of_a_master_is_told_with_its_index(master: str, hint: str) -> None:
    fault = fault_of(changed("172.16.0.6", master))
    assert (fault.line, fault.path) == (6, "clusters.prod.dcos.masters[1]")
    assert hint in fault.hint


@pytest.mark.parametrize("again", ["172.16.0.5", "172.16.0.5:5050"])
def test_a_master_that_is_named_twice_is_a_fault_also_when_only_one_names_the_port(again: str) -> None:
    fault = fault_of(changed("172.16.0.6", again))
    assert (fault.path, fault.allowed) == ("clusters.prod.dcos.masters[1]", "each master once")


@pytest.mark.parametrize("masters", ["[]", "172.16.0.5", "{}", ""])
def test_a_cluster_without_masters_is_a_fault(masters: str) -> None:
    assert (
        fault_of(changed("[172.16.0.5, 172.16.0.6, 172.16.0.7]", masters)).path
        == "clusters.prod.dcos.masters"
    )


def test_masters_may_have_ports_and_names() -> None:
    written = changed("172.16.0.6", "Master-0.Example:5051")
    assert cluster_of(written).masters == ("172.16.0.5", "master-0.example:5051", "172.16.0.7")


@pytest.mark.parametrize("version", ["2", "0", "'1'", "1.0", ""])
def test_another_version_of_the_form_is_refused(version: str) -> None:
    fault = fault_of(changed("version: 1", f"version: {version}"))
    assert (fault.line, fault.path) == (1, "version")


def test_one_scale_set_in_two_pools_is_told_with_the_first_place() -> None:
    second = "      public: {scale_set: PRIVATE-vmss, capacity: {min: 1, max: 2}}\n"
    fault = fault_of(GOOD + second)
    assert (fault.line, fault.path) == (11, "clusters.prod.pools.public.scale_set")
    assert f"{PRIVATE} already (line 9)" in fault.found


def test_one_scale_set_in_pools_of_two_clusters_is_a_fault() -> None:
    cluster = GOOD.split("clusters:\n")[1].replace("  prod:", "  test:").replace("acs-prod", "ACS-prod")
    assert fault_of(GOOD + cluster).path == "clusters.test.pools.private.scale_set"


def test_the_same_name_in_another_resource_group_is_another_scale_set() -> None:
    cluster = GOOD.split("clusters:\n")[1].replace("  prod:", "  test:").replace("acs-prod", "acs-test")
    assert len(policy_of(GOOD + cluster).clusters) == 2


def test_a_hold_off_that_no_election_lasts_is_refused() -> None:
    assert fault_of(with_cluster("failover_hold_off: 2d")).path == "clusters.prod.failover_hold_off"
