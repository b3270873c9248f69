"""What load asks for in each pool: the rules of `shared/decide/demands.py`, by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.demands import demands_of
from shared.decide.repair import Situation
from shared.model.bounds import PoolBounds
from shared.model.ledger import NoRoom, Unjoined
from shared.model.load import Load
from shared.model.mesos import Amounts
from shared.model.overrides import Override, OverrideKind
from shared.model.readings import Reading, Value
from shared.policy.scaling import Aim, Allocated, Constant, Metric, Resource, Signal, Waiting
from shared.policy.schema import Capacity, Mode
from shared.scale.load import Demand
from tests.builders import NOW, disruption, name, read, unread
from tests.decide.pair import second_pool, two_pools
from tests.decide.sizing import MINUTE, Sizing, scaled

HALF = Allocated(Resource.CPU, Aim(0.5, 0.1))


def asks(reading: Reading[Demand]) -> int | None:
    return reading.value.nodes if isinstance(reading, Value) else None


def nodes(pool: Sizing) -> int | None:
    """What its only signal asks for; None: nobody knows."""
    return asks(pool.sized().demands[0])


def following(*signals: Signal, count: int = 3) -> Sizing:
    return Sizing(count, scaled(*signals))


def test_rule_1_what_is_reserved_is_a_part_of_what_agents_have() -> None:
    pool = following(HALF)
    pool.runs("/web", *[1] * 4, *[2] * 4)
    assert nodes(pool) == 4


def test_rule_1_tasks_on_agents_that_get_no_new_ones_count() -> None:
    pool = following(HALF)
    pool.runs("/web", *[1] * 4, *[2] * 4)
    pool.agents["agent-S1"] = replace(pool.agents["agent-S1"], deactivated=True)
    assert nodes(pool) == 4


def test_rule_2_what_waits_and_fits_is_no_load() -> None:
    pool = following(Waiting())
    pool.waits("/web", 12)
    assert nodes(pool) == 0


def test_rule_2_what_fits_nowhere_asks_for_as_many_empty_ones_as_take_it() -> None:
    pool = following(Waiting())
    pool.waits("/web", 17)
    assert nodes(pool) == 3 + 2


def test_rule_2_not_the_sum_counts_but_whether_each_fits() -> None:
    pool = following(Waiting())
    pool.runs("/web", 1, 1, 2, 2, 3, 3)
    pool.waits("/big", 2, cpus=3.0)
    assert nodes(pool) == 3 + 2


def test_rule_2_what_is_ordered_is_not_asked_for_again() -> None:
    pool = following(Waiting())
    pool.waits("/web", 17)
    pool.is_new(4)
    pool.ledger = replace(pool.ledger, wanted=5)
    assert nodes(pool) == 5
    assert pool.sized().nodes == pool.sized().size


def test_rule_2_one_that_is_on_its_way_out_takes_nothing_new() -> None:
    pool = following(Waiting())
    pool.ledger = replace(pool.ledger, active=(disruption(1, shrinks=True),))
    pool.busy.add(name(1))
    pool.waits("/web", 9)
    assert (pool.sized().size, nodes(pool)) == (2, 3)


def test_rule_2_what_is_missing_takes_nothing_either() -> None:
    pool = following(Waiting(), count=4)
    pool.ledger = replace(pool.ledger, active=(disruption(1, shrinks=True),))
    pool.busy.add(name(1))
    pool.is_deleted(4)
    pool.waits("/web", 9)
    assert (pool.sized().size, nodes(pool)) == (3, 2 + 1)


def test_rule_2_a_node_and_its_successor_are_one() -> None:
    pool = following(Waiting(), count=4)
    pool.ledger = replace(pool.ledger, wanted=3, active=(disruption(1, surge=True),))
    pool.busy.add(name(1))
    pool.waits("/web", 13)
    assert nodes(pool) == 3 + 1


def test_rule_2_what_nobody_could_read_is_not_nothing() -> None:
    pool = following(Waiting())
    pool.load = Load(unread("marathon"))
    assert nodes(pool) is None
    assert pool.sized().nodes == 3


def test_rule_2_without_agents_and_without_what_is_remembered_of_them_nobody_knows() -> None:
    pool = following(Waiting())
    pool.agents = {}
    pool.waits("/web", 3)
    assert nodes(pool) is None


def test_rule_3_a_number_and_a_constant_are_as_they_are() -> None:
    pool = following(Metric("queue.depth", per_node=100), Constant(2))
    pool.load = Load(metrics={"private": {"queue.depth": read(450.0)}})
    assert [asks(one) for one in pool.sized().demands] == [5, 2]


def test_rule_3_a_number_that_nobody_asked_for_is_not_known() -> None:
    assert nodes(following(Metric("queue.depth", per_node=100))) is None


def test_rule_4_while_agents_are_on_their_way_to_a_new_leader_nothing_is_known() -> None:
    pool = following(HALF, Waiting(), Constant(2))
    pool.waits("/web", 30)
    pool.elected_at = NOW - 9 * MINUTE
    assert [asks(one) for one in pool.sized().demands] == [None, None, 2]
    pool.elected_at = NOW - 10 * MINUTE
    assert None not in [asks(one) for one in pool.sized().demands]


def test_what_the_masters_do_not_say_is_not_known() -> None:
    pool = following(HALF, Waiting())
    pool.waits("/web", 30)
    pool.unreadable = {"scheduler"}
    assert [asks(one) for one in pool.sized().demands] == [None, None]


def asked(both: tuple[Situation, Mapping[str, PoolBounds]]) -> dict[str, list[int | None]]:
    return {pool: [asks(one) for one in found] for pool, found in demands_of(*both).items()}


def test_rule_2_what_waits_is_ordered_once_for_both_pools() -> None:
    first, second = following(Waiting()), second_pool(Waiting())
    first.waits("/web", 20 + 3)
    assert asked(two_pools(first, second)) == {"private": [3 + 1], "other": [0]}


def test_rule_2_what_fits_on_what_another_pool_has_ordered_is_no_load() -> None:
    first, second = following(Waiting()), second_pool()
    first.waits("/web", 20 + 3)
    assert asked(two_pools(first, second)) == {"private": [3 + 1]}
    second.ledger = replace(second.ledger, wanted=3)
    assert asked(two_pools(first, second)) == {"private": [0]}


def test_rule_5_what_the_bounds_of_one_do_not_hold_is_left_to_the_next() -> None:
    first = Sizing(3, scaled(Waiting(), capacity=Capacity(min=1, max=4)))
    second = second_pool(Waiting())
    first.waits("/web", 20 + 4 + 5)
    situation, bounds = two_pools(first, second)
    bounds["other"] = replace(bounds["other"], max=replace(bounds["other"].max, nodes=9))
    assert asked((situation, bounds)) == {"private": [3 + 1], "other": [2 + 2]}


@pytest.mark.parametrize(
    ("ago", "asked_for"),
    [
        (14 * MINUTE, {"private": [3 + 1], "other": [0]}),
        (15 * MINUTE, {"private": [0], "other": [2 + 1]}),
    ],
)
def test_rule_6_where_azure_has_no_room_others_stand_in(ago: timedelta, asked_for: object) -> None:
    first, second = following(Waiting()), second_pool(Waiting())
    first.waits("/web", 20 + 3)
    first.ledger = replace(first.ledger, no_room=NoRoom("AllocationFailed", 3, NOW - ago, NOW + MINUTE))
    assert asked(two_pools(first, second)) == asked_for


def test_rule_6_others_stand_in_for_a_pool_whose_machines_do_not_join() -> None:
    first, second = following(Waiting()), second_pool(Waiting())
    first.waits("/web", 20 + 3)
    failed = Unjoined("o-9", name(9), NOW - 20 * MINUTE, NOW - 5 * MINUTE)
    first.ledger = replace(first.ledger, unjoined=(failed,))
    assert asked(two_pools(first, second)) == {"private": [0], "other": [2 + 1]}
    word = Override(OverrideKind.APPROVE, "private", "ann", "the image is right now", NOW, remedy="grow")
    first.overrides.append(word)
    assert asked(two_pools(first, second)) == {"private": [3 + 1], "other": [0]}


def test_rule_6_others_stand_in_for_a_pool_that_is_only_observed() -> None:
    first, second = Sizing(3, scaled(Waiting(), mode=Mode.OBSERVE)), second_pool(Waiting())
    first.waits("/web", 20 + 3)
    assert asked(two_pools(first, second)) == {"private": [0], "other": [2 + 1]}


def test_rule_6_others_stand_in_for_a_pool_that_is_paused() -> None:
    first, second = following(Waiting()), second_pool(Waiting())
    first.waits("/web", 20 + 3)
    first.overrides.append(Override(OverrideKind.PAUSE, "private", "ann", "I look at it", NOW))
    assert asked(two_pools(first, second)) == {"private": [0], "other": [2 + 1]}


def test_rule_6_what_others_cannot_take_is_asked_for_all_the_same() -> None:
    first, second = following(Waiting()), second_pool(Waiting())
    first.waits("/web", 20 + 4 + 4)
    first.ledger = replace(
        first.ledger, no_room=NoRoom("AllocationFailed", 3, NOW - 20 * MINUTE, NOW + MINUTE)
    )
    situation, bounds = two_pools(first, second)
    bounds["other"] = replace(bounds["other"], max=replace(bounds["other"].max, nodes=3))
    assert asked((situation, bounds)) == {"private": [3 + 1], "other": [2 + 1]}


def test_rule_5_constraints_count_over_both_pools() -> None:
    first = Sizing(3, scaled(Waiting(), capacity=Capacity(min=1, max=4)))
    second = second_pool(Waiting())
    first.waits("/one-each", 7, cpus=0.1, constraints=(("hostname", "UNIQUE"),))
    situation, bounds = two_pools(first, second)
    bounds["other"] = replace(bounds["other"], max=replace(bounds["other"].max, nodes=9))
    assert asked((situation, bounds)) == {"private": [3 + 1], "other": [2 + 1]}
    assert first.agents["agent-S1"].total == Amounts(4.0, 16_000, 60_000)


def waiting_for(*prices: float | None, cores: float = 4.0) -> dict[str, list[int | None]]:
    """Who takes what waits; agents of the second pool have so many cores."""
    first, second = following(Waiting()), second_pool(Waiting())
    first.waits("/web", 20 + 3)
    for agent in tuple(second.agents.values()):
        second.agents[agent.agent_id] = replace(agent, total=Amounts(cores, 16_000, 60_000))
    situation, bounds = two_pools(first, second)
    pools = [replace(pool, price=of) for pool, of in zip(situation.cluster.pools, prices, strict=True)]
    cluster = replace(situation.cluster, pools=tuple(pools))
    return asked((replace(situation, cluster=cluster), bounds))


FIRST, SECOND = {"private": [3 + 1], "other": [0]}, {"private": [0], "other": [2 + 1]}


@pytest.mark.parametrize(
    ("prices", "takes"),
    [((0.4, 0.1), SECOND), ((0.1, 0.4), FIRST), ((0.3, 0.3), FIRST), ((0.4, None), FIRST)],
)
def test_rule_8_the_cheaper_pool_takes_what_waits(prices: tuple[float | None, ...], takes: object) -> None:
    assert waiting_for(*prices) == takes


@pytest.mark.parametrize(("price", "is_cheaper"), [(0.29, False), (0.14, True)])
def test_rule_8_what_counts_is_the_price_of_as_much(price: float, is_cheaper: bool) -> None:
    """Agents with half of the cores hold half as much."""
    assert (waiting_for(0.3, price, cores=2.0)["private"] == [0]) is is_cheaper
