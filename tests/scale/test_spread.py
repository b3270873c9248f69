"""How even a pool is, where one may be taken, and how it becomes even."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.scale.spread import Place, Spread


def zonal(**counts: int) -> Spread:
    """`a=3, b=1`: three machines in zone a, one in zone b; none of a known fault domain."""
    places = [Place(zone) for zone, count in counts.items() for _ in range(count)]
    return Spread.of(places, zones=counts)


def racks(*counts: int) -> Spread:
    """So many machines in fault domain 0, 1, ... of a pool without zones."""
    return Spread.of([Place(None, number) for number, count in enumerate(counts) for _ in range(count)])


def test_the_gap_is_between_the_most_and_the_least_crowded_zone() -> None:
    assert zonal(a=5, b=3, c=4).gaps == (2, 0)
    assert zonal(a=5, b=4, c=4).is_even
    assert Spread.of([]).gaps == (0, 0)


def test_a_zone_that_has_none_counts() -> None:
    assert zonal(a=3, b=3, c=0).zone_gap == 3
    assert Spread.of([Place("a")] * 3).zone_gap == 0


def test_domains_are_compared_within_their_zone() -> None:
    spread = Spread.of([Place("a", 0), Place("a", 0), Place("a", 1), *[Place("b", 1)] * 3])
    assert spread.gaps == (0, 1)
    assert Spread.of([Place("a", 0)] * 2, zones="ab", domains=2).gaps == (2, 2)
    assert Spread.of([Place(None, 0)] * 2, domains=3).gaps == (0, 2)


def test_what_azure_does_not_tell_the_place_of_is_left_out() -> None:
    spread = Spread.of([Place("a"), Place("b"), *[Place()] * 5, *[Place(None, 2)] * 5])
    assert (spread.gaps, spread.swaps()) == ((0, 0), ())
    assert spread.may_take(Place())
    assert spread.crowding(Place(None, 2)) == (0, 0)


def test_one_may_be_taken_where_the_gap_does_not_grow() -> None:
    assert zonal(a=5, b=3).may_take(Place("a"))
    assert not zonal(a=5, b=3).may_take(Place("b"))
    assert zonal(a=3, b=3).may_take(Place("b"))  # a gap of one is as even as it can be
    assert not racks(2, 2, 1).may_take(Place(None, 2))


def test_one_may_not_be_taken_from_a_sparse_rack_of_a_crowded_zone() -> None:
    spread = Spread.of([*[Place("a", 0)] * 4, *[Place("a", 1)] * 2, Place("b", 0)])
    assert spread.may_take(Place("a", 0))
    assert not spread.may_take(Place("a", 1))


def test_none_can_be_taken_where_none_is() -> None:
    with pytest.raises(ValueError, match="there is no machine at"):
        zonal(a=1, b=0).without_one(Place("b"))


def test_new_machines_are_expected_in_the_zones_that_have_fewest() -> None:
    assert zonal(a=3, b=1, c=2).next_zones(4) == ("b", "b", "c", "a")
    assert racks(1, 2).next_zones(4) == ()


def test_it_is_evened_out_from_the_crowded_to_the_sparse_zone() -> None:
    swaps = zonal(a=5, b=1, c=3).swaps()
    assert [(swap.add_to.zone, swap.take_from.zone) for swap in swaps] == [("b", "a")] * 2


def test_then_racks_are_evened_out_within_their_zone() -> None:
    spread = Spread.of([*[Place("a", 0)] * 3, Place("a", 1), *[Place("b", 0)] * 2, *[Place("b", 1)] * 2])
    assert [(swap.add_to, swap.take_from) for swap in spread.swaps()] == [(Place("a", 1), Place("a", 0))]


PLACES = st.lists(
    st.builds(Place, st.sampled_from(["1", "2", "3", None]), st.sampled_from([0, 1, 2, None])), max_size=25
)


@settings(max_examples=60)
@given(PLACES, st.sampled_from([(), ("1", "2", "3")]))
def test_swaps_end_even_and_none_makes_it_worse(places: list[Place], zones: Iterable[str]) -> None:
    spread = before = Spread.of(places, zones)
    for swap in spread.swaps():
        spread = spread.with_one(swap.add_to)
        assert spread.zone_gap <= before.zone_gap + 1
        spread = spread.without_one(swap.take_from)
        assert spread.zone_gap <= max(1, before.zone_gap)
    assert spread.is_even
    assert sum(spread.counts.values()) == len(places)


@settings(max_examples=40)
@given(st.lists(st.sampled_from("123"), min_size=1, max_size=20), st.data())
def test_wherever_azure_puts_the_new_one_it_is_never_worse_by_more_than_one(
    zones: list[str], data: st.DataObject
) -> None:
    before = spread = Spread.of([Place(zone) for zone in zones], "123")
    for _ in range(6):
        spread = spread.with_one(Place(data.draw(st.sampled_from("123"))))
        assert spread.zone_gap <= max(1, before.zone_gap) + 1
        crowded = max(spread.known, key=spread.crowding)
        assert spread.may_take(crowded)
        spread = spread.without_one(crowded)
        assert spread.zone_gap <= max(1, before.zone_gap)


@settings(max_examples=40)
@given(PLACES)
def test_what_may_be_taken_never_widens_a_gap_beyond_one(places: list[Place]) -> None:
    spread = Spread.of(places)
    for place in Counter(places):
        if spread.may_take(place):
            after = spread.without_one(place)
            assert after.zone_gap <= max(1, spread.zone_gap)
            assert after.gaps[1] <= max(1, spread.gaps[1])
    assert not places or any(spread.may_take(place) for place in places)
