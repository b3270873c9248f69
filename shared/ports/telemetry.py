"""Where spans and numbers about the app's own work go: to whoever watches it, and never back.

Nothing waits for it and nothing depends on it: what is told may be lost, and no call raises. What there is to measure
is listed in `shared/telemetry/measures.py`, how a repair becomes a trace is told in `shared/telemetry/traces.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

type Fact = str | int | float | bool


class Span(Struct, frozen=True):
    """A stretch of work with a beginning and an end. `trace` has 16 bytes, `id` and `parent` 8; they follow from what
    the span is about, so that one that is told twice is the same span. `failed` says why it did not do what it was
    for."""

    trace: bytes
    id: bytes
    parent: bytes | None
    name: str
    begins: datetime
    ends: datetime
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    failed: str = ""


class Point(Struct, frozen=True):
    """One number: so many more of a count, one value of a distribution, or how much there is now, by what `of` is."""

    of: str
    value: float
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])


class Telemetry(Protocol):
    def spans(self, spans: Sequence[Span]) -> None: ...

    def points(self, points: Sequence[Point]) -> None: ...


class Untold(Telemetry):
    """Nobody watches."""

    def spans(self, spans: Sequence[Span]) -> None:
        return

    def points(self, points: Sequence[Point]) -> None:
        return
