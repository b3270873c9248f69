"""How a pool is evened out over zones and fault domains: the rules of `shared/decide/balance.py`, by their numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.decide.balance import Evening, Evenness, Tried, even_out, leaves
from shared.decide.leavers import Ground
from shared.decide.sizes import sizes_wanted
from shared.model.catalog import UNKNOWN_RESIDENT
from shared.model.ledger import NoRoom
from shared.scale.spread import Place, Spread
from tests.builders import NOW, disruption, name
from tests.decide.sizing import MINUTE, Sizing, number_of


def in_zones(*zones: int) -> Sizing:
    """So many machines in zone 1, zone 2 and so on."""
    pool = Sizing(sum(zones))
    number = 0
    for zone, count in enumerate(zones, 1):
        for _ in range(count):
            number += 1
            pool.becomes(number, zone=str(zone), fault_domain=None)
    return pool


def evenness(pool: Sizing, tried: Tried | None = None) -> Evenness:
    situation = pool.situation()
    sized = next(iter(sizes_wanted(situation, {})), None)
    return even_out(Ground.of(situation), pool.policy.pools[0], sized, tried)


def step(pool: Sizing, tried: Tried | None = None) -> Evening | None:
    return evenness(pool, tried).step


def test_one_is_added_where_there_are_fewest_and_one_goes_where_there_are_most() -> None:
    found = step(in_zones(4, 2, 1))
    assert found is not None
    assert (found.add_to, found.take_from) == (Place("3"), Place("1"))
    assert number_of(found.node) in {1, 2, 3, 4}


@pytest.mark.parametrize(
    "happens", ["unwell", "busy", "in flight", "missing", "growing", "shrinking", "no room"]
)
def test_rule_1_whatever_goes_on_there_comes_first(happens: str) -> None:
    pool = in_zones(4, 2, 1)
    assert step(pool) is not None
    if happens == "unwell":
        pool.is_unreachable(7)
    elif happens == "busy":
        pool.busy.add(name(7))
    elif happens == "in flight":
        pool.ledger = replace(pool.ledger, active=(disruption(7),))
    elif happens == "missing":
        pool.ledger = replace(pool.ledger, wanted=8)
    elif happens == "no room":
        short = NoRoom("AllocationFailed", 1, NOW, NOW + MINUTE)
        pool.ledger = replace(pool.ledger, no_room=short)
    else:
        pool.says(target=9 if happens == "growing" else 5)
    assert step(pool) is None


@pytest.mark.parametrize("zones", [(2, 2, 2), (3, 2, 2), (1,), (7,)])
def test_rule_2_what_is_even_is_let_be(zones: tuple[int, ...]) -> None:
    assert evenness(in_zones(*zones)) == Evenness("private", 0, "it is as even as can be")


def test_rule_3_what_did_not_help_is_not_done_again_for_a_day() -> None:
    pool = in_zones(4, 1)
    assert evenness(pool).misplaced == 1
    for ago, is_done in ((timedelta(hours=23), False), (timedelta(hours=25), True)):
        assert (step(pool, Tried(NOW - ago, 1)) is not None) is is_done


def test_rule_3_what_helped_is_gone_on_with() -> None:
    pool = in_zones(6, 1)
    assert evenness(pool).misplaced == 2
    assert step(pool, Tried(NOW - MINUTE, 3)) is not None


def test_rule_4_who_goes_is_the_one_that_is_missed_least() -> None:
    pool = in_zones(3, 1)
    pool.runs("/web", 1, 1, 3, 4)
    found = step(pool)
    assert found is not None
    assert number_of(found.node) == 2


def test_rule_4_where_nobody_may_go_nobody_comes() -> None:
    pool = in_zones(3, 1)
    for number in (1, 2, 3):
        pool.runs(f"/store-{number}", number, is_resident=True, package=UNKNOWN_RESIDENT)
    assert evenness(pool).because == "nobody may go from zone 1"


def test_rule_4_its_tasks_may_go_to_the_new_machine() -> None:
    pool = in_zones(3, 1)
    pool.runs("/web", *[1] * 4, *[2] * 4, *[3] * 4, *[4] * 4)
    assert step(pool) is not None


def test_rule_5_the_measure_says_what_it_pays() -> None:
    found = step(in_zones(6, 1))
    assert found is not None
    assert (found.before, found.after) == (2, 1)
    assert (found.gaps, found.on_the_way, found.at_worst) == ((5, 0), (6, 0), (5, 0))


@given(st.lists(st.integers(1, 6), min_size=2, max_size=4), st.lists(st.integers(0, 3), max_size=4))
def test_rule_5_each_step_pays_and_is_never_worse_by_more_than_one(
    zones: list[int], comes_to: list[int]
) -> None:
    """Wherever Azure puts the new machine."""
    spread = Spread.of(Place(str(zone)) for zone, count in enumerate(zones) for _ in range(count))
    for chosen in comes_to:
        swap = spread.swap()
        if swap is None:
            return
        came = spread.with_one(Place(str(chosen % len(zones))))
        assert came.zone_gap <= spread.zone_gap + 1
        fullest = came.fullest
        assert fullest is not None
        after = came.without_one(fullest)
        assert after.zone_gap <= spread.zone_gap
        assert len(after.swaps()) <= len(spread.swaps())
        spread = after


def test_rule_6_who_goes_is_asked_again_when_the_new_one_is_there() -> None:
    pool = in_zones(3, 3, 1)
    pool.is_new(8, zone="1", fault_domain=None)
    choice = leaves(Ground.of(pool.situation()), pool.policy.pools[0])
    assert [number_of(node) for node in choice.nodes] == [1]
    pool = in_zones(3, 3, 1)
    pool.is_new(8, zone="2", fault_domain=None)
    choice = leaves(Ground.of(pool.situation()), pool.policy.pools[0])
    assert [number_of(node) for node in choice.nodes] == [4]


def test_fault_domains_are_evened_out_where_there_are_no_zones() -> None:
    pool = Sizing(5)
    for number in range(1, 6):
        pool.becomes(number, fault_domain=0 if number < 5 else 1)
    found = step(pool)
    assert found is not None
    assert (found.add_to, found.take_from) == (Place(None, 1), Place(None, 0))
