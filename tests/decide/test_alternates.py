"""Pools that stand in for one that can't get its machines: the rules of `shared/decide/alternates.py`, by number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.sizes import Sized, size_pools
from shared.model.ledger import Eviction, NoRoom, Unjoined
from shared.model.mesos import Amounts
from shared.model.overrides import Override, OverrideKind
from shared.model.readings import Value
from shared.policy.scaling import Constant, Metric, Scaling, Signal, Waiting
from shared.policy.schema import Capacity
from tests.builders import NOW, name
from tests.decide.pair import second_pool, two_pools
from tests.decide.sizing import MINUTE, Sizing, scaled


def lacking(*signals: Signal, ago: timedelta = 20 * MINUTE) -> Sizing:
    """Three nodes, and Azure has had no room for more for so long."""
    pool = Sizing(3, scaled(scaling=Scaling(signals=signals, alternates=("other",))))
    pool.ledger = replace(pool.ledger, no_room=NoRoom("AllocationFailed", 3, NOW - ago, NOW + MINUTE))
    return pool


def sizes(first: Sizing, second: Sizing) -> dict[str, Sized]:
    situation, _ = two_pools(first, second)
    return {one.pool: one for one in size_pools(situation, {})}


def grown(first: Sizing, second: Sizing) -> int:
    """How large the other is to be; it has two nodes."""
    return sizes(first, second)["other"].nodes


def test_rule_1_only_after_a_quarter_of_an_hour_others_stand_in() -> None:
    assert grown(lacking(Constant(5), ago=14 * MINUTE), second_pool(Constant(2))) == 2
    assert grown(lacking(Constant(5), ago=15 * MINUTE), second_pool(Constant(2))) == 4


def test_rule_1_or_when_machines_do_not_join() -> None:
    pool = lacking(Constant(5))
    failed = Unjoined("o-9", name(9), NOW - 20 * MINUTE, NOW - 5 * MINUTE)
    pool.ledger = replace(pool.ledger, no_room=None, unjoined=(failed,))
    assert grown(pool, second_pool(Constant(2))) == 4


def test_rule_2_what_people_want_is_lacking_as_well_as_load() -> None:
    pool = lacking(Constant(1))
    pool.says(min=4)
    assert grown(pool, second_pool(Constant(2))) == 3


def test_rule_2_what_the_bounds_do_not_allow_is_not_lacking() -> None:
    pool = lacking(Constant(9))
    pool.says(max=4)
    assert grown(pool, second_pool(Constant(2))) == 3


def test_rule_2_what_could_not_be_read_asks_nobody() -> None:
    assert grown(lacking(Metric("queue.depth", 10)), second_pool(Constant(2))) == 2


def test_rule_3_larger_agents_stand_in_for_several() -> None:
    other = second_pool(Constant(2))
    for agent in tuple(other.agents.values()):
        other.agents[agent.agent_id] = replace(agent, total=Amounts(8.0, 32_000, 120_000))
    assert grown(lacking(Constant(6)), other) == 2 + 2


def test_rule_3_not_beyond_the_max_of_the_alternate() -> None:
    first, second = lacking(Constant(9)), second_pool(Constant(2))
    situation, _ = two_pools(first, second)
    own, other = situation.cluster.pools
    other = replace(other, capacity=Capacity(min=1, max=3))
    situation = replace(situation, cluster=replace(situation.cluster, pools=(own, other)))
    assert [one.nodes for one in size_pools(situation, {})] == [2 * 3, 3]


@pytest.mark.parametrize("nodes", [1, 2])
def test_rule_3_one_that_cannot_grow_either_is_passed_over(nodes: int) -> None:
    other = second_pool(Constant(nodes))
    other.ledger = replace(
        other.ledger, no_room=NoRoom("AllocationFailed", 3, NOW - 20 * MINUTE, NOW + MINUTE)
    )
    assert "stands in" not in sizes(lacking(Constant(5)), other)["other"].wanted.numbers


def test_rule_3_nor_does_one_stand_in_that_a_person_has_paused() -> None:
    pool = lacking(Constant(5))
    pool.overrides.append(Override(OverrideKind.PAUSE, "other", "ann", "I look at it", NOW))
    assert grown(pool, second_pool(Constant(2))) == 2


def test_rule_4_what_the_alternate_has_taken_is_not_asked_for_again() -> None:
    more = second_pool(Constant(2), Waiting(), count=4)
    pool = lacking(Constant(5))
    pool.waits("/huge", 1, cpus=64.0)
    sized = sizes(pool, more)["other"]
    assert sized.wanted.numbers["stands in"] == 4
    assert sized.nodes == 4
    assert "2 for 2 that private can't get" in sized.wanted.because


def test_rule_5_when_there_is_room_again_nobody_stands_in() -> None:
    pool = lacking(Constant(5))
    pool.ledger = replace(pool.ledger, no_room=None)
    assert "stands in" not in sizes(pool, second_pool(Constant(2)))["other"].wanted.numbers


def evicted(*signals: Signal, ago: timedelta = 5 * MINUTE) -> Sizing:
    """Three nodes of spot, of which Azure took four within an hour."""
    pool = lacking(*signals)
    gone = tuple(Eviction(name(number), NOW - ago) for number in range(20, 24))
    pool.ledger = replace(pool.ledger, no_room=None, evictions=gone)
    return pool


def test_rule_6_in_a_wave_of_evictions_others_grow_in_its_place() -> None:
    both = sizes(evicted(Constant(5)), second_pool(Constant(2)))
    assert {pool: one.nodes for pool, one in both.items()} == {"private": 3, "other": 4}
    assert "2 of them stay with others" in both["private"].wanted.because


def test_rule_6_what_nobody_takes_it_asks_for_itself() -> None:
    first, second = evicted(Constant(9)), second_pool(Constant(2))
    situation, _ = two_pools(first, second)
    own, other = situation.cluster.pools
    other = replace(other, capacity=Capacity(min=1, max=4))
    situation = replace(situation, cluster=replace(situation.cluster, pools=(own, other)))
    private, _ = size_pools(situation, {})
    assert max(one.value.nodes for one in private.demands if isinstance(one, Value)) == 9 - 2


def test_rule_6_what_a_person_wants_of_it_it_gets() -> None:
    pool = evicted(Constant(1))
    pool.says(min=4)
    assert sizes(pool, second_pool(Constant(2)))["private"].nodes == 4


def test_rule_7_an_alternate_does_not_shrink_while_the_wave_lasts() -> None:
    for ago, above in ((5 * MINUTE, 6), (61 * MINUTE, None)):
        other = second_pool(Constant(2), count=6)
        demands = sizes(evicted(Constant(3), ago=ago), other)["other"].demands
        found = [one.value for one in demands if isinstance(one, Value) and one.value.of == "stands in"]
        assert [one.shrink_above for one in found] == ([] if above is None else [above])


def priced(prices: dict[str, float], *, by_price: bool) -> dict[str, int]:
    """How large two alternates become of which the later one is cheaper."""
    situation, _ = two_pools(lacking(Constant(5)), second_pool(Constant(2)))
    own, other = situation.cluster.pools
    assert own.scaling is not None
    own = replace(own, scaling=replace(own.scaling, alternates=("other", "third"), by_price=by_price))
    third = replace(other, name="third", scale_set="third", price=prices.get("third"))
    other = replace(other, price=prices.get("other"))
    ledgers = {**situation.ledgers, "third": replace(situation.ledgers["other"], pool="third")}
    snapshot = situation.snapshot
    pools = {**snapshot.pools, "third": snapshot.pools["other"]}
    situation = replace(
        situation,
        cluster=replace(situation.cluster, pools=(own, other, third)),
        ledgers=ledgers,
        snapshot=replace(snapshot, pools=pools),
    )
    return {one.pool: one.nodes for one in size_pools(situation, {}) if one.pool != "private"}


@pytest.mark.parametrize(
    ("prices", "by_price", "first"),
    [
        ({"other": 0.4, "third": 0.1}, True, "third"),
        ({"other": 0.1, "third": 0.4}, True, "other"),
        ({"other": 0.4, "third": 0.1}, False, "other"),
        ({"third": 0.4}, True, "third"),
        ({}, True, "other"),
    ],
)
def test_the_cheapest_is_asked_first_where_the_policy_says_so(
    prices: dict[str, float], by_price: bool, first: str
) -> None:
    found = priced(prices, by_price=by_price)
    assert [pool for pool, nodes in found.items() if nodes == 4] == [first]
