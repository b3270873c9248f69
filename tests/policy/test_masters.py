"""What a policy says of masters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.model.azure import MachineGroup
from shared.model.masters import MASTERS
from shared.model.remedies import Remedy
from shared.policy.quorum import Quorum
from shared.policy.schema import Mode
from tests.policy.texts import GOOD, SUBSCRIPTION, changed, cluster_of, fault_of, with_cluster

PATH = "clusters.prod.masters"
R = Remedy


def test_without_a_word_masters_are_never_touched() -> None:
    cluster = cluster_of(GOOD)
    assert cluster.quorum == Quorum()
    assert (cluster.machine_group, cluster.pool(MASTERS)) == (None, None)


def test_their_machines_are_looked_for_where_the_cluster_is() -> None:
    cluster = cluster_of(with_cluster("masters: {vms: dcos-master-633E21A3-*}"))
    assert cluster.machine_group == MachineGroup(SUBSCRIPTION, "acs-prod", "dcos-master-633E21A3-*")


def test_in_the_words_of_a_pool_one_is_touched_at_a_time_in_the_cluster_s_mode() -> None:
    cluster = cluster_of(with_cluster("mode: enforce\nmasters: {vms: dcos-master-*}"))
    pool = cluster.pool(MASTERS)
    assert pool is not None
    assert (pool.mode, pool.disruption.at_once.of(5)) == (Mode.ENFORCE, 1)
    assert pool.repair.ladder == (R.RESTART_UNIT, R.RESTART, R.REDEPLOY)
    assert pool.repair.approve == (R.REDEPLOY,)


def test_what_is_written_counts_and_the_rest_is_as_by_default() -> None:
    text = "masters: {vms: dcos-m*, repair: {ladder: [restart], approve: [restart], confirm_after: 2m}}"
    repair = cluster_of(with_cluster(text)).quorum.repair
    assert (repair.ladder, repair.approve) == ((R.RESTART,), (R.RESTART,))
    assert (repair.confirm_after, repair.impaired_after) == (timedelta(minutes=2), timedelta(minutes=5))


def test_nothing_of_the_defaults_for_agents_counts_for_masters() -> None:
    text = changed("clusters:\n", "defaults: {repair: {ladder: [replace], confirm_after: 9m}}\nclusters:\n")
    assert cluster_of(text).quorum == Quorum()


def test_nobody_need_be_asked() -> None:
    text = "masters: {vms: dcos-m*, repair: {approve: []}}"
    assert cluster_of(with_cluster(text)).quorum.repair.approve == ()


@pytest.mark.parametrize("word", ["reimage", "replace"])
@pytest.mark.parametrize("key", ["ladder", "approve"])
def test_masters_are_never_reimaged_or_replaced(key: str, word: str) -> None:
    fault = fault_of(with_cluster(f"masters: {{vms: dcos-m*, repair: {{{key}: [restart, {word}]}}}}"))
    assert (fault.path, fault.found) == (f"{PATH}.repair.{key}", word)
    assert fault.hint.startswith("masters are never reimaged or replaced")


@pytest.mark.parametrize("vms", ["'*'", "'*?*'", "'ab*'", "a/b/c", "''"])
def test_a_pattern_that_any_machine_fits_is_none(vms: str) -> None:
    assert fault_of(with_cluster(f"masters: {{vms: {vms}}}")).path == f"{PATH}.vms"


def test_addresses_go_with_the_masters_in_their_order() -> None:
    text = with_cluster("masters: {addresses: [10.0.0.7, 10.0.0.8, 10.0.0.9]}")
    assert cluster_of(text).master_addresses == ("10.0.0.7", "10.0.0.8", "10.0.0.9")
    forwarded = changed("[172.16.0.5, 172.16.0.6, 172.16.0.7]", "[localhost:1, localhost:2, localhost:3]")
    assert cluster_of(forwarded).master_addresses == ("localhost:1", "localhost:2", "localhost:3")
    ported = changed("172.16.0.5,", '"172.16.0.5:5051",')
    assert cluster_of(ported).master_addresses == ("172.16.0.5", "172.16.0.6", "172.16.0.7")


@pytest.mark.parametrize(
    ("addresses", "path"),
    [
        ("[10.0.0.7, 10.0.0.8]", ".addresses"),
        ("10.0.0.7", ".addresses"),
        ("[10.0.0.7, 10.0.0.8, 10.0.0.7]", ".addresses[2]"),
        ("[10.0.0.7, master-1, 10.0.0.9]", ".addresses[1]"),
        ('[10.0.0.7, "10.0.0.8:5050", 10.0.0.9]', ".addresses[1]"),
        ("[10.0.0.7, [], 10.0.0.9]", ".addresses[1]"),
        ("[10.0.0.7, 10.0.0.256, 10.0.0.9]", ".addresses[1]"),
    ],
)
def test_other_lists_of_addresses_are_faults(addresses: str, path: str) -> None:
    assert fault_of(with_cluster(f"masters: {{addresses: {addresses}}}")).path == PATH + path


def test_how_far_the_app_may_go_is_said_by_the_cluster() -> None:
    assert "'mode' belongs to" in fault_of(with_cluster("masters: {mode: enforce}")).hint
