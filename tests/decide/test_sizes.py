"""Which size a pool is to have: the rules of `shared/decide/sizes.py`, by their numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.decide.capacity import decide_sizes
from shared.decide.sizes import courses_after, lead_of, size_pools
from shared.model.decisions import Verdict
from shared.model.overrides import Override, OverrideKind
from shared.model.workloads import Needs
from shared.policy.scaling import Aim, Allocated, Constant, Resource
from shared.policy.schedules import Schedule
from shared.policy.schema import Capacity, Mode
from shared.scale.pace import Course, Way
from tests.builders import NOW, disruption, memory, name, pool_policy
from tests.decide.pair import second_pool, two_pools
from tests.decide.sizing import FOUR, MINUTE, Sizing, scaled
from tests.schedule.plans import entry

SAID = Override(OverrideKind.SIZE, "private", "ann", "a launch", NOW - timedelta(days=1), target=1)
JOINED = NOW - timedelta(days=3)


def office(**says: Any) -> Schedule:
    """From seven in the morning; now it is three."""
    return entry("office", "0 7 * * *", timedelta(hours=12), **says)


def test_a_pool_of_which_nothing_is_said_is_left_alone() -> None:
    assert Sizing(5, pool_policy()).all_sized() == ()


def test_a_person_alone_is_enough_to_say_a_size() -> None:
    pool = Sizing(5, pool_policy())
    pool.says(target=4)
    assert pool.sized().nodes == 4


def test_rule_1_those_on_their_way_out_are_not_wanted_any_more() -> None:
    pool = Sizing(5)
    pool.ledger = replace(pool.ledger, active=(disruption(2, shrinks=True),))
    assert pool.sized().size == 4


def test_rule_1_whose_going_was_counted_is_not_counted_twice() -> None:
    pool = Sizing(5)
    pool.ledger = replace(pool.ledger, active=(disruption(2, shrinks=True, surge=True, leaving=True),))
    assert pool.sized().size == 5


def test_rule_1_one_that_is_replaced_is_wanted() -> None:
    pool = Sizing(5)
    pool.ledger = replace(pool.ledger, active=(disruption(2),))
    assert pool.sized().size == 5


def test_rule_1_a_size_that_was_never_read_is_none() -> None:
    pool = Sizing(5)
    pool.ledger = replace(pool.ledger, wanted=None)
    assert pool.all_sized() == ()


@pytest.mark.parametrize(("hour", "nodes"), [(3, 5), (6, 5), (7, 8), (18, 8)])
def test_rule_2_the_bounds_are_those_of_now(hour: int, nodes: int) -> None:
    pool = Sizing(5, scaled(schedules=(office(min=8),)))
    pool.now = pool.started_at = NOW.replace(hour=hour)
    assert pool.sized().nodes == nodes


def test_rule_2_a_pool_grows_ahead_of_its_time_by_the_lead() -> None:
    pool = Sizing(5, scaled(schedules=(office(min=8),)))
    for number in range(1, 6):
        pool.memory[name(number)] = memory(number, first_seen_at=JOINED, joined_at=JOINED + 7 * MINUTE)
    seven = NOW.replace(hour=7)
    assert pool.sized().lead == 7 * MINUTE
    for before, nodes in ((8 * MINUTE, 5), (7 * MINUTE, 8)):
        pool.now = seven - before
        assert pool.sized().nodes == nodes


def test_rule_3_nine_of_ten_joined_within_the_lead() -> None:
    memories = [memory(i, first_seen_at=JOINED, joined_at=JOINED + i * MINUTE) for i in range(1, 11)]
    assert lead_of(pool_policy(), memories) == 9 * MINUTE


def test_rule_3_from_the_order_where_azure_says_when_it_was() -> None:
    ordered = memory(1, first_seen_at=JOINED, joined_at=JOINED + 5 * MINUTE, created_at=JOINED - MINUTE)
    assert lead_of(pool_policy(), [ordered]) == 6 * MINUTE


@pytest.mark.parametrize(
    "unknown",
    [
        memory(1, first_seen_at=JOINED, joined_at=JOINED),
        memory(1, first_seen_at=JOINED, joined_at=None),
        memory(1, first_seen_at=JOINED, joined_at=JOINED + MINUTE, created_at=JOINED - timedelta(days=9)),
    ],
    ids=["it was there before us", "it never joined", "it was away when we came"],
)
def test_rule_3_who_was_not_seen_to_join_tells_nothing(unknown: object) -> None:
    pool = pool_policy()
    assert lead_of(pool, [unknown]) == pool.repair.join_timeout  # type: ignore[list-item]


def test_rule_3_one_that_took_a_day_is_not_waited_for() -> None:
    slow = memory(1, first_seen_at=JOINED, joined_at=JOINED + timedelta(days=1))
    assert lead_of(pool_policy(), [slow]) == pool_policy().repair.join_timeout


def test_rule_4_load_asks_and_the_largest_counts() -> None:
    half = Allocated(Resource.CPU, Aim(0.5, 0.1))
    pool = Sizing(3, scaled(half, Constant(2)))
    pool.runs("/web", *[1] * 4, *[2] * 4)
    assert pool.sized().nodes == 4
    assert [one.value.of for one in pool.sized().demands if hasattr(one, "value")] == ["cpu", "constant"]


def test_rule_5_without_a_signal_the_size_stays_within_the_bounds() -> None:
    pool = Sizing(5, scaled(schedules=(entry("night", "0 0 * * *", timedelta(hours=6), max=4),)))
    assert pool.sized().nodes == 4
    pool.now = NOW.replace(hour=8)
    assert pool.sized().nodes == 5


def test_rule_5_what_could_not_be_read_changes_nothing() -> None:
    pool = Sizing(5, scaled(Allocated(Resource.CPU)))
    pool.unreadable = {"scheduler"}
    assert pool.sized().nodes == 5
    assert pool.sized().wanted.reason == "unknown"


def test_rule_6_as_many_go_as_are_too_many() -> None:
    pool = Sizing(5)
    pool.says(target=3)
    assert (pool.sized().surplus, len(pool.gone())) == (2, 2)


def test_rule_6_what_is_missing_needs_nobody_to_go() -> None:
    pool = Sizing(5)
    pool.is_deleted(5)
    pool.is_deleted(4)
    pool.says(target=3)
    assert pool.sized().there == 3
    assert pool.gone() == []


def test_rule_6_one_that_is_being_replaced_is_as_good_as_there() -> None:
    pool = Sizing(5)
    pool.is_deleted(5)
    pool.busy.add(name(5))
    pool.says(target=4)
    assert (pool.sized().there, len(pool.gone())) == (5, 1)


def test_rule_6_one_that_is_on_its_way_out_is_there_no_more() -> None:
    pool = Sizing(6)
    pool.is_deleted(6)
    pool.ledger = replace(pool.ledger, active=(disruption(1, shrinks=True),))
    pool.says(target=4)
    assert (pool.sized().size, pool.sized().there, pool.gone()) == (5, 4, [])


def test_rule_6_who_goes_from_one_pool_takes_no_task_of_another() -> None:
    first, second = Sizing(2), second_pool()
    first.runs("/full", 2, needs=Needs(FOUR))
    second.runs("/full", 12, needs=Needs(FOUR))
    second.runs("/web", 11)
    first.apps = second.apps = [*first.apps, *second.apps]
    first.reads()
    situation, _ = two_pools(first, second)
    for pool, goes in (("private", [["_1"], []]), ("nobody", [[], ["_0"]])):
        word = replace(SAID, subject=pool)
        both = replace(situation, overrides=(word, replace(SAID, subject="other")))
        sized = {one.pool: one for one in size_pools(both, {})}
        chosen = [sized[name].choice if name in sized else None for name in ("private", "other")]
        assert [[node[-2:] for node in (one.nodes if one else ())] for one in chosen] == goes


def test_rule_6_machines_that_could_not_be_listed_stay() -> None:
    pool = Sizing(5)
    pool.unreadable = {"instances"}
    pool.says(target=3)
    assert pool.sized().choice is None


def test_a_change_that_no_guard_let_pass_is_not_remembered_as_one() -> None:
    pool = Sizing(5, scaled(mode=Mode.OBSERVE))
    pool.says(target=3)
    sized = pool.all_sized()
    held = decide_sizes(pool.situation(), sized, ())
    assert sized[0].wanted.course.way is Way.DOWN
    assert courses_after(sized, held)["private"].way is None
    assert courses_after(sized, held)["private"].seen_at == NOW


def test_a_change_that_is_carried_out_is_remembered() -> None:
    pool = Sizing(5)
    pool.says(target=3)
    sized = pool.all_sized()
    acted = decide_sizes(pool.situation(), sized, ())
    assert {one.verdict for one in acted} == {Verdict.ACT}
    assert courses_after(sized, acted)["private"].changed_at == NOW


def test_the_hard_bounds_hold_whatever_is_said() -> None:
    pool = Sizing(5, scaled(capacity=Capacity(min=4, max=6)))
    for wish, nodes in ((1, 4), (30, 6)):
        pool.overrides = []
        pool.says(target=wish)
        assert pool.sized().nodes == nodes


def test_the_same_is_decided_twice() -> None:
    pool = Sizing(5)
    pool.says(target=3)
    assert pool.all_sized() == pool.all_sized()
    assert pool.course == Course()
