"""Signals of a flood wait in a table for the look at its end, so that thousands need no messages and none is lost.

A row holds what one event or payload said; it is named after that, so that a delivery that is repeated writes the same
row once more. A pass that a sweep or the end of a flood has woken takes what waits, `MOST` rows at the most, and
deletes them when it has ended well. Two passes at once may both take a row: signals are hints, and an incident takes
each only once. What another version has written and this one cannot read goes to the quarantine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta

import msgspec
from msgspec import Struct

from shared.model.signals import Signal, SignalKind, Source
from shared.ports.queues import Queue
from shared.ports.store import Stored, Table, Write
from shared.records.quarantine import quarantine
from shared.signals.parcel import opened, packed

from .outside import Outside

MOST = 1000  # rows that one pass takes; for what is left another one is ordered
CHUNK = 100  # writes in one transaction


class Parked(Struct, frozen=True):
    """`rows` are those that the signals came from, `more` says that others are left."""

    signals: tuple[Signal, ...] = ()
    rows: tuple[str, ...] = ()
    more: bool = False


async def park(outside: Outside, signals: Iterable[Signal]) -> None:
    """Keep them for the next pass that looks. Returns when they are written."""
    for message in packed(signals):
        cluster = opened(message)[0].cluster
        await outside.store.write(Table.PARKED, cluster, Write(_row(message), message.encode(), "*"))


async def take(outside: Outside, cluster: str) -> Parked:
    """What waits for the cluster, as it was parked."""
    stored = await outside.store.query(Table.PARKED, cluster, "", "")
    signals: list[Signal] = []
    for row in stored[:MOST]:
        signals.extend(await _opened(outside, row))
    return Parked(tuple(signals), tuple(row.row for row in stored[:MOST]), len(stored) > MOST)


async def let_go(outside: Outside, cluster: str, parked: Parked) -> None:
    """After the pass that took them. For what is left another look is ordered."""
    for start in range(0, len(parked.rows), CHUNK):
        writes = [Write(row, None, "*") for row in parked.rows[start : start + CHUNK]]
        await outside.store.write_all(Table.PARKED, cluster, writes)
    if parked.more:
        await order_look(outside, cluster, timedelta(0))


async def order_look(outside: Outside, cluster: str, after: timedelta, why: str = "flood") -> None:
    """Have the cluster looked at, with what is parked for it."""
    now = outside.clock.now()
    look = Signal(SignalKind.SWEEP, Source.TIMER, cluster, f"{why}-{now.isoformat()}", now, now)
    await outside.queues.send(Queue.SIGNALS, msgspec.json.encode(look), after)


async def _opened(outside: Outside, row: Stored) -> tuple[Signal, ...]:
    try:
        return opened(row.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        why, body = f"this is no parked signal: {error}", row.body.decode("utf-8", "replace")
        await quarantine(outside.store, "signals", why, body, outside.clock.now())
        return ()


def _row(message: str) -> str:
    """In the order of the first signal's time. What was said, not when it was heard, makes the name."""
    first = opened(message)[0]
    said = [f"{one.source}|{one.event_id}|{one.kind}|{one.node}|{one.about}" for one in opened(message)]
    digest = hashlib.blake2b("\n".join(said).encode(), digest_size=12).hexdigest()
    return f"{first.occurred_at:%Y%m%dT%H%M%S.%fZ}-{digest}"
