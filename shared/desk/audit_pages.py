"""The audit a page at a time, newest first.

Entries of a month have numbers without gaps, and its head says which is the last. So a page is a range of numbers, and
where something begins in time is found by halving: it costs nothing how long the audit is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec

from shared.audit import Entry
from shared.audit.month import head_of, partition_of, row_of
from shared.ports.store import Store, Table

from .asked import OfAudit
from .pages import SCANNED, Page, checked, key_of, no_token, token_of

NEAR = 120  # entries
ASIDE = 2 * NEAR // 5
BACK = timedelta(days=730)
SLACK = timedelta(minutes=10)
"""Workers write at the same time: an entry may be so much older than the one in front of it."""
PLACE = re.compile(r"(2[0-9]{3}-(?:0[1-9]|1[0-2]))\|([0-9]{1,12})")

type Place = tuple[datetime, int]
"""A month, and the number of the entry before which it goes on."""


async def audit(store: Store, cluster: str, wanted: OfAudit, now: datetime) -> Page[Entry]:
    """An entry that cannot be read breaks the chain, which verifying tells; here it is left out."""
    limit, since = checked(wanted), max(wanted.since or now - BACK, now - BACK)
    is_plain = wanted == OfAudit(limit=limit, after=wanted.after)
    place = await _place(store, cluster, wanted, now)
    found: list[Entry] = []
    looked = 0
    async for month, entry in _back(store, cluster, place, since, limit if is_plain else SCANNED):
        looked += 1
        if entry.record.at < since - SLACK:
            break
        if _fits(entry, wanted):
            found.append(entry)
        if len(found) == limit or looked >= SCANNED:
            return Page(tuple(found), token_of(f"{month:%Y-%m}|{entry.number}"))
    return Page(tuple(found))


async def numbers_around(store: Store, month: tuple[str, datetime], at: datetime) -> tuple[int, int]:
    """Two numbers in that month of that cluster: entries before the first one are before that time, and those from the
    second one on are not. They are `NEAR` each other, for reading some entries more costs less than asking on. Where
    entries are missing that is not known: the month's whole range."""
    end = await end_of(store, *month)
    first, last = await asyncio.gather(_time_of(store, month, 1), _time_of(store, month, end - 1))
    if first is None or last is None:
        return 1, end
    if first >= at or last < at:
        return (1, 1) if first >= at else (end, end)
    (low, high), (began, ended), turn = (1, end - 1), (first, last), 0
    while high - low > NEAR:
        middle = _guess((low, high), (at - began) / (ended - began), turn)
        found, turn = await _time_of(store, month, middle), turn + 1
        if found is None:
            return 1, end
        if found < at:
            low, began = middle, found
        else:
            high, ended = middle, found
    return low, high


def _guess(between: tuple[int, int], share: float, turn: int) -> int:
    """Where to look next, by the share that the wanted time has of the time between two entries. First a little in
    front of that place, then a little behind it: where entries came evenly these two looks are enough. After that never
    near an end, so that each look takes away an eighth at least."""
    low, high = between
    place = low + int((high - low) * share)
    if turn < 2:
        return min(max(place + (ASIDE if turn else -ASIDE), low + 1), high - 1)
    edge = (high - low) // 8
    return min(max(place, low + edge), high - edge)


async def _time_of(store: Store, month: tuple[str, datetime], number: int) -> datetime | None:
    """None: there is no such entry, or none that can be read."""
    row = await store.get(Table.AUDIT, partition_of(*month), row_of(number))
    try:
        return msgspec.json.decode(row.body, type=Entry).record.at if row else None
    except msgspec.MsgspecError:
        return None


async def _place(store: Store, cluster: str, wanted: OfAudit, now: datetime) -> Place:
    """Where a page begins."""
    if not wanted.after:
        at = max(min(wanted.until, now), now - BACK) if wanted.until else now
        if wanted.until:
            return at, (await numbers_around(store, (cluster, at), at + SLACK))[1]
        return at, await end_of(store, cluster, at)
    written = PLACE.fullmatch(key_of(wanted.after))
    if written is None:
        raise no_token()
    return datetime.strptime(written[1], "%Y-%m").replace(tzinfo=UTC), int(written[2])


async def _back(
    store: Store, cluster: str, place: Place, since: datetime, step: int
) -> AsyncIterator[tuple[datetime, Entry]]:
    """Entries before that place, newest first, each with its month."""
    month, below = place
    while below > 1:
        begin = max(1, below - step)
        for entry in reversed(await _between(store, (cluster, month), begin, below)):
            yield month, entry
        below = begin
    months = _months_before(month, since)
    ends = await asyncio.gather(*(end_of(store, cluster, one) for one in months))
    for one, end in zip(months, ends, strict=True):
        for begin in range(end - step, 1 - step, -step):
            for entry in reversed(await _between(store, (cluster, one), max(1, begin), begin + step)):
                yield one, entry


def _months_before(month: datetime, since: datetime) -> list[datetime]:
    """A time in each month before this one, back to that of `since`, newest first; at most those of `BACK`."""
    months: list[datetime] = []
    at = month.replace(day=1) - timedelta(days=1)
    while f"{at:%Y-%m}" >= f"{since:%Y-%m}" and len(months) <= BACK.days // 28:
        months.append(at)
        at = at.replace(day=1) - timedelta(days=1)
    return months


async def end_of(store: Store, cluster: str, month: datetime) -> int:
    """One more than the last number of that month."""
    head = await head_of(store, cluster, month)
    return head.number + 1 if head else 1


async def _between(store: Store, month: tuple[str, datetime], first: int, below: int) -> list[Entry]:
    rows = await store.query(Table.AUDIT, partition_of(*month), row_of(first), row_of(below))
    found: list[Entry] = []
    for row in rows:
        try:
            found.append(msgspec.json.decode(row.body, type=Entry))
        except msgspec.MsgspecError:
            continue
    return found


def _fits(entry: Entry, wanted: OfAudit) -> bool:
    record, text = entry.record, wanted.text.lower()
    return (
        wanted.kind in (None, record.kind)
        and wanted.subject in ("", record.subject)
        and (wanted.since is None or record.at >= wanted.since)
        and (wanted.until is None or record.at < wanted.until)
        and (not text or text in record.text.lower())
    )
