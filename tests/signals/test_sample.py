"""Of many alike a few are written down, and the others are counted."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.signals.sample import MOST, SORTS, Sample
from shared.signals.window import WINDOW
from tests.builders import NOW


def test_the_first_few_of_a_window_are_taken_and_the_next_window_tells_of_the_others() -> None:
    sample = Sample()
    taken = [sample.take("echo", NOW) for _ in range(MOST + 7)]
    assert taken == [0] * MOST + [None] * 7
    assert sample.take("echo", NOW + WINDOW) == 7
    assert sample.take("echo", NOW + WINDOW) == 0


def test_many_of_one_sort_do_not_hide_another() -> None:
    sample = Sample()
    for _ in range(MOST + 1):
        sample.take("not_ours", NOW)
    assert sample.take("echo", NOW) == 0


def test_memory_stays_flat_however_many_sorts_there_are() -> None:
    sample = Sample()
    for number in range(SORTS * 2):
        sample.take(number, NOW)
    assert sample.take(0, NOW) == 0


@given(st.lists(st.integers(0, 3000), max_size=80))
def test_each_one_is_taken_or_counted(waits_ms: list[int]) -> None:
    sample, now, told = Sample(), NOW, 0
    for wait_ms in waits_ms:
        now += timedelta(milliseconds=wait_ms)
        left = sample.take("x", now)
        told += 0 if left is None else left + 1
    left = sample.take("x", now + WINDOW)
    assert left is not None
    assert told + left == len(waits_ms)
