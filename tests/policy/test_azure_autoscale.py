"""A pool that Azure's own autoscale moves: its bounds, and what may not stand beside them."""

from __future__ import annotations

import pytest

from shared.policy.autoscale import AzureAutoscale
from tests.policy.texts import GOOD, faults_of, pool_of, with_pool

PATH = "clusters.prod.pools.private.azure_autoscale"
BOUNDS = "azure_autoscale: {min: 3, max: 10}"


def test_no_pool_is_moved_by_azure_where_nothing_is_written() -> None:
    assert pool_of(GOOD).azure_autoscale is None
    assert pool_of(with_pool(BOUNDS)).azure_autoscale == AzureAutoscale(min=3, max=10)


@pytest.mark.parametrize(
    ("written", "field", "found"),
    [
        ("{min: 11, max: 10}", "min", "11"),
        ("{min: 2, max: 10}", "min", "2"),
        ("{min: 3, max: 41}", "max", "41"),
        ("{min: 0, max: 10}", "min", "'0'"),
        ("{min: 3}", "max", "no such key"),
        ("{min: 3, max: 10, default: 5}", "default", "the key 'default'"),
    ],
)
def test_bounds_that_cannot_be_are_refused(written: str, field: str, found: str) -> None:
    faults = faults_of(with_pool(f"azure_autoscale: {written}"))
    assert [(one.path, one.found) for one in faults] == [(f"{PATH}.{field}", found)]


@pytest.mark.parametrize(
    ("beside", "word"),
    [
        ('schedules: [{name: night, cron: "0 19 * * *", zone: Europe/London, max: 5}]', "schedules"),
        ("scaling: {signals: [{of: cpu}]}", "scaling.signals"),
        ("rebalance: {spread: true}", "rebalance.spread"),
    ],
)
def test_nothing_of_ours_moves_such_a_pool_too(beside: str, word: str) -> None:
    (fault,) = faults_of(with_pool(f"{BOUNDS}\n{beside}\n"))
    assert (fault.path, fault.found) == (PATH, f"azure_autoscale beside {word}")
    assert "undo" in fault.allowed


def test_how_a_pool_shrinks_by_ours_may_stand_in_the_defaults() -> None:
    assert pool_of(with_pool(f"{BOUNDS}\nscaling: {{protect_new: 30m}}\n")).azure_autoscale is not None
