"""The rule of scaling: each numbered rule of shared/scale/rule.py."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.model.bounds import PoolBounds
from shared.policy.scaling import Pace
from shared.policy.share import Share
from tests.scale.asking import PACE, WIDE, Asking, bounds, needs, unread

MINUTE = timedelta(minutes=1)
WINDOW_MIN = PACE.window // MINUTE
ANY_STEP = Share(1000, False)
AT_ONCE = Pace(drop=None, step_down=ANY_STEP, step_up=ANY_STEP)
DROPS = Pace(step_up=ANY_STEP, step_down=ANY_STEP)
QUARTER_MIN = -(-PACE.window // (4 * MINUTE))


def rested(size: int, pace: Pace = AT_ONCE, within: PoolBounds = WIDE) -> Asking:
    """A pool that was right for more than a window."""
    asking = Asking(size, within, pace)
    asking.looks(WINDOW_MIN + 2, needs(size))
    return asking


def test_rule_1_a_target_is_the_size_whatever_the_load() -> None:
    asking = Asking(5, bounds(1, 100, target=20))
    found = asking.look(needs(3))
    assert (found.nodes, found.reason) == (20, "target")
    assert "20 (span office)" in found.because
    assert asking.look(unread()).nodes == 20


def test_rule_1_load_is_watched_while_a_target_holds() -> None:
    asking = rested(20, within=bounds(1, 100, target=20))
    asking.looks(WINDOW_MIN + 2, needs(8))
    asking.bounds = bounds(1, 100)
    assert asking.look(needs(8)).nodes == 8


def test_rule_2_a_pool_that_follows_nothing_stays_as_it_is() -> None:
    found = rested(10).look()
    assert (found.nodes, found.reason) == (10, "no_signal")


@pytest.mark.parametrize("demands", [(unread(),), (unread("mesos"), unread("marathon"))])
def test_rule_2_what_could_not_be_read_changes_nothing(demands: tuple[object, ...]) -> None:
    found = rested(10).look(*demands)  # type: ignore[arg-type]
    assert (found.nodes, found.reason) == (10, "unknown")


def test_rule_3_the_largest_counts() -> None:
    found = rested(10).look(needs(12), needs(30, of="waiting"), needs(2, of="queue"))
    assert found.nodes == 30
    assert "30 for waiting" in found.because
    assert (found.numbers["cpu"], found.numbers["waiting"], found.numbers["queue"]) == (12, 30, 2)


def test_rule_4_too_few_nodes_grow_at_once_to_what_is_needed() -> None:
    found = rested(10).look(needs(14, slack=3))
    assert (found.nodes, found.reason) == (14, "grow")


def test_rule_4_growth_counts_also_when_another_signal_is_unknown() -> None:
    assert rested(10).look(needs(14), unread()).nodes == 14


def test_rule_4_growth_waits_until_it_was_needed_for_long_enough() -> None:
    asking = rested(10, Pace(grow_after=3 * MINUTE, step_up=ANY_STEP))
    assert [asking.look(needs(20)).nodes for _ in range(4)] == [10, 10, 10, 20]
    asking = rested(10, Pace(grow_after=3 * MINUTE, step_up=ANY_STEP))
    found = [asking.look(needs(nodes)).nodes for nodes in (20, 20, 10, 20, 20, 20)]
    assert found == [10] * 6


def test_rule_5_a_pool_shrinks_when_there_were_too_many_for_a_whole_window() -> None:
    asking = rested(20)
    found = [asking.look(needs(10)).nodes for _ in range(WINDOW_MIN + 2)]
    assert found[: WINDOW_MIN - 1] == [20] * (WINDOW_MIN - 1)
    assert found[-1] == 10


def test_rule_5_to_the_most_that_was_asked_for_in_the_window() -> None:
    asking = rested(20)
    asking.looks(5, needs(10))
    asking.look(needs(13))
    found = [asking.look(needs(9)) for _ in range(WINDOW_MIN)]
    shrinks = [one for one in found if one.reason == "shrink"]
    assert [one.nodes for one in shrinks] == [13]


def test_rule_5_a_signal_that_was_unknown_within_the_window_keeps_the_size() -> None:
    asking = rested(20)
    asking.looks(8, needs(10))
    assert asking.look(needs(10), unread()).reason == "partly_unknown"
    assert asking.looks(WINDOW_MIN - 1, needs(10)).nodes == 20
    assert asking.looks(3, needs(10)).nodes == 10


def test_rule_5_nothing_shrinks_at_the_first_look() -> None:
    asking = Asking(20, pace=AT_ONCE)
    assert asking.looks(WINDOW_MIN, needs(5)).reason == "window"
    assert asking.looks(2, needs(5)).nodes == 5


def test_rule_5_a_window_in_which_nobody_looked_is_none() -> None:
    asking = rested(20)
    asking.looks(10, needs(10))
    asking.look(needs(10), after=PACE.window / 3 + MINUTE)
    assert asking.looks(WINDOW_MIN - 1, needs(10)).nodes == 20
    assert asking.looks(2, needs(10)).nodes == 10


def test_rule_5_a_short_window_is_looked_at_each_minute_and_is_one() -> None:
    asking = rested(20, Pace(window=2 * MINUTE, step_up=ANY_STEP, step_down=ANY_STEP))
    assert asking.looks(6, needs(10)).nodes == 10


def test_rule_5_a_load_that_fell_by_a_drop_is_followed_after_a_quarter_of_a_window() -> None:
    asking = rested(20, DROPS)
    found = [asking.look(needs(12)).nodes for _ in range(QUARTER_MIN + 1)]
    assert found == [20] * QUARTER_MIN + [12]


def test_rule_5_to_the_most_that_was_asked_for_in_that_quarter() -> None:
    asking = rested(20, DROPS)
    asking.look(needs(11))
    asking.look(needs(5))
    assert asking.looks(QUARTER_MIN - 1, needs(5)).nodes == 11


@pytest.mark.parametrize(("nodes", "pace"), [(13, DROPS), (10, AT_ONCE)])
def test_rule_5_what_is_no_drop_is_kept_for_a_whole_window(nodes: int, pace: Pace) -> None:
    asking = rested(20, pace)
    assert asking.looks(WINDOW_MIN - 1, needs(nodes)).nodes == 20
    assert asking.looks(2, needs(nodes)).nodes == nodes


def test_rule_5_one_node_is_no_drop_however_small_the_pool() -> None:
    assert rested(2, DROPS).looks(WINDOW_MIN - 1, needs(1, slack=0)).nodes == 2
    assert rested(3, DROPS).looks(WINDOW_MIN - 1, needs(1, slack=0)).nodes == 1


@pytest.mark.parametrize("of", ["waiting", "constant"])
def test_rule_5_what_does_not_know_what_is_in_use_tells_of_no_drop(of: str) -> None:
    assert rested(20, DROPS).looks(WINDOW_MIN - 1, needs(2, of=of), needs(0, of="waiting")).nodes == 20
    assert rested(20, DROPS).looks(WINDOW_MIN - 1, needs(2, of=of), needs(5)).nodes == 5


def test_rule_5_one_look_of_that_quarter_at_which_more_was_needed_is_no_drop() -> None:
    asking = rested(20, DROPS)
    asking.look(needs(10))
    asking.look(needs(19))
    assert asking.looks(QUARTER_MIN - 1, needs(10)).nodes == 20
    asking = rested(20, DROPS)
    asking.looks(2, needs(10))
    asking.look(needs(10), unread())
    assert asking.looks(QUARTER_MIN - 1, needs(10)).nodes == 20


def test_rule_5_a_quarter_in_which_nobody_looked_is_no_drop() -> None:
    asking = rested(20, DROPS)
    asking.look(needs(10))
    assert asking.look(needs(10), after=4 * MINUTE).nodes == 20


def test_rule_5_a_drop_waits_for_the_direction_like_all_shrinking() -> None:
    asking = rested(10, DROPS)
    asking.look(needs(9, slack=0))
    asking.looks(WINDOW_MIN + 1, needs(9, slack=0))
    asking.look(needs(30))
    assert asking.looks(WINDOW_MIN - 1, needs(9)).reason == "turn"
    assert asking.look(needs(9)).nodes == 9


@pytest.mark.parametrize("nodes", [9, 10, 11])
def test_rule_6_within_the_margin_nothing_is_done(nodes: int) -> None:
    found = rested(10).looks(2 * WINDOW_MIN, needs(nodes))
    assert (found.nodes, found.reason) == (10, "enough")


def test_rule_7_two_growths_have_a_pause_between_them() -> None:
    asking = rested(10)
    half = PACE.grow_pause / 2
    assert asking.look(needs(20)).nodes == 20
    assert asking.look(needs(30), after=half).reason == "pause"
    assert asking.look(needs(30), after=half).nodes == 30


def test_rule_8_shrinking_waits_for_what_changed_before() -> None:
    asking = rested(20, Pace(drop=None, step_down=Share(2, False)))
    asking.looks(WINDOW_MIN + 1, needs(10))
    assert asking.size == 18
    found = [asking.look(needs(10)).nodes for _ in range(10)]
    assert found == [18, 18, 18, 18, 16, 16, 16, 16, 16, 14]


def test_rule_9_the_direction_changes_once_within_a_window() -> None:
    asking = rested(10)
    asking.look(needs(20))
    asking.looks(WINDOW_MIN + 1, needs(10))
    assert asking.size == 10
    found = asking.looks(WINDOW_MIN - 1, needs(12, slack=0))
    assert (found.nodes, found.reason) == (10, "turn")
    assert asking.look(needs(12, slack=0)).nodes == 12


def test_rule_9_a_load_that_jumps_is_followed_at_once_and_then_kept_for_a_window() -> None:
    asking = rested(10)
    asking.look(needs(20))
    asking.looks(WINDOW_MIN + 1, needs(10))
    assert asking.look(needs(12, slack=0)).nodes == 10
    assert asking.look(needs(13, slack=0)).nodes == 13
    assert asking.looks(WINDOW_MIN - 1, needs(5)).nodes == 13
    assert asking.looks(2, needs(5)).nodes == 5


def test_rule_10_no_step_is_larger_than_allowed() -> None:
    asking = rested(10, Pace(step_up=Share(50, True), step_down=Share(3, False)))
    found = asking.look(needs(90))
    assert (found.nodes, "5 at once" in found.because) == (15, True)
    assert asking.look(needs(90)).nodes == 22
    asking = rested(20, Pace(drop=None, step_down=Share(3, False)))
    assert asking.looks(WINDOW_MIN + 1, needs(1)).nodes == 17


def test_rule_10_a_pool_of_none_can_grow() -> None:
    assert rested(0, PACE, bounds(0, 9)).look(needs(5)).nodes == 1


def test_rule_11_the_bounds_hold_whatever_load_says() -> None:
    found = rested(10, within=bounds(5, 12)).look(needs(50))
    assert (found.nodes, found.reason) == (12, "max")
    assert "max is 12 (capacity)" in found.because
    found = rested(10, within=bounds(8, 20)).looks(WINDOW_MIN + 1, needs(1))
    assert (found.nodes, found.reason) == (8, "min")


@pytest.mark.parametrize("demands", [(), (unread(),), (needs(10),)])
def test_rule_11_bounds_that_move_take_the_size_with_them_at_once(demands: tuple[object, ...]) -> None:
    asking = rested(10, PACE)
    asking.bounds = bounds(30, 40)
    assert asking.look(*demands).nodes == 30  # type: ignore[arg-type]
    asking.bounds = bounds(1, 4)
    assert asking.look(*demands).nodes == 4  # type: ignore[arg-type]


def test_what_is_remembered_does_not_grow_with_the_looks() -> None:
    asking = rested(20)
    for _ in range(2000):
        asking.look(needs(20), after=timedelta(seconds=1))
    assert len(asking.course.looks) <= 32
