"""An alert, from whichever source: what all of them have in common, and the reading of what they write differently.

`alertmanager.py` and `azure_monitor.py` read payloads into `Alert`, `alert_targets.py` says what an alert is about.
Nothing in a payload is taken for granted: a text may be a number, missing, endless, or half a surrogate pair.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field

from shared.errors import Poison
from shared.model.signals import Severity, Source

from .event_grid import Heard

MOST_TEXT = 200  # characters of a name or label that are kept
MOST_LABELS = 100
BOM = b"\xef\xbb\xbf"
MOST_BYTES = 8 * 1024 * 1024
"""Azure Monitor sends at most 256 KiB (Azure/azure-docs, alerts common schema), Alertmanager some 600 bytes for each
alert, of which a storm brings thousands in one group; and what is refused it does not send again."""

_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_UNWRITABLE = re.compile("[\ud800-\udfff\x00-\x1f\x7f]")
_FRACTION = re.compile(r"(\.\d{6})\d+")


class Tone(StrEnum):
    """What an alert says of its subject: it is unwell or well again; it was changed; it has another size."""

    UNWELL = "unwell"
    WELL = "well"
    CHANGED = "changed"
    RESIZED = "resized"


def state_id(id: str, tone: Tone) -> str:
    """The event id of one state of an alert. Repeats have the same."""
    return f"{id}|{tone.value}"


def alert_id(event_id: str) -> str:
    """The alert that a state is of: the same for its beginning and its end."""
    return event_id.rpartition("|")[0]


class Alert(Struct, frozen=True):
    """One alert at one time.

    `id` is that of one firing: the same for its beginning, its repeats and its end. `labels` are those of Prometheus,
    or the dimensions of an Azure rule, names in lower case. `targets` are Azure resource ids; `machines` are names of
    machines that the source gives outside labels. `names_by_label` says whether its labels may name a machine when no
    target is ours. `by` is who did it, where it tells of an operation.
    """

    source: Source
    id: str
    name: str
    tone: Tone
    at: datetime
    severity: Severity
    labels: Mapping[str, str]
    targets: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    names_by_label: bool = True
    by: str | None = None


class Alerts(Struct, frozen=True):
    """What one payload held. `spoiled` are reasons why single alerts in it could not be read; `unlisted` counts alerts
    that the sender left out, of which nothing is known: neither that they fire nor that they do not."""

    heard: tuple[Heard, ...] = field(default_factory=tuple[Heard, ...])
    spoiled: tuple[str, ...] = ()
    unlisted: int = 0


def read_json(body: bytes, what: str) -> Mapping[str, Any]:
    """The object in `body`. `Poison` when there is none."""
    try:
        read = msgspec.json.decode(body.removeprefix(BOM))
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Poison(f"this is no {what}: it is not JSON ({str(error)[:MOST_TEXT]})") from error
    if not isinstance(read, dict):
        raise Poison(f"this is no {what}: it is no object but {type(read).__name__}")
    return read


def text_at(data: object, *path: str) -> str:
    """The text at a path, as it can be written down; empty when there is none. Numbers become text."""
    here: Any = data
    for name in path:
        here = here.get(name) if isinstance(here, Mapping) else None
    return written(here)


def written(value: object) -> str:
    """A text of at most `MOST_TEXT` characters without control characters; empty for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, int) and abs(value) >= 10**MOST_TEXT:
        return ""
    return _UNWRITABLE.sub("?", str(value)[:MOST_TEXT]).strip()


def mapping_at(data: object, *path: str) -> Mapping[str, Any]:
    """The object at a path; empty when there is none."""
    here: Any = data
    for name in path:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def list_at(data: object, name: str) -> list[Any]:
    """The list under `name`; a single value counts as a list of one."""
    here = data.get(name) if isinstance(data, Mapping) else None
    if here is None:
        return []
    return here if isinstance(here, list) else [here]


def labels_of(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    """Labels with names in lower case, without those that are empty."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key, text = written(name).lower(), written(value)
        if key and text and len(found) < MOST_LABELS:
            found.setdefault(key, text)
    return found


def time_of(value: object) -> datetime | None:
    """A time in UTC, or None when it is no time or long before all of this (Alertmanager writes year 1 for "not yet").
    It may lie in the future, by a clock that differs from ours."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()[:64]))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= _EARLIEST else None


_SEVERITIES = {
    Severity.CRITICAL: {"critical", "page", "error", "high", "emergency", "fatal", "sev0", "sev1"},
    Severity.WARNING: {"warning", "warn", "medium", "major", "sev2"},
    Severity.INFO: {"info", "informational", "none", "low", "minor", "notice", "verbose", "sev3", "sev4"},
}


def severity_of(word: str) -> Severity:
    """Azure's Sev0 to Sev4 are critical, error, warning, informational and verbose; a word that nobody knows is a
    warning."""
    plain = word.lower()
    return next((level for level, words in _SEVERITIES.items() if plain in words), Severity.WARNING)


def digest(*parts: str) -> str:
    """A short name for what has none."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()[:20]
