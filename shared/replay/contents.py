"""What a body in the quarantine is, as far as it can be told. No I/O.

Nothing here believes a body: it may be half of something, an attacker's, or of another version. What cannot be told
stays empty, and never raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.model.signals import Signal, Source
from shared.news.letters import Letter
from shared.operate.engine import Wake
from shared.ports.queues import Queue
from shared.records.quarantine import Quarantined
from shared.signals.parcel import opened

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError)
METRICS = "firehose"
MOST = 10  # ids that are told of one body


class Contents(Struct, frozen=True):
    """`kind` in a few words. `cluster`, `about` (a node, pool, operation or resource) and `incident` are empty where
    they cannot be told; `ids` are what senders call it, to look for in their logs."""

    kind: str
    cluster: str = ""
    about: str = ""
    incident: str = ""
    ids: tuple[str, ...] = ()


def contents_of(kept: Quarantined) -> Contents:
    """By its source."""
    match kept.source:
        case Queue.SIGNALS.value:
            return _of_signals(kept.body)
        case Queue.OPERATIONS.value:
            return _of_wake(kept.body)
        case Queue.NOTIFICATIONS.value:
            return _of_letter(kept.body)
        case Source.EVENT_GRID.value:
            return _of_event(kept.body)
        case Source.ALERTMANAGER.value | Source.AZURE_MONITOR.value:
            return Contents("alerts")
        case source:
            return Contents("metrics" if source == METRICS else source)


def given_up(source: str, body: str, row: str, why: str, now: datetime) -> AuditRecord | None:
    """What the audit is told of a message that failed for good. None for a letter: telling of those by letter would
    never end."""
    if source == Queue.NOTIFICATIONS.value:
        return None
    contents = contents_of(Quarantined(now, source, why, len(body), body))
    cluster, node = contents.cluster or NOBODYS, contents.incident.partition("@")[0] or contents.about
    text = f"{contents.kind} was given up: {why}; it is in the quarantine as {row}"
    operation = contents.about if source == Queue.OPERATIONS.value else None
    data = {"row": row, "source": source}
    incident = contents.incident or None
    return AuditRecord(now, cluster, AuditKind.GIVEN_UP, node or cluster, text, incident, operation, data)


def signals_of(body: str) -> tuple[Signal, ...]:
    """Of a message of the signals queue; none when it is no such message."""
    try:
        return opened(body)
    except UNREADABLE:
        return ()


def wake_of(body: str) -> Wake | None:
    """Of a message of the operations queue."""
    try:
        return msgspec.json.decode(body, type=Wake)
    except UNREADABLE:
        return None


def letter_of(body: str) -> Letter | None:
    """Of a message of the notifications queue."""
    try:
        return msgspec.json.decode(body, type=Letter)
    except UNREADABLE:
        return None


def _of_signals(body: str) -> Contents:
    signals = signals_of(body)
    if not signals:
        return Contents("no signal")
    first = signals[0]
    more = f" and {len(signals) - 1} more" if len(signals) > 1 else ""
    about = first.node or first.about or first.pool or ""
    ids = tuple(dict.fromkeys(one.event_id for one in signals))[:MOST]
    return Contents(f"signal {first.kind.value} of {first.source.value}{more}", first.cluster, about, "", ids)


def _of_wake(body: str) -> Contents:
    wake = wake_of(body)
    if wake is None:
        return Contents("no wake-up")
    return Contents("wake-up", wake.cluster, wake.operation, wake.operation.rpartition("-")[0])


def _of_letter(body: str) -> Contents:
    letter = letter_of(body)
    if letter is None:
        return Contents("no letter")
    incident = next((one.incident for one in letter.news if one.incident), "")
    ids = tuple(one.id for one in letter.news)[:MOST]
    whom = letter.to or "the event topic"
    return Contents(f"letter to {whom}", letter.cluster, letter.title, incident, ids)


def _of_event(body: str) -> Contents:
    try:
        raw = msgspec.json.decode(body)
    except UNREADABLE:
        return Contents("no event")
    if not isinstance(raw, Mapping):
        return Contents("no event")
    kind, data = _text(raw, "eventType") or _text(raw, "type"), raw.get("data")
    correlation = _text(data, "correlationId") if isinstance(data, Mapping) else ""
    ids = tuple(one for one in (_text(raw, "id"), correlation) if one)
    return Contents(f"event {kind}".strip(), "", _text(raw, "subject"), "", ids)


def _text(raw: Mapping[str, Any], name: str) -> str:
    found = raw.get(name)
    return found if isinstance(found, str) else ""
