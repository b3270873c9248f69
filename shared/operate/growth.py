"""Having a pool grow: the operation first, and then the level that it works towards.

The size that is wanted is written into the ledger by the operation's own first step (`steps/enlarge.py`), so that there
is no moment at which it is written and nobody orders the machines. When one is at work already, more than it was begun
for may be wanted by now: then the level is raised for it, and what it orders next is what is missing of that. Not
for one that is ending: nobody would order it.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from shared.errors import Conflict
from shared.model.ledger import Ledger, OneMore
from shared.model.operations import ENDS, Operation
from shared.policy.schema import PoolPolicy

from .books import change_size
from .outside import Outside
from .situate import Picture

AIM = "aim"
"""The note that says which size it was begun for."""

MISPLACED = "misplaced"
"""The note that says how many are out of place, in one that was begun for the sake of the spread."""


async def begin_to_grow(outside: Outside, picture: Picture, operation: Operation) -> None:
    """Nobody is disrupted, so that no place in the ledger is taken."""
    pool = next(one for one in picture.situation.cluster.pools if one.name == operation.pool)
    size = picture.aim(operation.remedy, operation.pool)
    try:
        await outside.records.begin_operation(operation)
    except Conflict:  # at work already
        kept = await outside.records.running_operation(operation.cluster, operation.id)
        if kept is None or ENDS in kept.value.notes:
            return  # what it does not order any more is decided anew when it is over
        if size is not None and MISPLACED not in operation.notes:
            await raise_to(outside, operation.cluster, pool, size)


async def raise_to(outside: Outside, cluster: str, pool: PoolPolicy, size: int) -> Ledger:
    """Have the pool wanted as large, within its hard bounds; never smaller than it is wanted already. Those that are on
    their way out are wanted until they go."""

    def raised(book: Ledger) -> Ledger:
        wanted = min(size + book.going, pool.capacity.max)
        return book if book.wanted is None or book.wanted >= wanted else replace(book, wanted=wanted)

    return await change_size(outside, cluster, pool, raised)


async def add_one_more(
    outside: Outside, cluster: str, pool: PoolPolicy, size: int, misplaced: int, now: datetime
) -> Ledger:
    """Have the pool wanted one larger, of which one is to go again, if it is wanted with one less so far."""

    def added(book: Ledger) -> Ledger:
        if book.wanted is None or book.wanted + 1 != size or size > pool.capacity.max or book.active:
            return book
        return replace(book, wanted=size, one_more=OneMore(now, misplaced, size))

    return await change_size(outside, cluster, pool, added)
