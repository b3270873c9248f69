"""The failed machines that are kept, powered off, for somebody to look at."""

from __future__ import annotations

from msgspec import Struct

from shared.model.bodies import Body

from .archive import Archive


class Kept(Struct, frozen=True):
    cluster: str
    pool: str
    body: Body


async def all_bodies(archive: Archive, cluster: str | None) -> list[Kept]:
    """In the order of clusters and pools."""
    return [
        Kept(here.name, pool, body)
        for here in archive.clusters(cluster)
        for pool, kept in (await archive.records.ledgers.between(here.name, "", "")).items()
        for body in kept.value.bodies
    ]
