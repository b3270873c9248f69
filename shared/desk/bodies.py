"""The failed machines that are kept, powered off, for somebody to look at."""

from __future__ import annotations

from msgspec import Struct

from shared.model.bodies import Body
from shared.policy.schema import ClusterPolicy

from .archive import Archive


class KeptBody(Struct, frozen=True):
    cluster: str
    pool: str
    body: Body


async def bodies(archive: Archive, here: ClusterPolicy) -> tuple[KeptBody, ...]:
    """In the order of pools."""
    ledgers = await archive.records.ledgers.between(here.name, "", "")
    return tuple(
        KeptBody(here.name, pool, body) for pool, kept in ledgers.items() for body in kept.value.bodies
    )
