"""Of many alike things the first is written down, and later one with the count."""

from __future__ import annotations

from datetime import timedelta

from shared.operate.samples import REMEMBERED, SPAN, Samples
from tests.builders import NOW

SECOND = timedelta(seconds=1)


def test_the_first_of_a_kind_is_written_and_the_others_are_counted() -> None:
    samples = Samples()
    taken = [samples.take("a", NOW + number * SECOND) for number in range(5)]
    assert taken == [1, None, None, None, None]
    assert samples.take("b", NOW, 7) == 7
    assert samples.take("a", NOW + SPAN) == 5
    assert samples.take("a", NOW + SPAN + SECOND) is None


def test_memory_stays_flat_and_what_is_forgotten_is_written_again() -> None:
    samples = Samples()
    assert [samples.take(number, NOW) for number in range(REMEMBERED + 1)] == [1] * (REMEMBERED + 1)
    assert (samples.take(REMEMBERED, NOW), samples.take(0, NOW)) == (None, 1)
