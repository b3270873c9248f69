"""What people have said, and how long it holds."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from shared.model.overrides import Override
from shared.policy.schema import ClusterPolicy
from shared.records import Kept

from .archive import Archive
from .asked import OfOverrides
from .pages import Page, behind, checked, key_of, token_of
from .words import clock_time, due


class Said(Struct, frozen=True):
    """`holds`: it has not run out. `etag` is that of the row."""

    cluster: str
    override: Override
    holds: bool
    etag: str = ""


async def all_overrides(archive: Archive, cluster: str | None) -> list[Said]:
    """In the order of clusters and rows."""
    return [
        said_of(here.name, kept, archive.now)
        for here in archive.clusters(cluster)
        for kept in (await archive.records.overrides.between(here.name, "", "")).values()
    ]


async def overrides(archive: Archive, here: ClusterPolicy, wanted: OfOverrides) -> Page[Said]:
    """By kind and subject. A person says few things: they are read as a whole."""
    limit, last = checked(wanted), key_of(wanted.after)
    rows = await archive.records.overrides.between(here.name, behind(last) if last else "", "")
    found = {row: said_of(here.name, kept, archive.now) for row, kept in rows.items()}
    fitting = {row: one for row, one in found.items() if _fits(one, wanted)}
    some = list(fitting)[:limit]
    more = token_of(some[-1]) if len(fitting) > limit else ""
    return Page(tuple(fitting[row] for row in some), more)


def said_of(cluster: str, kept: Kept[Override], now: datetime) -> Said:
    return Said(cluster, kept.value, kept.value.holds_at(now), kept.etag)


def _fits(one: Said, wanted: OfOverrides) -> bool:
    said = one.override
    return (
        wanted.kind in (None, said.kind)
        and wanted.subject in ("", said.subject)
        and (one.holds or not wanted.holds)
    )


def until_when(said: Override, now: datetime) -> str:
    if said.until is None:
        return "until it is taken back"
    return f"until {clock_time(said.until)} ({due(said.until, now)})"


def shown(cluster: str, subject: str) -> str:
    return subject if "@" in subject else f"{cluster}/{subject}" if subject else cluster
