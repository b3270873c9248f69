"""What a pool with a forecast remembers, and what comes of a past that was not read: `shared/decide/ahead.py`."""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.load import Load
from shared.model.past import Past, over, slot_of
from shared.policy.scaling import Constant, Foresight, Metric, Scaling
from tests.builders import DAY, NOW, read, unread
from tests.decide.sizing import MINUTE, Sizing, scaled

SLOT = slot_of(NOW)
DEPTH = Metric("queue.depth", 100)


def foreseeing(depth: float | None = 700) -> Sizing:
    pool = Sizing(3, replace(scaled(), scaling=Scaling(signals=(DEPTH, Constant(2)), forecast=Foresight())))
    told = unread("firehose") if depth is None else read(depth)
    pool.load = Load(metrics={"private": {"queue.depth": told}}, pasts=read({}))
    return pool


def needed(pool: Sizing) -> dict[int, int]:
    return dict(pool.sized().wanted.course.needed)


def test_rule_4_the_most_that_all_signals_asked_for_is_remembered() -> None:
    pool = foreseeing()
    assert needed(pool) == {SLOT: 7}
    assert needed_after(pool, {SLOT: 9, SLOT - 1: 3}) == {SLOT: 9, SLOT - 1: 3}


def needed_after(pool: Sizing, before: dict[int, int]) -> dict[int, int]:
    return dict(pool.sized(needed=before).wanted.course.needed)


def test_rule_4_a_look_at_which_a_signal_was_unknown_says_nothing() -> None:
    assert needed(foreseeing(None)) == {}


def test_rule_4_what_was_foreseen_is_not_remembered_as_needed() -> None:
    pool = foreseeing(200)
    week = {
        SLOT - weeks * 672 - back: 20 for weeks in (0, 1, 2) for back in range(-2, 97) if weeks or back > 0
    }
    pool.load = replace(pool.load, pasts=read({"private": Past().also(week)}))
    assert pool.sized().nodes > 3
    assert needed(pool) == {SLOT: 2}


def test_rule_3_a_past_that_could_not_be_read_shrinks_nothing_and_keeps_nothing_from_growing() -> None:
    pool = foreseeing(100)
    pool.load = replace(pool.load, pasts=unread("forecast"))
    assert (pool.sized().nodes, pool.sized().wanted.reason) == (3, "partly_unknown")
    pool = foreseeing(500)
    pool.load = replace(pool.load, pasts=unread("forecast"))
    assert pool.sized().nodes == 5


def test_the_past_is_a_row_that_does_not_grow() -> None:
    first = Past().also({SLOT - 40 * 672: 4, SLOT: 5})
    assert (first.by_slot, len(first.most)) == ({SLOT: 5}, 6 * 672)
    assert first.also({SLOT: 3, SLOT + 1: 2}).by_slot == {SLOT: 5, SLOT + 1: 2}
    assert Past().also({}).by_slot == {}


def test_what_an_hour_came_to_is_told_when_it_is_over() -> None:
    hour = NOW.replace(minute=0)
    within = {slot_of(hour): 3, slot_of(hour + 20 * MINUTE): 4}
    assert over(within, hour + 59 * MINUTE) == {}
    assert over(within, hour + 60 * MINUTE) == within
    assert over(within, hour + DAY) == within
