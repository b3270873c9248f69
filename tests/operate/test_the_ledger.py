"""Of many who write one ledger at the same time, each sees what the others wrote; the last free place goes to one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import pytest
from msgspec.structs import replace

from shared.errors import Refused, Retry
from shared.model.ledger import Disruption, Ledger
from shared.model.operations import Operation, OperationState, Subject
from shared.model.remedies import Remedy
from shared.operate.books import Place, change, conclude, reserve
from shared.operate.growth import add_one_more, raise_to
from tests.builders import cluster_policy, pool_policy
from tests.scene import START, Scene
from tests.watched import Interleaved

SEEDS = pytest.mark.parametrize("seed", range(5))


def with_place(number: int, most: int, book: Ledger) -> Ledger:
    if len(book.active) >= most:
        raise Refused("ledger", "full", {"most": most})
    return replace(book, active=(*book.active, Disruption(f"operation-{number}", f"node-{number}", START)))


@SEEDS
async def test_no_entry_is_lost_when_many_reserve_at_once(seed: int) -> None:
    scene = Scene()
    scene.new_app(Interleaved(seed))
    await asyncio.gather(
        *(change(scene.outside, "prod", "private", partial(with_place, n, 99)) for n in range(6))
    )
    assert {entry.node for entry in (await scene.ledger()).active} == {f"node-{n}" for n in range(6)}


@SEEDS
async def test_the_last_free_places_go_to_as_many_as_there_are(seed: int) -> None:
    scene = Scene()
    scene.new_app(Interleaved(seed))
    ends = await asyncio.gather(
        *(change(scene.outside, "prod", "private", partial(with_place, n, 2)) for n in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Refused) for end in ends) == 4
    assert len((await scene.ledger()).active) == 2


async def test_a_place_is_given_back_once_and_again_without_harm() -> None:
    scene = Scene()
    for number in range(2):
        await change(scene.outside, "prod", "private", partial(with_place, number, 9))
    ended = operation_of("operation-0")
    for _ in range(2):
        await conclude(scene.outside, ended, OperationState.DONE, place=Place.FREE, now=START)
    assert [entry.operation for entry in (await scene.ledger()).active] == ["operation-1"]


@SEEDS
async def test_two_pools_do_not_take_the_last_place_of_the_cluster_both(seed: int) -> None:
    """Each pool has room of its own; only one more node of all may be disrupted."""
    scene = Scene()
    scene.new_app(Interleaved(seed))
    pools = [pool_policy(name=f"pool-{n}") for n in range(4)]
    cluster = cluster_policy(*pools)

    def placed(number: int, book: Ledger, elsewhere: Sequence[Disruption]) -> Ledger:
        return with_place(number, 2 - len(elsewhere), book)

    ends = await asyncio.gather(
        *(reserve(scene.outside, cluster, f"pool-{n}", partial(placed, n)) for n in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Refused) for end in ends) == 2
    books = await scene.reader.ledgers.between("prod", "", "")
    assert sum(len(kept.value.active) for kept in books.values()) == 2


def operation_of(id: str) -> Operation:
    subject = Subject("node-0", "0", "vm-0", None, None, None, None)
    remedy, step = Remedy.REPLACE, "verify"
    return Operation(id, "prod", "private", "i", remedy, subject, step, START, START, START)


@pytest.mark.parametrize("larger", [raise_to, partial(add_one_more, misplaced=2, now=START)])
async def test_no_size_is_written_into_the_ledger_of_another_set(
    larger: Callable[..., Awaitable[Ledger]],
) -> None:
    scene = Scene()
    others = Ledger("private", wanted=4, scale_set="another")
    await scene.reader.ledgers.put("prod", "private", others, None)
    with pytest.raises(Retry):
        await larger(scene.outside, "prod", pool_policy(), size=5)
    assert await scene.ledger() == others
