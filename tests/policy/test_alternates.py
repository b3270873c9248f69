"""Which pools may stand in for which: others of the cluster of which is known how many nodes they need of their own."""

from __future__ import annotations

import pytest

from tests.policy.texts import cluster_of, fault_of, with_pool

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
