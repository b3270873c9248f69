"""Answers that were given to actions, by the keys under which they came, a partition for each day."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from shared.ports.store import Store, Table, Write

DAY = timedelta(days=1)
KEPT_DAYS = 2
MOST = 100  # rows that are dropped at once


class GivenAnswer(Struct, frozen=True):
    """`of` is a digest of the request. `status` 0: it was begun, and there is no answer yet."""

    of: str
    begun_at: datetime
    status: int = 0
    body: str = ""


def partition_of(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


async def forget_answers(store: Store, now: datetime) -> None:
    """Drop those of the two days before the last two."""
    for days in (KEPT_DAYS, KEPT_DAYS + 1):
        partition = partition_of(now - days * DAY)
        old = await store.query(Table.ANSWERS, partition, "", "", MOST)
        await store.write_all(Table.ANSWERS, partition, [Write(one.row, None, "*") for one in old])
