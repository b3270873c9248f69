"""Rules with a share speak of the pool, and count only what is known of its nodes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.firehose.shares import is_pool_bad
from shared.model.signals import SignalKind
from tests.firehose.ground import Ground, metric, rule

FULL = rule(lasts=timedelta(0), share=40)
GOOD, BAD = 10, 95


async def says(ground: Ground, values: dict[int, int], seconds: float = 10) -> list[str]:
    """The next value of each of these nodes, and the kinds of signals that come of it."""
    ground.passes(seconds)
    told = await ground.hears(
        *(metric(one, ground.now_s, used_percent=value) for one, value in values.items())
    )
    return [signal.kind for signal in told]


async def test_a_share_tells_of_the_pool_and_of_no_node() -> None:
    ground = Ground(FULL)
    assert await says(ground, {1: BAD, 3: GOOD, 4: GOOD, 5: GOOD}) == []
    (signal,) = await ground.hears(metric(2, ground.now_s, used_percent=BAD))
    assert (signal.kind, signal.pool, signal.node) == (SignalKind.POOL_UNWELL, "private", None)
    ground.restarts()
    assert await says(ground, {2: GOOD, 3: GOOD, 4: GOOD, 5: GOOD}) == [SignalKind.POOL_WELL]


async def test_nodes_that_are_not_heard_any_more_count_neither_way() -> None:
    ground = Ground(FULL)
    everybody = {1: BAD, 2: GOOD, 3: GOOD, 4: GOOD, 5: GOOD}
    assert await says(ground, everybody) == []
    told = [
        await says(ground, {1: BAD, 2: BAD, 3: GOOD}, 60),
        await says(ground, {1: GOOD, 2: GOOD, 3: GOOD}, 60),
    ]
    assert told == [[SignalKind.POOL_UNWELL], [SignalKind.POOL_WELL]]
    ground = Ground(rule(lasts=timedelta(0), share=60))
    assert await says(ground, everybody) == []
    told = [await says(ground, {1: BAD, 2: BAD, 3: GOOD}, 60) for _ in range(6)]
    assert told == [[], [], [], [SignalKind.POOL_UNWELL], [], []], (
        "two of three, as soon as 4 and 5 are unknown"
    )


async def test_a_pool_that_falls_silent_neither_fires_nor_clears() -> None:
    ground = Ground(FULL)
    assert await says(ground, {1: BAD, 2: BAD, 3: GOOD, 4: GOOD, 5: GOOD}) == [SignalKind.POOL_UNWELL]
    ground.passes(3600)
    assert await ground.ticks() == []
    assert await says(ground, {1: GOOD}) == []
    assert await says(ground, {2: GOOD, 3: GOOD}) == [SignalKind.POOL_WELL]


async def test_what_other_instances_hear_counts() -> None:
    ground = Ground(rule(lasts=timedelta(0), share=60))
    other = ground.another_ear()
    told = []
    for _ in range(8):
        ground.passes(60)
        mine = [metric(one, ground.now_s, used_percent=BAD) for one in (1, 2)]
        told += await ground.hears(*mine)
        told += await ground.hears(metric(3, ground.now_s, used_percent=GOOD), ear=other)
    assert [signal.kind for signal in told] == [SignalKind.POOL_UNWELL]


@pytest.mark.parametrize(
    ("bad", "heard", "size", "verdict"),
    [(2, 2, 5, None), (2, 3, 5, True), (3, 3, 5, True), (1, 3, 5, False), (0, 0, 5, None), (0, 0, 0, False)],
)
def test_a_pool_is_judged_by_what_is_known_of_it(
    bad: int, heard: int, size: int, verdict: bool | None
) -> None:
    assert is_pool_bad(bad, heard, size, 60) is verdict
