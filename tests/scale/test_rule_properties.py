"""Whatever is asked for, in whatever order: what the rule never does."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.model.bounds import PoolBounds
from shared.model.readings import Failure, Reading
from shared.policy.scaling import Pace
from shared.policy.share import Share
from shared.scale.load import Demand
from shared.scale.pace import Course
from shared.scale.rule import Asked, wanted_nodes
from tests.scale.asking import BEGUN, Asking, bounds, needs, unread

SHARES = st.builds(Share, st.integers(1, 100), st.booleans())
PACES = st.builds(
    Pace,
    window=st.sampled_from([timedelta(minutes=each) for each in (1, 5, 15, 40)]),
    grow_after=st.sampled_from([timedelta(0), timedelta(minutes=2)]),
    grow_pause=st.sampled_from([timedelta(0), timedelta(minutes=3)]),
    shrink_pause=st.sampled_from([timedelta(0), timedelta(minutes=5)]),
    jump=st.none() | SHARES,
    drop=st.none() | SHARES,
    step_up=SHARES,
    step_down=SHARES,
)
BOUNDS = st.builds(lambda least, more: bounds(least, least + more), st.integers(0, 20), st.integers(0, 60))
DEMANDS = st.builds(needs, st.integers(0, 120), st.integers(0, 5), st.sampled_from(["cpu", "waiting"]))
READINGS = st.lists(DEMANDS | st.builds(unread), max_size=3)
AFTER = st.sampled_from(
    [timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=1), timedelta(minutes=25)]
)
# Long stretches of the same load, because nothing shrinks before a window of them is over.
STRETCHES = st.lists(st.tuples(READINGS, AFTER, st.integers(1, 25)), min_size=1, max_size=12)
type Stretches = list[tuple[list[Reading[Demand]], timedelta, int]]


@settings(max_examples=50)
@given(st.integers(0, 80), BOUNDS, PACES, STRETCHES)
def test_never_below_the_minimum_nor_above_the_maximum(
    size: int, within: PoolBounds, pace: Pace, stretches: Stretches
) -> None:
    asking = Asking(size, within, pace)
    for demands, after, times in stretches:
        for _ in range(times):
            assert within.min.nodes <= asking.look(*demands, after=after).nodes <= within.max.nodes


def turned(size: int, pace: Pace, stretches: Stretches) -> list[tuple[datetime, int]]:
    """When the direction changed, and by how much the pool grew then."""
    asking = Asking(size, bounds(0, 1000), pace)
    moves: list[tuple[datetime, int]] = []
    for demands, after, times in stretches:
        for _ in range(times):
            before = asking.size
            if asking.look(*demands, after=after).nodes != before:
                moves.append((asking.now, asking.size - before))
    return [later for earlier, later in pairwise(moves) if (earlier[1] > 0) is not (later[1] > 0)]


@settings(max_examples=50)
@given(st.integers(0, 80), PACES, STRETCHES)
def test_the_direction_changes_at_most_once_within_a_window(
    size: int, pace: Pace, stretches: Stretches
) -> None:
    turns = turned(size, replace(pace, jump=None), stretches)
    assert all(later - earlier >= pace.window for (earlier, _), (later, _) in pairwise(turns))


@settings(max_examples=50)
@given(st.integers(0, 80), PACES, STRETCHES)
def test_only_growth_changes_it_earlier_and_then_it_stays_for_a_window(
    size: int, pace: Pace, stretches: Stretches
) -> None:
    turns = turned(size, pace, stretches)
    assert all(
        grown > 0 or later - earlier >= pace.window for (earlier, _), (later, grown) in pairwise(turns)
    )


@settings(max_examples=50)
@given(st.integers(1, 80), PACES, STRETCHES, st.integers(1, 40))
def test_looks_at_which_nothing_could_be_read_change_nothing(
    size: int, pace: Pace, stretches: Stretches, blind: int
) -> None:
    asking = Asking(size, bounds(0, 1000), pace)
    for demands, after, times in stretches:
        for _ in range(times):
            asking.look(*demands, after=after)
    before = asking.size
    for _ in range(blind):
        assert asking.look(unread(), unread("mesos")).nodes == before


@settings(max_examples=50)
@given(st.integers(1, 80), PACES, STRETCHES)
def test_nothing_shrinks_while_any_signal_is_unknown(size: int, pace: Pace, stretches: Stretches) -> None:
    asking = Asking(size, bounds(0, 1000), pace)
    for demands, after, times in stretches:
        for _ in range(times):
            before = asking.size
            after_it = asking.look(*demands, after=after).nodes
            assert after_it >= before or not any(isinstance(one, Failure) for one in demands)


@settings(max_examples=50)
@given(st.integers(0, 80), PACES, STRETCHES)
def test_no_look_moves_the_size_by_more_than_a_step(size: int, pace: Pace, stretches: Stretches) -> None:
    asking = Asking(size, bounds(0, 1000), pace)
    for demands, after, times in stretches:
        for _ in range(times):
            before = asking.size
            moved = asking.look(*demands, after=after).nodes - before
            assert -pace.step_down.of(before) <= moved <= pace.step_up.of(before)


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(1, 60))
def test_a_load_that_stays_is_reached_and_then_left_alone(size: int, nodes: int) -> None:
    asking = Asking(size, bounds(0, 1000))
    asking.looks(150, needs(nodes))
    assert abs(asking.size - nodes) <= 1
    reached = asking.size
    assert asking.looks(40, needs(nodes)).nodes == reached


@given(READINGS, BOUNDS)
def test_the_same_question_has_the_same_answer(demands: list[Reading[Demand]], within: PoolBounds) -> None:
    asked = Asked(10, demands, within)
    assert wanted_nodes(asked, Course(), BEGUN) == wanted_nodes(asked, Course(), BEGUN)
