"""A document as an entity of Table storage, and back.

A property holds 64 KiB, an entity 1 MiB (Azure/azure-docs storage-tables-scale-targets). A short document of plain
ASCII, which is nearly all of ours, is one string property that can be read in any table browser at three in the
morning. Anything else is cut into binary properties, Part00, Part01 and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.azure import keys
from shared.errors import Poison
from shared.ports.store import LARGEST_BODY

TEXT = "Body"
LARGEST_TEXT = 32 * 1024
"""Characters: a string property takes 64 KiB of UTF-16."""

PART_SIZE = 64 * 1024
"""Bytes of one binary property."""


def pack(partition: str, row: str, body: bytes) -> dict[str, str | bytes]:
    """The entity with its encoded keys. More than `LARGEST_BODY` bytes is `Poison`."""
    if len(body) > LARGEST_BODY:
        raise Poison(f"row {row} has {len(body)} bytes, more than the {LARGEST_BODY} that a row holds")
    entity: dict[str, str | bytes] = {"PartitionKey": keys.encode(partition), "RowKey": keys.encode(row)}
    if len(body) <= LARGEST_TEXT and body.isascii() and (text := body.decode("ascii")).isprintable():
        return entity | {TEXT: text}
    starts = range(0, len(body), PART_SIZE)
    return entity | {f"Part{n:02}": body[start : start + PART_SIZE] for n, start in enumerate(starts)}


def body_of(entity: Mapping[str, Any]) -> bytes:
    """The document in an entity. One that somebody else wrote, without our properties, is `Poison`."""
    if TEXT in entity:
        return str(entity[TEXT]).encode()
    parts = sorted(name for name in entity if name.startswith("Part") and name[4:].isdigit())
    if not parts:
        raise Poison(f"row {entity.get('RowKey')!r} holds no document; something else wrote it")
    return b"".join(entity[name] for name in parts)
