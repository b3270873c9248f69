"""The hash chain: each entry carries the hash of the one before it.

An entry's hash covers its number, the hash before it and the record, so a deleted, edited, inserted or moved entry
breaks the chain at that place. What it does not show: that the newest entries were cut off together with the head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from shared.model.audit import AuditRecord


class Entry(Struct, frozen=True):
    """One row. `number` counts from 1 within a partition."""

    number: int
    before: str
    digest: str
    record: AuditRecord


class Break(Struct, frozen=True):
    """Where the chain does not hold, and how."""

    number: int
    why: str


def link(record: AuditRecord, number: int, before: str) -> Entry:
    """The entry for a record that follows the entry with hash `before`."""
    return Entry(number, before, _digest(record, number, before), record)


def verify(entries: Iterable[Entry], before: str) -> tuple[Break, ...]:
    """Every place where the chain is broken; `before` is the hash that the first entry must carry."""
    breaks: list[Break] = []
    expected = 1
    for entry in entries:
        if entry.number != expected:
            breaks.append(Break(entry.number, f"entry {expected} should stand here"))
        if entry.before != before:
            breaks.append(Break(entry.number, "it does not follow the entry before it"))
        if entry.digest != _digest(entry.record, entry.number, entry.before):
            breaks.append(Break(entry.number, "its record was changed"))
        expected, before = entry.number + 1, entry.digest
    return tuple(breaks)


def _digest(record: AuditRecord, number: int, before: str) -> str:
    body = msgspec.json.encode(record, order="sorted")
    return hashlib.sha256(f"{number}\n{before}\n".encode() + body).hexdigest()
