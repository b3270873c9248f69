"""What an event means: for the outside (`Heard`), and before it is known whose it is (`Said`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.model.signals import Severity, Signal, SignalKind

from .envelope import Event


class Ear(StrEnum):
    """noted: it is about ours, but there is nothing in it to act on."""

    SIGNAL = "signal"
    NOT_OURS = "not_ours"
    ECHO = "echo"
    NOTED = "noted"


class Heard(Struct, frozen=True):
    """What an event means. `cluster` is empty when it is nobody's; `signal` is there when `ear` says so."""

    ear: Ear
    cluster: str
    subject: str
    why: str
    event_id: str
    signal: Signal | None = None


class Said(Struct, frozen=True):
    """One thing that an event says. `member` is the machine's name where an event about a set lists its machines;
    `part` tells apart what has the same event id and yet is not the same news, `thread` is the story it belongs to."""

    kind: SignalKind
    what: str = ""
    severity: Severity = Severity.WARNING
    deadline: datetime | None = None
    member: str = ""
    part: str = ""
    thread: str = ""


type Translator = Callable[[Event, bool], tuple[Said, ...] | str]
"""An event, and whether it is about one machine: what it says, or why that asks for nothing."""


class Row(Struct, frozen=True):
    """A line of `docs/signals.md`: what comes, what it means, and the signals that it becomes (none: it is noted).
    `on_set` are those that it becomes when it is about a whole set, where these are others."""

    type: str
    means: str
    kinds: tuple[SignalKind, ...]
    on_set: tuple[SignalKind, ...] = ()
