"""One event of Event Grid, in either schema, with nothing in it taken for granted.

Event Grid's own schema and CloudEvents 1.0 differ in the names of two fields alone. What lacks an id, a subject, a
type or a time, or could not be kept in a queue message or a table row later, is poison here, where it costs nothing.
Source: MicrosoftDocs/azure-docs articles/event-grid/event-schema.md and cloud-event-schema.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from shared.errors import Poison

# An id of Azure Resource Manager has some hundred characters. What is longer is none, and would burst a queue message.
LONGEST = 2000
MOST_WORD = 200  # characters of a name that go on in a signal

# JSON may hold half of a surrogate pair, which no UTF-8 text can.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_UNWRITABLE = re.compile("[\ud800-\udfff\x00-\x1f\x7f]")


class Event(Struct, frozen=True):
    """Both schemas in one. `type`, `source` and `time` are CloudEvents' names, the others Event Grid's."""

    id: str
    subject: str
    event_type: str
    time: datetime
    data: dict[str, Any] = field(default_factory=dict[str, Any])


def read(raw: object) -> Event:
    """The event, in whichever schema it came, its time in UTC. `Poison` when it is not one."""
    if not isinstance(raw, Mapping):
        raise Poison(f"this is not an event of Event Grid: it is no object but {type(raw).__name__}")
    names = ("type", "time") if "specversion" in raw else ("eventType", "eventTime")
    fields = {
        "id": raw.get("id"),
        "subject": raw.get("subject"),
        "event_type": raw.get(names[0]),
        "time": raw.get(names[1]),
        "data": raw.get("data") or {},
    }
    event = _converted(fields)
    for name, text in (("id", event.id), ("subject", event.subject), ("type", event.event_type)):
        if not can_be_kept(text):
            raise Poison(f"this is not an event of Event Grid: its {name} {_described(text)}")
    if event.time.tzinfo is None:
        raise Poison(f"the time of event {event.id} has no zone")
    try:
        return replace(event, time=event.time.astimezone(UTC))
    except OverflowError as error:
        raise Poison(f"the time of event {event.id} is outside the calendar") from error


def can_be_kept(text: str) -> bool:
    return 0 < len(text) <= LONGEST and (text.isascii() or not _LONE_SURROGATE.search(text))


def at(data: Mapping[str, Any], *path: str) -> Any:
    """What lies at a path of JSON; None when there is nothing. Services differ in how they write names (`EventStatus`
    of machines is `eventStatus` of Kubernetes clusters), so a name that is not there is looked for in any casing."""
    here: Any = data
    for name in path:
        if not isinstance(here, dict):
            return None
        here = here[name] if name in here else _in_any_casing(here, name.lower())
    return here


def _in_any_casing(members: Mapping[str, Any], lower: str) -> Any:
    return next((value for name, value in members.items() if str(name).lower() == lower), None)


def text(data: Mapping[str, Any], *path: str) -> str:
    """The text at a path; empty when there is none."""
    found = at(data, *path)
    return found if isinstance(found, str) else ""


def word(value: object) -> str:
    """A name as it can be written down, at most `MOST_WORD` characters of it. Empty for what is no text."""
    return _UNWRITABLE.sub("?", value[:MOST_WORD]).strip() if isinstance(value, str) else ""


def _converted(fields: Mapping[str, Any]) -> Event:
    try:
        return msgspec.convert(fields, Event)
    except msgspec.ValidationError as error:
        raise Poison(f"this is not an event of Event Grid: {error}") from error
    except UnicodeEncodeError as error:
        raise Poison("this is not an event of Event Grid: a part of it is no Unicode text") from error
    except RecursionError as error:
        raise Poison("this is not an event of Event Grid: it is nested too deep") from error


def _described(text: str) -> str:
    """What is wrong with a text that can not be kept."""
    if not text:
        return "is empty"
    return f"has {len(text)} characters" if len(text) > LONGEST else "is no Unicode text"
