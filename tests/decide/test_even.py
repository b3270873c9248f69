"""Which pools are evened out, and what becomes of their size meanwhile: `shared/decide/even.py` and `one_more.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.even import against_one_more, depends_on_work, even_pools
from shared.decide.sizes import Sized, is_sized, sizes_wanted
from shared.model.ledger import NoRoom, OneMore
from shared.model.sizes import size_of
from shared.policy.rebalance import Rebalance
from shared.policy.scaling import Scaling, Waiting
from shared.scale.rule import UNREAD
from tests.builders import NOW, disruption
from tests.decide.sizing import MINUTE, Sizing, number_of
from tests.decide.test_balance import in_zones


def lopsided(*zones: int, spread: bool = True) -> Sizing:
    """Four machines in zone 1 and one in zone 2, if nothing else is said, that follow nothing."""
    pool = in_zones(*(zones or (4, 1)))
    pool.policy = replace(
        pool.policy,
        pools=(replace(pool.policy.pools[0], scaling=None, rebalance=Rebalance(spread=spread)),),
    )
    return pool


def evened(pool: Sizing) -> Sized:
    situation = pool.situation()
    (found,) = even_pools(situation, sizes_wanted(situation, {"private": pool.course}))
    return found


def with_one_more(pool: Sizing, size: int = 5) -> Sizing:
    """One came five minutes ago, as the last of those that are there."""
    came = OneMore(NOW - 5 * MINUTE, 1, size)
    pool.ledger = replace(pool.ledger, wanted=size, one_more=came)
    return pool


def test_a_lopsided_pool_has_one_more() -> None:
    found = evened(lopsided())
    assert (found.nodes, found.wanted.reason, found.misplaced) == (6, "spread", 1)
    assert "zones differ by 3" in found.wanted.because
    assert "at worst zones differ by 4" in found.wanted.because


def test_rule_1_not_where_the_policy_does_not_say_so() -> None:
    pool = lopsided(spread=False)
    assert not is_sized(pool.situation(), pool.policy.pools[0])


def is_at_max(pool: Sizing) -> None:
    pool.policy = replace(
        pool.policy,
        pools=(replace(pool.policy.pools[0], capacity=replace(pool.policy.pools[0].capacity, max=5)),),
    )


def is_fixed(pool: Sizing) -> None:
    pool.says(target=5)


def is_busy(pool: Sizing) -> None:
    pool.busy.add(size_of("private"))


def is_ill(pool: Sizing) -> None:
    pool.is_unreachable(2)


@pytest.mark.parametrize("happens", [is_at_max, is_fixed, is_busy, is_ill])
def test_rules_2_and_3_not_while_anything_speaks_against_it(happens: Callable[[Sizing], None]) -> None:
    pool = lopsided()
    happens(pool)
    found = evened(pool)
    assert (found.nodes, found.misplaced) == (5, None)


def test_what_runs_is_read_only_where_it_is_lopsided() -> None:
    for pool, expected in ((lopsided(), True), (lopsided(3, 2), False), (lopsided(2, 2, 2), False)):
        situation = pool.situation()
        assert depends_on_work(situation, sizes_wanted(situation, {})) is expected


def test_what_runs_is_not_read_while_it_rests_because_the_last_one_did_not_help() -> None:
    for hours, misplaced, expected in ((23, 1, False), (25, 1, True), (23, 2, True)):
        pool = lopsided()
        pool.ledger = replace(pool.ledger, one_more=OneMore(NOW - timedelta(hours=hours), misplaced))
        situation = pool.situation()
        assert depends_on_work(situation, sizes_wanted(situation, {})) is expected
        assert (evened(pool).nodes == 6) is expected


def test_a_zone_of_the_set_in_which_no_machine_is_left_counts() -> None:
    pool = lopsided(3, 3)
    assert evened(pool).nodes == 6
    pool.zones = ("1", "2", "3")
    found = evened(pool)
    assert (found.nodes, found.misplaced) == (7, 2)
    assert "zone 2 has most and zone 3 fewest" in found.wanted.because


def test_zones_of_a_set_whose_machines_say_none_do_not_count() -> None:
    pool = lopsided()
    for number in range(1, 6):
        pool.becomes(number, zone=None, fault_domain=number % 3)
    pool.zones = ("1", "2", "3")
    assert evened(pool).nodes == 5


def test_racks_are_evened_out_where_there_are_no_zones() -> None:
    pool = lopsided()
    for number in range(1, 6):
        pool.becomes(number, zone=None, fault_domain=0 if number < 5 else 1)
    found = evened(pool)
    assert (found.nodes, found.misplaced) == (6, 1)
    assert "fault domain 0 has most and fault domain 1 fewest" in found.wanted.because


def test_just_before_it_comes_it_is_asked_again_what_speaks_against_it() -> None:
    pool = lopsided()
    (sized,) = sizes_wanted(pool.situation(), {})
    assert against_one_more(pool.situation(), sized) == ""
    pool.is_unreachable(2)
    assert "not well" in against_one_more(pool.situation(), sized)


def test_when_it_has_joined_one_goes_from_where_most_are() -> None:
    pool = with_one_more(lopsided(4, 2), 6)
    found = evened(pool)
    assert (found.nodes, found.wanted.reason, found.surplus) == (5, "one_less", 1)
    assert found.choice is not None
    assert [number_of(node) in {1, 2, 3, 4} for node in found.choice.nodes] == [True]


def test_while_one_goes_the_size_is_as_it_will_be() -> None:
    pool = with_one_more(lopsided(4, 2), 6)
    pool.ledger = replace(pool.ledger, active=(replace(disruption(1), shrinks=True),))
    assert (evened(pool).size, evened(pool).nodes, evened(pool).surplus) == (5, 5, 0)


def test_until_it_has_joined_nobody_goes() -> None:
    found = evened(with_one_more(lopsided(4, 1), 6))
    assert (found.nodes, found.wanted.reason, found.surplus) == (6, "one_more", 0)


def test_without_room_in_azure_it_is_not_wanted_any_more() -> None:
    pool = with_one_more(lopsided(4, 1), 6)
    short = NoRoom("AllocationFailed", 1, NOW, NOW + MINUTE)
    pool.ledger = replace(pool.ledger, no_room=short)
    assert (evened(pool).nodes, evened(pool).surplus) == (5, 0)


def test_more_that_are_wanted_keep_it_and_fewer_have_two_go() -> None:
    for target, nodes in ((7, 7), (6, 6), (4, 4)):
        pool = with_one_more(lopsided(4, 2), 6)
        pool.says(target=target)
        assert (evened(pool).nodes, evened(pool).wanted.reason) == (nodes, "target")


def test_what_could_not_be_read_has_nobody_go() -> None:
    pool = with_one_more(lopsided(4, 2), 6)
    follows = Scaling(signals=(Waiting(),))
    pool.policy = replace(pool.policy, pools=(replace(pool.policy.pools[0], scaling=follows),))
    found = evened(pool)
    assert found.wanted.reason in UNREAD
    assert (found.nodes, found.surplus) == (6, 0)


def test_it_is_ended_where_the_policy_does_not_even_out_any_more() -> None:
    pool = with_one_more(lopsided(4, 2, spread=False), 6)
    assert is_sized(pool.situation(), pool.policy.pools[0])
    assert evened(pool).surplus == 1
