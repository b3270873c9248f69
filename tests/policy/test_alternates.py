"""Which pools may stand in for which: others of the cluster of which is known how many nodes they need of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.policy.lint import lint
from shared.policy.scaling import Spot
from tests.policy.texts import cluster_of, fault_of, faults_of, policy_of, pool_of, with_pool

OTHER = """
      standby:
        scale_set: standby-vmss
        capacity: {min: 1, max: 9}
        scaling: {signals: [{nodes: 1}]}
"""
PATH = "clusters.prod.pools.private.scaling.alternates"


def test_alternates_are_kept_in_their_order() -> None:
    third = OTHER.replace("standby", "third")
    text = with_pool("scaling: {signals: [{of: cpu}], alternates: [third, standby]}")
    (first, *_) = cluster_of(text + OTHER + third).pools
    assert first.scaling is not None
    assert first.scaling.alternates == ("third", "standby")


def test_two_pools_may_name_each_other() -> None:
    text = with_pool("scaling: {signals: [{of: cpu}], alternates: [standby]}")
    other = OTHER.replace("{signals: [{nodes: 1}]}", "{signals: [{nodes: 1}], alternates: [private]}")
    assert [pool.scaling.alternates for pool in cluster_of(text + other).pools if pool.scaling] == [
        ("standby",),
        ("private",),
    ]


def test_prices_may_say_the_order() -> None:
    text = with_pool("scaling: {signals: [{of: cpu}], alternates: {cheapest: [standby]}}")
    (first, _) = cluster_of(text + OTHER).pools
    assert first.scaling is not None
    assert (first.scaling.alternates, first.scaling.by_price) == (("standby",), True)


def test_a_list_in_a_pool_takes_the_place_of_prices_further_out() -> None:
    text = with_pool("scaling: {signals: [{of: cpu}], alternates: [standby]}")
    further = "defaults: {scaling: {alternates: {cheapest: [private]}}}\n"
    (first, _) = cluster_of(further + text + OTHER).pools
    assert first.scaling is not None
    assert (first.scaling.alternates, first.scaling.by_price) == (("standby",), False)


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("{cheapest: [nowhere]}", PATH, "'nowhere'"),
        ("{cheapest: none}", f"{PATH}.cheapest", "'none'"),
        ("{cheapest: [standby, standby]}", f"{PATH}.cheapest", "a list of 2"),
        ("{}", f"{PATH}.cheapest", "no such key"),
        ("{dearest: [standby]}", f"{PATH}.dearest", "the key 'dearest'"),
    ],
)
def test_what_prices_can_not_order_is_refused(written: str, path: str, found: str) -> None:
    faults = faults_of(with_pool(f"scaling: {{signals: [{{of: cpu}}], alternates: {written}}}") + OTHER)
    assert (faults[0].path, faults[0].found, faults[0].line) == (path, found, 11)


@pytest.mark.parametrize(
    ("signals", "alternates", "prices", "codes"),
    [
        ("nodes: 1", "{cheapest: [standby]}", ("", ""), {"alternates-price"}),
        ("nodes: 1", "{cheapest: [standby]}", ("", "price: 0.2"), set()),
        ("nodes: 1", "[standby]", ("", ""), set()),
        ("of: waiting", "none", ("price: 0.2", ""), {"price-missing"}),
        ("of: waiting", "none", ("price: 0.2", "price: 0.1"), set()),
        ("of: waiting", "none", ("", ""), set()),
        ("nodes: 1", "none", ("price: 0.2", ""), set()),
    ],
)
def test_a_price_that_is_missing_is_told(
    signals: str, alternates: str, prices: tuple[str, str], codes: set[str]
) -> None:
    pool = f"scaling: {{signals: [{{{signals}}}, {{of: cpu}}], alternates: {alternates}}}\n{prices[0]}\n"
    other = OTHER.replace("{nodes: 1}", f"{{{signals}}}, {{of: cpu}}") + f"        {prices[1]}\n"
    advice = lint(policy_of(with_pool(pool) + other))
    assert {one.code for one in advice if "price" in one.code} == codes


@pytest.mark.parametrize(
    ("written", "spot"),
    [
        ("{signals: [{of: cpu}]}", Spot()),
        ("{spot: none}", None),
        ("{spot: {}}", Spot()),
        ("{spot: {evictions: 5, rest: 2h}}", Spot(evictions=5, rest=timedelta(hours=2))),
    ],
)
def test_when_evictions_are_a_wave_may_be_said(written: str, spot: Spot | None) -> None:
    scaling = pool_of(with_pool(f"scaling: {written}")).scaling
    assert scaling is not None
    assert scaling.spot == spot


@pytest.mark.parametrize(
    ("written", "field", "found"),
    [
        ("{evictions: 0}", ".evictions", "'0'"),
        ("{evictions: 51}", ".evictions", "'51'"),
        ("{within: 13h}", ".within", "'13h'"),
        ("{rest: 1m}", ".rest", "'1m'"),
        ("{wave: 3}", ".wave", "the key 'wave'"),
        ("3", "", "'3'"),
    ],
)
def test_a_wave_that_can_not_be_is_refused(written: str, field: str, found: str) -> None:
    fault = fault_of(with_pool(f"scaling: {{spot: {written}}}"))
    assert (fault.path, fault.found) == (f"clusters.prod.pools.private.scaling.spot{field}", found)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[nowhere]", "'nowhere'"),
        ("[private]", "'private', which is the pool itself"),
        ("[standby, standby]", "a list of 2"),
        ("[]", "a list of 0"),
        ("standby", "'standby'"),
        ("[[standby]]", "a list of 1"),
    ],
)
def test_what_can_stand_in_for_nobody_is_refused_at_its_line(written: str, found: str) -> None:
    fault = fault_of(with_pool(f"scaling: {{signals: [{{of: cpu}}], alternates: {written}}}") + OTHER)
    assert (fault.path, fault.found, fault.line) == (PATH, found, 11)


@pytest.mark.parametrize("signals", ["none", "[{of: waiting}]", "[{of: waiting}, {of: thin}]"])
def test_an_alternate_of_whose_own_needs_nobody_knows_is_refused(signals: str) -> None:
    text = with_pool("scaling: {signals: [{of: cpu}], alternates: [standby]}")
    fault = fault_of(text + OTHER.replace("[{nodes: 1}]", signals))
    assert fault.path == PATH
    assert "nobody knows how many nodes it needs" in fault.found
