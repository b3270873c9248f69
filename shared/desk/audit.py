"""The audit as people read it: the newest entries, what is written of a node, and whole months verified.

`audit_pages.py` has the rest, a page at a time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from shared.audit import AuditLog, Break, Entry, read_month
from shared.ports.store import Store

from .audit_pages import SLACK, end_of, numbers_around

BACK = 24  # months, as many as are looked at where nobody says how many


class Month(Struct, frozen=True):
    """What verifying one month of one cluster found. `month` is like `2026-11`."""

    cluster: str
    month: str
    entries: int
    breaks: tuple[Break, ...]


async def last_entries(store: Store, clusters: list[str], number: int, now: datetime) -> list[Entry]:
    """The last `number` entries of these clusters together, oldest first, of the last `BACK` months."""
    log = AuditLog(store)
    found: list[Entry] = []
    for cluster in clusters:
        entries: tuple[Entry, ...] = ()
        for month in months_back(now, BACK):
            if len(entries) >= number:
                break
            before = await end_of(store, cluster, month) - 1 - (number - len(entries))
            entries = (*await log.read(cluster, month, max(0, before)), *entries)
        found += entries[-number:]
    return sorted(found, key=lambda entry: entry.record.at)[-number:]


async def verify_months(store: Store, clusters: list[str], months: int, now: datetime) -> list[Month]:
    """The last `months` months of these clusters, oldest first; those without any entry are left out."""
    (before_all, *wanted) = reversed(months_back(now, months + 1))
    found: list[Month] = []
    for cluster in clusters:
        before = (await read_month(store, cluster, before_all)).last_digest
        for at in wanted:
            month = await read_month(store, cluster, at)
            if month.entries or month.head is not None:
                found.append(Month(cluster, f"{at:%Y-%m}", len(month.entries), month.breaks(before)))
            before = month.last_digest
    return found


def months_back(now: datetime, number: int) -> list[datetime]:
    """A time in each of the last months, the present one first."""
    months = [now.replace(day=1)]
    while len(months) < number:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


class Story(Struct, frozen=True):
    """What is written of a node. `is_whole`: nothing was left out because there was too much to look through."""

    entries: tuple[Entry, ...]
    is_whole: bool = True


async def story_about(
    store: Store, cluster: str, node: str, times: tuple[datetime, datetime], most: int | None = None
) -> Story:
    """The entries about this node from one time to another, both included; of each month among its newest `most`,
    which are then read at once: to look for where the time begins would cost more."""
    since, until = times
    log, found, is_whole, month = AuditLog(store), list[Entry](), True, since.replace(day=1)
    while month <= until:
        if most is None:
            begin, _ = await numbers_around(store, (cluster, month), since - SLACK)
        else:
            begin = max(1, await end_of(store, cluster, month) - most)
        entries = await log.read(cluster, month, begin - 1)
        if most is not None and begin > 1:
            is_whole = is_whole and bool(entries) and entries[0].record.at < since - SLACK
        found += [one for one in entries if one.record.subject == node and since <= one.record.at <= until]
        month = (month + timedelta(days=32)).replace(day=1)
    return Story(tuple(found), is_whole)
