"""What was ordered ahead of its time is not sent away before it: machines that joined more quickly than was thought
shorten the lead, and by that lead it would be too early for them."""

from __future__ import annotations

from datetime import timedelta

from tests.builders import NOW, memory, name
from tests.decide.sizing import MINUTE, Sizing, scaled
from tests.schedule.plans import entry

JOINED = NOW - timedelta(days=3)
SEVEN = NOW.replace(hour=7)


def office(nodes: int) -> Sizing:
    """Eight from seven o'clock, three before; its machines join within two minutes, and are given fifteen."""
    day = entry("office", "0 7 * * *", timedelta(hours=12), target=8)
    pool = Sizing(nodes, scaled(schedules=(entry("night", "0 19 * * *", target=3), day)))
    for number in range(1, nodes + 1):
        pool.memory[name(number)] = memory(number, first_seen_at=JOINED, joined_at=JOINED + 2 * MINUTE)
    return pool


def test_machines_that_came_early_stay() -> None:
    pool = office(8)
    pool.now = SEVEN - 10 * MINUTE
    assert pool.sized().nodes == 8
    assert pool.sized().choice is None


def test_some_of_them_stay_as_well() -> None:
    pool = office(6)
    pool.now = SEVEN - 10 * MINUTE
    assert pool.sized().nodes == 6


def test_none_is_ordered_for_it_before_its_time() -> None:
    pool = office(3)
    pool.now = SEVEN - 10 * MINUTE
    assert pool.sized().nodes == 3


def test_more_than_will_be_wanted_go_and_what_will_be_wanted_much_later_goes_too() -> None:
    pool = office(9)
    pool.now = SEVEN - 10 * MINUTE
    assert pool.sized().nodes == 8
    pool.now = SEVEN - 16 * MINUTE
    assert pool.sized().nodes == 3
