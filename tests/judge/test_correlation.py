"""What do the failed nodes share, and can that be chance? The numbered rules of shared/judge/correlation.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.judge.correlation import chance, correlate
from shared.judge.traits import born_at, traits_of
from shared.model.ledger import Ledger, Loss
from shared.model.suspects import Suspect
from tests.builders import NOW, Cluster, address, agent, generous, instance, memory, name

HOUR = timedelta(hours=1)
OF_SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/{}"


class Pool:
    """So many nodes, each as `of` says; `fails` are numbers, and each loss is a minute after the one before."""

    def __init__(self, nodes: int, **alike: Any) -> None:
        self.cluster = Cluster(nodes, generous())
        for number in range(1, nodes + 1):
            self.cluster.becomes(number, fault_domain=None, **alike)

    def of(self, numbers: Iterable[int], **other: Any) -> None:
        for number in numbers:
            self.cluster.becomes(number, **other)

    def losses(self, numbers: Iterable[int]) -> tuple[Loss, ...]:
        found = {finding.node.name: finding.node for finding in self.cluster.findings()}
        return tuple(
            Loss(
                name(one),
                NOW - timedelta(minutes=ago),
                born_at(found[name(one)]),
                traits_of(found[name(one)]),
            )
            for ago, one in enumerate(numbers)
        )

    def suspects(self, fails: Iterable[int]) -> tuple[Suspect, ...]:
        ledger = Ledger("private", losses=self.losses(fails))
        return correlate(self.cluster.findings(), {"private": ledger}, NOW)


def by_hand(failed: int, of: int, all_failed: int, nodes: int) -> float:
    """The same by counting all ways in which so many nodes can fail."""
    ways = list(combinations(range(nodes), all_failed))
    return sum(sum(one < of for one in way) >= failed for way in ways) / len(ways)


@settings(max_examples=60)
@given(st.data())
def test_the_chance_is_what_counting_all_ways_gives(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(1, 10))
    of, all_failed = data.draw(st.integers(0, nodes)), data.draw(st.integers(0, nodes))
    failed = data.draw(st.integers(max(0, of + all_failed - nodes), min(of, all_failed)))
    assert chance(failed, of, all_failed, nodes) == pytest.approx(by_hand(failed, of, all_failed, nodes))


@pytest.mark.parametrize(
    ("factor", "given", "value"),
    [
        ("zone", {"zone": "2"}, "2"),
        ("fault_domain", {"fault_domain": 3}, "1/3"),
        ("update_domain", {"update_domain": 4}, "1/4"),
        ("subnet", {"subnet": OF_SUBNET.format("b")}, OF_SUBNET.format("b")),
        ("image", {"image": "credativ:Debian:8:8.0.201801"}, "credativ:Debian:8:8.0.201801"),
        ("model", {"latest_model": False}, "older"),
        ("size", {"size": "Standard_D2_v2"}, "Standard_D2_v2"),
        ("age", {"created_at": NOW - HOUR / 2}, "under an hour"),
    ],
)
def test_each_thing_that_machines_have_in_common_is_found(
    factor: str, given: dict[str, Any], value: str
) -> None:
    pool = Pool(30, zone="1", update_domain=1, subnet="a", image="i", latest_model=True, size="s")
    pool.of(range(1, 6), **given)
    (suspect,) = pool.suspects([1, 2, 3, 4])
    assert (suspect.pool, suspect.factor, suspect.value) == ("private", factor, value)
    assert (suspect.failed, suspect.of, suspect.all_failed, suspect.nodes) == (4, 5, 4, 30)
    assert suspect.members == {name(number) for number in range(1, 6)}
    assert suspect.within_s == 180


def test_rule_1_two_are_not_enough() -> None:
    pool = Pool(500, zone="1")
    pool.of([1, 2, 3], zone="2")
    assert pool.suspects([1, 2]) == ()
    assert [one.value for one in pool.suspects([1, 2, 3])] == ["2"]


def test_rule_2_what_nearly_all_have_explains_nothing() -> None:
    pool = Pool(100, zone="1")
    pool.of(range(92, 101), zone=None)
    assert pool.suspects(range(1, 92)) == ()


def test_rule_3_what_chance_does_once_in_fifty_times_is_chance() -> None:
    pool = Pool(12, zone="1")
    pool.of(range(1, 5), zone="2")
    assert pool.suspects([1, 2, 3]) == ()
    assert pool.suspects([1, 2, 3, 4])[0].p == pytest.approx(2 / 495)


def test_rule_3_the_more_is_tried_the_more_is_asked_for() -> None:
    few, many = Pool(15, zone="1"), Pool(15, zone="1")
    for pool in (few, many):
        pool.of(range(1, 5), zone="2")
    for start, size in ((1, "a"), (4, "b"), (7, "c"), (10, "d"), (13, "e")):
        many.of(range(start, start + 3), size=size)
    assert few.suspects([1, 2, 3, 4])[0].p == pytest.approx(2 / 1365)
    assert many.suspects([1, 2, 3, 4])[0].p == pytest.approx(7 / 1365)


def test_rule_3_failures_that_are_spread_suspect_nothing() -> None:
    pool = Pool(100)
    for number in range(1, 101):
        pool.of([number], zone=str(number % 3), fault_domain=number % 5, size=str(number % 2))
    assert pool.suspects(range(1, 100, 7)) == ()


def test_rule_4_that_the_old_ones_failed_and_were_replaced_is_no_finding() -> None:
    pool = Pool(40)
    pool.of(range(21, 41), created_at=NOW - HOUR / 2)
    assert pool.suspects(range(1, 16)) == ()
    young = Pool(40)
    young.of(range(21, 41), created_at=NOW - HOUR / 2)
    (suspect,) = young.suspects(range(21, 36))
    assert (suspect.factor, suspect.value, suspect.strikes_new) == ("age", "under an hour", True)


def test_what_the_same_nodes_share_is_one_finding_and_strikes_new_machines_when_one_part_of_it_does() -> None:
    pool = Pool(30, zone="1", image="old", latest_model=False)
    pool.of(range(1, 6), image="new", latest_model=True, created_at=NOW - HOUR / 2)
    (suspect,) = pool.suspects([1, 2, 3, 4, 5])
    assert (suspect.factor, suspect.value, suspect.strikes_new) == ("image", "new", True)


def test_a_rack_says_nothing_of_new_machines() -> None:
    pool = Pool(30)
    pool.of(range(1, 6), fault_domain=2)
    (suspect,) = pool.suspects([1, 2, 3, 4])
    assert suspect.strikes_new is False


def test_machines_of_the_same_age_are_so_whether_they_failed_or_not() -> None:
    """They failed when they were young, an hour ago; the others have grown old since."""
    pool = Pool(20, created_at=NOW - 2 * HOUR)
    assert pool.suspects(range(1, 11)) == ()


def two_pools(failed: dict[str, list[int]], zones: dict[str, list[int]]) -> tuple[Suspect, ...]:
    """Two pools of twenty: which have failed, and which are in zone 2."""
    findings = []
    ledgers = {}
    for pool in ("private", "public"):
        base = Pool(20, zone="1", size=pool)
        base.of(zones[pool], zone="2")
        own = base.cluster.findings()
        losses = base.losses(failed[pool])
        moved = [
            replace(one, node=replace(one.node, pool=pool, name=f"{pool}-{one.node.name}")) for one in own
        ]
        findings += moved
        ledgers[pool] = Ledger(pool, losses=tuple(replace(one, node=f"{pool}-{one.node}") for one in losses))
    return correlate(findings, ledgers, NOW)


def test_what_is_too_little_in_each_pool_is_found_across_pools() -> None:
    some = {"private": [1, 2], "public": [1, 2]}
    (suspect,) = two_pools(some, {"private": [1, 2, 3], "public": [1, 2, 3]})
    assert (suspect.pool, suspect.factor, suspect.value, suspect.failed, suspect.of) == (
        "",
        "zone",
        "2",
        4,
        6,
    )


def test_rule_5_a_pool_that_fails_alone_is_not_suspected_across_pools() -> None:
    assert two_pools({"private": [1, 5, 9, 13], "public": []}, {"private": [], "public": []}) == ()


def test_a_lost_node_that_was_replaced_still_counts() -> None:
    pool = Pool(20, zone="1")
    pool.of(range(1, 5), zone="2")
    ledger = Ledger("private", losses=pool.losses([1, 2, 3, 4]))
    for number in (1, 2, 3):
        cluster = pool.cluster
        del cluster.instances[number], cluster.addresses[str(number)], cluster.memory[name(number)]
        cluster.instances[number + 100] = instance(number + 100, zone="1", fault_domain=None)
        cluster.addresses[str(number + 100)] = address(number + 100)
        cluster.agents[f"agent-S{number + 100}"] = agent(number + 100)
        cluster.memory[name(number + 100)] = memory(number + 100)
    (suspect,) = correlate(pool.cluster.findings(), {"private": ledger}, NOW)
    assert (suspect.factor, suspect.value, suspect.failed, suspect.of, suspect.nodes) == (
        "zone",
        "2",
        4,
        4,
        23,
    )


def test_the_same_failures_give_the_same_findings_in_the_same_order() -> None:
    pool = Pool(40, zone="1", size="a")
    pool.of(range(1, 6), zone="2")
    pool.of(range(2, 7), size="b")
    found = pool.suspects([2, 3, 4, 5])
    assert [one.factor for one in found] == ["size", "zone"]
    assert pool.suspects([5, 4, 3, 2])[0].members == found[0].members


def test_a_finding_is_a_sentence_with_its_numbers() -> None:
    pool = Pool(30, zone="1")
    pool.of(range(1, 6), zone="2")
    (suspect,) = pool.suspects([1, 2, 3, 4])
    assert str(suspect) == (
        "4 of the 5 nodes with zone 2 have failed, and 0 of the other 25; chance alone does so once in 2740 times; "
        "their failures began within 180 s"
    )
