"""One unwise policy for each rule, and the border on which it is wise again."""

from __future__ import annotations

import pytest

from shared.policy.lint import CLUSTER_RULES, POOL_RULES, SHARED_MASTERS, lint
from tests.policy.texts import GOOD, changed, policy_of, with_cluster, with_pool

POOL = "clusters.prod.pools.private"
WINDOW = "windows: [{{cron: 0 5 * * *, zone: UTC, for: {}}}]"
ALL_MASTERS = "[172.16.0.5, 172.16.0.6, 172.16.0.7]"
OTHER = GOOD.split("clusters:\n")[1].replace("  prod:", "  test:").replace("acs-prod", "acs-test")

UNWISE = {
    "failover-hold-off-short": (with_cluster("failover_hold_off: 9m59s"), "clusters.prod.failover_hold_off"),
    "even-masters": (changed(ALL_MASTERS, "[172.16.0.5, 172.16.0.6]"), "clusters.prod.dcos.masters"),
    "marathons-unheard": (
        changed(ALL_MASTERS, f"{ALL_MASTERS}, marathons: [marathon-user]"),
        "clusters.prod.dcos.marathons",
    ),
    "masters-not-found": (
        changed(ALL_MASTERS, "[a, b, c]") + "    masters: {vms: dcos-master-*}\n",
        "clusters.prod.masters.addresses",
    ),
    "storm-off": (with_pool("storm: {unhealthy: 100%}"), f"{POOL}.storm.unhealthy"),
    "storm-hold-short": (with_pool("storm: {hold: 4m}"), f"{POOL}.storm.hold"),
    "all-at-once": (with_pool("disruption: {at_once: 100%}"), f"{POOL}.disruption.at_once"),
    "hourly-limit-loose": (
        with_pool("disruption: {per_hour: 41, per_day: 41}"),
        f"{POOL}.disruption.per_hour",
    ),
    "daily-below-hourly": (with_pool("disruption: {per_hour: 5, per_day: 4}"), f"{POOL}.disruption.per_day"),
    "confirm-short": (with_pool("repair: {confirm_after: 0s}"), f"{POOL}.repair.confirm_after"),
    "join-timeout-short": (with_pool("repair: {join_timeout: 1m}"), f"{POOL}.repair.join_timeout"),
    "verify-off": (with_pool("repair: {verify_timeout: 0s}"), f"{POOL}.repair.verify_timeout"),
    "window-short": (with_pool(WINDOW.format("29m")), f"{POOL}.windows"),
    "floor-zero": (changed("min: 3", "min: 0"), f"{POOL}.capacity.min"),
    "bolder-than-cluster": (with_pool("mode: enforce"), f"{POOL}.mode"),
    "shared-masters": (GOOD + OTHER.replace(ALL_MASTERS, "[172.16.0.5:5050]"), "clusters.test.dcos.masters"),
}

WISE = {
    "failover-hold-off-short": with_cluster("failover_hold_off: 10m"),
    "even-masters": changed(ALL_MASTERS, "[172.16.0.5]"),
    "marathons-unheard": changed(ALL_MASTERS, f"{ALL_MASTERS}, marathons: [marathon-user]")
    + "        scaling: {signals: [{of: waiting}]}\n",
    "masters-not-found": changed(ALL_MASTERS, "[a, b, c]")
    + "    masters: {vms: dcos-master-*, addresses: [172.16.0.5, 172.16.0.6, 172.16.0.7]}\n",
    "storm-off": with_pool("storm: {unhealthy: 39}"),
    "storm-hold-short": with_pool("storm: {hold: 5m}"),
    "all-at-once": with_pool("disruption: {at_once: 39}"),
    "hourly-limit-loose": with_pool("disruption: {per_hour: 40, per_day: 40}"),
    "daily-below-hourly": with_pool("disruption: {per_hour: 5, per_day: 5}"),
    "confirm-short": with_pool("repair: {confirm_after: 15s}"),
    "join-timeout-short": with_pool("repair: {join_timeout: 5m}"),
    "verify-off": with_pool("repair: {verify_timeout: 1s}"),
    "window-short": with_pool(WINDOW.format("30m")),
    "floor-zero": changed("min: 3", "min: 1"),
    "bolder-than-cluster": with_cluster("mode: enforce"),
    "shared-masters": GOOD + OTHER.replace(ALL_MASTERS, "[172.16.0.5:5051]"),
}


@pytest.mark.parametrize("code", UNWISE)
def test_an_unwise_policy_gets_the_advice_of_its_rule_alone(code: str) -> None:
    text, path = UNWISE[code]
    (advice,) = lint(policy_of(text))
    assert (advice.code, advice.path) == (code, path)
    assert code in str(advice)
    assert advice.text in str(advice)
    assert advice.incident in str(advice)


@pytest.mark.parametrize("code", WISE)
def test_at_the_border_the_policy_is_wise_again(code: str) -> None:
    assert lint(policy_of(WISE[code])) == ()


def test_the_defaults_need_no_advice_in_pools_of_any_size() -> None:
    for largest in (1, 2, 3, 5, 6, 40, 1000):
        assert lint(policy_of(changed("min: 3, max: 40", f"min: 1, max: {largest}"))) == ()


def test_every_rule_has_its_unwise_policy() -> None:
    codes = [rule.code for rule in CLUSTER_RULES] + [rule.code for rule in POOL_RULES] + [SHARED_MASTERS]
    assert sorted(codes) == sorted(UNWISE) == sorted(WISE)


def test_advice_counts_for_every_pool_that_inherits_the_setting() -> None:
    text = changed("version: 1", "version: 1\ndefaults: {storm: {hold: 0s}}")
    second = "      public: {scale_set: public, capacity: {min: 1, max: 6}}\n"
    assert [advice.path for advice in lint(policy_of(text + second))] == [
        f"{POOL}.storm.hold",
        "clusters.prod.pools.public.storm.hold",
    ]


@pytest.mark.parametrize(
    ("repair", "told"), [("join_timeout: 45m", "joined (45m)"), ("drain_timeout: 1h", "empty (1h)")]
)
def test_a_window_is_measured_by_what_takes_longer_to_join_or_to_drain(repair: str, told: str) -> None:
    (advice,) = lint(policy_of(with_pool(f"repair: {{{repair}}}\n{WINDOW.format('40m')}")))
    assert advice.code == "window-short"
    assert told in advice.text
