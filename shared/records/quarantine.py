"""The quarantine: input that can never work is kept with the reason, for an operator to look into."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.ports.store import Store, Table, Write

PARTITION = "quarantine"
MOST = 100_000  # characters of a body that are kept; an event may have a million


class Quarantined(Struct, frozen=True):
    """`size` is the length of the whole body in characters, `body` its beginning."""

    at: datetime
    source: str
    why: str
    size: int
    body: str


async def quarantine(store: Store, source: str, why: str, body: str, now: datetime) -> str:
    """Keep it; returns the row. The same body at the same time is kept once."""
    digest = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:12]
    row = f"{now:%Y%m%dT%H%M%S.%fZ}-{digest}"
    kept = Quarantined(now, source, _written(why), len(body), _written(body[:MOST]))
    await store.write(Table.QUARANTINE, PARTITION, Write(row, msgspec.json.encode(kept), "*"))
    return row


def _written(text: str) -> str:
    """The text without what cannot be written as UTF-8: half of a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
