"""A pool with one machine more than it is to have, because one was added for the sake of the spread.

The size by load, schedules and people is worked out as if that machine were not there (`Ledger.ordinary`). Then:

1. More or fewer than before are wanted by now: so be it. With more, the one that was added is among those that are
   wanted; with fewer, one more goes.
2. It could not be read how many are wanted: nothing goes.
3. Azure has no room for it: it is not wanted any more.
4. All machines of the pool are there and have joined once: one goes, from where most are (`balance.py`, rule 6).
5. Otherwise it is waited for, and the pool is to have it meanwhile. One that never joins is repair's business, which
   calls a person when its successor does not either.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.model.ledger import Ledger
from shared.model.nodes import Finding
from shared.scale.rule import UNREAD, Wanted

from .leavers import is_there

ONE_MORE = "one_more"
ONE_LESS = "one_less"
"""The reasons of a size with a machine that came for the sake of the spread, and when one is to go for it."""


def with_one_more(wanted: Wanted, book: Ledger, machines: Sequence[Finding]) -> Wanted:
    """`wanted` is what came out for `book.ordinary`; `machines` are the pool's."""
    came = book.one_more
    if came is None or not book.has_one_more or wanted.nodes != book.ordinary:
        return wanted
    if wanted.reason in UNREAD:
        return replace(wanted, nodes=book.so_far)
    if book.no_room is not None:
        return wanted
    there = [one for one in machines if is_there(one)]
    if len(there) >= came.size and all(_has_joined(one) for one in there):
        because = "one more has joined for the sake of the spread, and one goes from where most are"
        return replace(wanted, reason=ONE_LESS, because=because)
    because = f"one more was added at {came.at:%H:%M} for the sake of the spread, and is waited for"
    return replace(wanted, nodes=book.so_far, reason=ONE_MORE, because=because)


def is_needed_by_now(wanted: Wanted, book: Ledger) -> bool:
    """Rule 1: more are wanted than there were without it."""
    return book.has_one_more and wanted.nodes > book.ordinary and wanted.reason != ONE_MORE


def _has_joined(finding: Finding) -> bool:
    memory = finding.node.memory
    return finding.is_connected or (memory is not None and memory.joined_at is not None)
