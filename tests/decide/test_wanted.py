"""How large a pool is to be: each numbered rule of shared/decide/wanted.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.decide.wanted import extra_machines, wanted_size
from shared.model.azure import Provisioning
from shared.model.ledger import Ledger
from shared.model.signals import SignalKind
from shared.model.snapshot import PoolReadings
from shared.policy.autoscale import AzureAutoscale
from tests.builders import Cluster, disruption, signal, unread

RESIZED = SignalKind.POOL_RESIZED


def saying(capacity: int, readable: bool = True, listed: int | None = None) -> PoolReadings:
    cluster = Cluster(max(0, capacity if listed is None else listed))
    cluster.capacity = capacity
    cluster.unreadable = set() if readable else {"scale_set"}
    return cluster.snapshot().pools["private"]


def wanted(capacity: int, remembered: int | None, *kinds: SignalKind, floor: int = 1) -> int | None:
    ledger = Ledger("private", wanted=remembered)
    return wanted_size(saying(capacity), ledger, [signal(kind) for kind in kinds], floor)


def test_rule_1_the_first_reading_is_what_is_wanted() -> None:
    assert wanted(5, None) == 5


@pytest.mark.parametrize("capacity", [0, -1])
def test_rule_1_zero_is_not_believed(capacity: int) -> None:
    assert wanted(capacity, None) is None
    assert wanted(capacity, None, RESIZED) is None


def test_rule_1_a_pool_that_may_be_empty_and_of_which_none_is_listed_is_empty() -> None:
    ledger = Ledger("private")
    assert wanted(0, None, floor=0) == 0
    assert wanted(-1, None, floor=0) is None
    assert wanted_size(saying(0, listed=2), ledger, (), 0) is None
    unlisted = replace(saying(0), instances=unread("instances"))
    assert wanted_size(unlisted, ledger, (), 0) is None
    assert wanted(5, 0, floor=0) == 5  # and when both were wrong


@pytest.mark.parametrize("remembered", [None, 5])
def test_rule_1_what_could_not_be_read_changes_nothing(remembered: int | None) -> None:
    ledger = Ledger("private", wanted=remembered)
    assert wanted_size(saying(9, readable=False), ledger, [signal(RESIZED)], 1) == remembered


def test_rule_2_a_pool_that_somebody_grew_is_wanted_larger() -> None:
    assert wanted(7, 5) == 7


@pytest.mark.parametrize("remembered", [None, 5])
def test_rule_1_and_2_a_size_that_the_list_does_not_have_is_not_believed(remembered: int | None) -> None:
    ledger = Ledger("private", wanted=remembered)
    assert wanted_size(saying(40, listed=5), ledger, [signal(RESIZED)], 1) == remembered
    blind = replace(saying(40), instances=unread("azure.instances"))
    assert wanted_size(blind, ledger, [signal(RESIZED)], 1) == remembered


def test_rule_2_machines_that_are_being_deleted_do_not_make_a_size_true() -> None:
    cluster = Cluster(6)
    cluster.becomes(6, provisioning=Provisioning.DELETING)
    readings = cluster.snapshot().pools["private"]
    assert wanted_size(readings, Ledger("private", wanted=5), [], 1) == 5


def test_rule_3_a_pool_that_somebody_shrank_is_wanted_smaller() -> None:
    assert wanted(3, 5, RESIZED) == 3


def test_rule_3_needs_a_signal() -> None:
    assert wanted(3, 5) == 5
    assert wanted(3, 5, SignalKind.POOL_CHANGED, SignalKind.SWEEP) == 5


@pytest.mark.parametrize("loss", [SignalKind.VM_DELETED, SignalKind.VM_EVICTED])
def test_rule_3_needs_that_nobody_told_of_a_loss(loss: SignalKind) -> None:
    assert wanted(3, 5, RESIZED, loss) == 5


def test_rule_3_needs_that_nothing_of_ours_is_in_flight() -> None:
    ledger = Ledger("private", wanted=5, active=(disruption(1),))
    assert wanted_size(saying(4), ledger, [signal(RESIZED)], 1) == 5


@pytest.mark.parametrize("capacity", [0, -1])
def test_rule_3_nobody_shrinks_a_pool_to_nothing(capacity: int) -> None:
    assert wanted(capacity, 5, RESIZED) == 5


def test_rule_3_goes_no_lower_than_the_policys_minimum() -> None:
    assert wanted(2, 5, RESIZED, floor=3) == 3
    assert wanted(2, 5, RESIZED, floor=8) == 5, "and never higher than before"


def test_rule_4_a_capacity_that_fell_by_itself_is_repaired() -> None:
    assert wanted(4, 5, SignalKind.VM_DELETED) == 5


@given(
    st.integers(-1, 20),
    st.none() | st.integers(1, 20),
    st.lists(st.sampled_from(SignalKind), max_size=4),
    st.booleans(),
    st.integers(0, 20),
)
def test_only_a_reading_and_a_signal_together_give_up_capacity(
    capacity: int, remembered: int | None, kinds: list[SignalKind], busy: bool, floor: int
) -> None:
    ledger = Ledger("private", wanted=remembered)
    ledger = replace(ledger, active=(disruption(1),)) if busy else ledger
    found = wanted_size(saying(capacity), ledger, [signal(kind) for kind in kinds], floor)
    assert found != 0 or (remembered is None and floor == 0)
    if remembered is not None:
        assert found is not None, "what was known is never forgotten"
        if found < remembered:
            assert RESIZED in kinds
            assert found >= max(capacity, floor)
            assert not busy


@pytest.mark.parametrize(("capacity", "size"), [(6, 5), (7, 7)])
def test_rule_2_what_came_for_a_node_that_stayed_is_wanted_by_nobody(capacity: int, size: int) -> None:
    ledger = Ledger("private", wanted=5, extra=1)
    assert wanted_size(saying(capacity), ledger, [signal(RESIZED)], 1) == size


@pytest.mark.parametrize(("capacity", "extra"), [(9, 2), (7, 2), (6, 1), (5, 0), (4, 0)])
def test_there_are_no_more_extra_machines_than_the_pool_has_beyond_what_is_wanted(
    capacity: int, extra: int
) -> None:
    assert extra_machines(saying(capacity), Ledger("private", wanted=5, extra=2)) == extra


def test_one_that_comes_before_its_node_goes_is_no_extra_machine() -> None:
    ledger = Ledger("private", wanted=5, extra=1, active=(disruption(1, surge=True),))
    assert extra_machines(saying(6), ledger) == 0


def test_an_extra_machine_is_still_one_while_another_node_goes() -> None:
    """Its place is in the ledger until its repair is over, and its machine is gone by then."""
    leaves = disruption(1, surge=True, leaving=True)
    assert extra_machines(saying(6), Ledger("private", wanted=5, extra=1, active=(leaves,))) == 1


def test_extra_machines_are_not_forgotten_by_one_reading_that_failed_or_disagrees() -> None:
    ledger = Ledger("private", wanted=5, extra=1)
    assert extra_machines(saying(6, readable=False), ledger) == 1
    assert extra_machines(replace(saying(6), instances=unread("azure.instances")), ledger) == 1
    assert extra_machines(saying(5, listed=6), ledger) == 1


@pytest.mark.parametrize(("capacity", "expected"), [(4, 4), (3, 3), (2, 5), (1, 5)])
def test_rule_4_what_azure_scales_in_within_its_bounds_is_wanted(capacity: int, expected: int) -> None:
    ledger = Ledger("private", wanted=5)
    bounds = AzureAutoscale(min=3, max=10)
    assert wanted_size(saying(capacity), ledger, [], 1, bounds) == expected
    assert wanted_size(saying(capacity), ledger, [], 1) == 5


def test_rule_4_not_more_went_than_the_capacity_fell_by_and_not_fewer() -> None:
    ledger, bounds = Ledger("private", wanted=6), AzureAutoscale(min=3, max=10)
    for listed in (3, 5, 6):
        assert wanted_size(saying(4, listed=listed), ledger, [], 1, bounds) == 6


@pytest.mark.parametrize("kind", [SignalKind.VM_DELETED, SignalKind.VM_EVICTED])
def test_rule_4_a_loss_that_was_heard_is_a_loss(kind: SignalKind) -> None:
    ledger, bounds = Ledger("private", wanted=5), AzureAutoscale(min=3, max=10)
    assert wanted_size(saying(4), ledger, [signal(kind)], 1, bounds) == 5


def test_rule_4_nothing_is_followed_while_an_operation_of_ours_is_at_work() -> None:
    ledger = Ledger("private", wanted=5, active=(disruption(2),))
    assert wanted_size(saying(4), ledger, [], 1, AzureAutoscale(min=3, max=10)) == 5
