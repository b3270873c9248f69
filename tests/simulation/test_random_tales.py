"""The shipped app in random worlds: no invariant is broken, and the same seed always tells the same story."""

from __future__ import annotations

import pytest

from tests.simulation.play import play
from tests.simulation.sizes import any_tale_of, sized_tale_of
from tests.simulation.tale import wide_tale_of

TOLD_TOGETHER = 20
FIRST_SEEDS = range(1, 301, TOLD_TOGETHER)


@pytest.mark.parametrize("first", FIRST_SEEDS)
def test_no_tale_breaks_an_invariant(first: int) -> None:
    verdicts = [play(any_tale_of(seed)) for seed in range(first, first + TOLD_TOGETHER)]
    assert {one.seed: one.complaints for one in verdicts if one.complaints} == {}
    sized = [one for one in verdicts if any_tale_of(one.seed).sizes]
    assert sum(one.orders["set_capacity"] + one.orders["destroy"] for one in sized) > 5


@pytest.mark.parametrize("seed", [2, 11, 19])
def test_the_same_seed_tells_the_same_story_to_the_last_word_of_the_audit(seed: int) -> None:
    once, again = play(wide_tale_of(seed)), play(wide_tale_of(seed))
    assert once.digest
    assert (once.digest, once.orders, once.hours) == (again.digest, again.orders, again.hours)


def test_the_same_holds_of_pools_that_change_their_size() -> None:
    once, again = play(sized_tale_of(2)), play(sized_tale_of(2))
    assert once.digest
    assert (once.digest, once.orders) == (again.digest, again.orders)


def test_different_seeds_tell_different_stories() -> None:
    assert len({play(wide_tale_of(seed)).digest for seed in range(1, 6)}) == 5
