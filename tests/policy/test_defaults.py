"""What a policy means where it says nothing, and which layer counts where several say something."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.model.azure import PoolAddress
from shared.model.remedies import Remedy
from shared.policy.schema import Mode, Policy
from shared.policy.share import Share
from tests.policy.texts import (
    GOOD,
    SUBSCRIPTION,
    changed,
    cluster_of,
    policy_of,
    pool_of,
    with_cluster,
    with_pool,
)


def test_a_policy_that_says_no_mode_touches_nothing() -> None:
    assert pool_of(GOOD).mode is Mode.OBSERVE
    assert cluster_of(GOOD).mode is Mode.OBSERVE


def test_everything_not_written_has_its_documented_default() -> None:
    pool = pool_of(GOOD)
    assert pool.repair.ladder == (Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REPLACE)
    assert pool.repair.approve == ()
    assert pool.repair.confirm_after == timedelta(seconds=45)
    assert pool.repair.join_timeout == timedelta(minutes=15)
    assert pool.repair.verify_timeout == timedelta(minutes=10)
    assert (pool.disruption.at_once, pool.disruption.per_hour) == (Share(10, True), 6)
    assert (pool.disruption.per_day, pool.disruption.per_fault_domain) == (24, 1)
    assert (pool.storm.unhealthy, pool.storm.hold) == (Share(40, True), timedelta(minutes=15))
    assert cluster_of(GOOD).failover_hold_off == timedelta(minutes=10)


def test_the_default_refuses_to_touch_two_of_three_dead_agents_at_once() -> None:
    pool = pool_of(GOOD)
    assert pool.disruption.at_once.of(3) == 1
    assert pool.storm.begins_at(3) == 2


@pytest.mark.parametrize("total", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("share", ["1%", "40%", "1"])
def test_a_single_dead_node_is_no_storm(total: int, share: str) -> None:
    assert pool_of(with_pool(f"storm: {{unhealthy: {share}}}")).storm.begins_at(total) >= 2


@pytest.mark.parametrize(("total", "begins"), [(2, 2), (3, 2), (5, 2), (6, 3), (10, 4), (100, 40)])
def test_a_storm_begins_when_its_share_is_reached(total: int, begins: int) -> None:
    assert pool_of(GOOD).storm.begins_at(total) == begins


@pytest.mark.parametrize(("total", "most"), [(0, 1), (1, 1), (9, 1), (10, 1), (19, 1), (20, 2), (1000, 100)])
def test_a_limit_in_percent_rounds_down_but_not_to_nobody(total: int, most: int) -> None:
    assert pool_of(GOOD).disruption.at_once.of(total) == most


def test_a_limit_as_a_count_does_not_depend_on_the_size() -> None:
    share = pool_of(with_pool("disruption: {at_once: 3}")).disruption.at_once
    assert (share.of(1), share.of(1000)) == (3, 3)


LAYERED = f"""\
version: 1
defaults:
  mode: enforce
  repair: {{confirm_after: 1s, join_timeout: 2m, verify_timeout: 3m}}
  storm: {{hold: 1h}}
clusters:
  one:
    subscription: {SUBSCRIPTION}
    resource_group: group
    mode: propose
    repair: {{join_timeout: 20m, verify_timeout: 30m}}
    dcos: {{masters: [a]}}
    pools:
      near: {{scale_set: a, capacity: {{min: 1, max: 2}}, mode: observe, repair: {{verify_timeout: 300m}}}}
      far: {{scale_set: b, capacity: {{min: 1, max: 2}}}}
  two:
    subscription: {SUBSCRIPTION}
    resource_group: group
    dcos: {{masters: [b]}}
    pools:
      plain: {{scale_set: c, capacity: {{min: 1, max: 2}}}}
"""


def test_settings_are_merged_field_by_field_and_the_closest_counts() -> None:
    policy = policy_of(LAYERED)
    near, far = policy.clusters[0].pools
    (plain,) = policy.clusters[1].pools
    minutes = [
        [repair.confirm_after.seconds, repair.join_timeout.seconds // 60, repair.verify_timeout.seconds // 60]
        for repair in (near.repair, far.repair, plain.repair)
    ]
    assert minutes == [[1, 20, 300], [1, 20, 30], [1, 2, 3]]
    assert {pool.storm.hold for pool in (near, far, plain)} == {timedelta(hours=1)}


def test_the_closest_mode_counts() -> None:
    policy = policy_of(LAYERED)
    assert [pool.mode for pool in policy.clusters[0].pools] == [Mode.OBSERVE, Mode.PROPOSE]
    assert policy.clusters[1].mode is Mode.ENFORCE
    assert policy.clusters[1].pools[0].mode is Mode.ENFORCE


def test_clusters_and_pools_keep_the_order_of_the_file() -> None:
    policy = policy_of(LAYERED)
    assert [cluster.name for cluster in policy.clusters] == ["one", "two"]
    assert [pool.name for pool in policy.clusters[0].pools] == ["near", "far"]


def test_a_pool_is_found_by_its_address_in_whatever_case_azure_writes_it() -> None:
    policy = policy_of(GOOD)
    owner = policy.owner_of(PoolAddress(SUBSCRIPTION.upper(), "ACS-PROD", "Private-VMSS"))
    assert owner is not None
    assert (owner[0].name, owner[1].name) == ("prod", "private")
    assert owner[0].address_of(owner[1]) == PoolAddress(SUBSCRIPTION, "acs-prod", "private-vmss")


def test_an_address_in_no_pool_is_not_ours() -> None:
    assert policy_of(GOOD).owner_of(PoolAddress(SUBSCRIPTION, "acs-prod", "other-vmss")) is None


def test_of_two_pools_at_one_address_the_first_is_its_owner() -> None:
    cluster = cluster_of(GOOD)
    claimed = replace(cluster, name="later", pools=(replace(cluster.pools[0], name="same"),))
    owner = Policy(clusters=(cluster, claimed)).owner_of(cluster.address_of(cluster.pools[0]))
    assert owner == (cluster, cluster.pools[0])


def test_clusters_and_pools_are_found_by_name() -> None:
    policy = policy_of(GOOD)
    cluster = policy.cluster("prod")
    assert cluster is not None
    assert cluster.pool("private") == cluster.pools[0]
    assert policy.cluster("test") is None
    assert cluster.pool("public") is None


def test_a_subscription_is_kept_in_lower_case() -> None:
    assert cluster_of(changed(SUBSCRIPTION, SUBSCRIPTION.upper())).subscription == SUBSCRIPTION


def test_no_limit_for_fault_domains_is_the_word_none() -> None:
    assert pool_of(with_pool("disruption: {per_fault_domain: none}")).disruption.per_fault_domain is None


def test_a_cluster_may_ask_for_no_login_in_words() -> None:
    assert cluster_of(changed("masters: [", "login: none, masters: [")) == cluster_of(GOOD)


def test_a_longer_hold_off_can_be_written_for_a_cluster() -> None:
    assert cluster_of(with_cluster("failover_hold_off: 1h30m")).failover_hold_off == timedelta(minutes=90)
