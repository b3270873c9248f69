"""What may be asked of each list, beside the part of it: the filters. Empty ones count for nothing.

`text` finds what has these letters in it, large or small. Times are from `since` (included) until `until` (not).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from shared.model.audit import AuditKind
from shared.model.overrides import OverrideKind

from .pages import Slice

type Instant = Annotated[datetime, Meta(tz=True)]
"""A time with its zone."""


class OfNodes(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`condition` as it is shown, such as `healthy`; `text` in a node's name or address."""

    pool: str = ""
    condition: str = ""
    text: str = ""


class Stage(StrEnum):
    """open are those that go on or wait for a person, closed those that are over."""

    OPEN = "open"
    CLOSED = "closed"


class OfIncidents(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open ones by node, closed ones newest first; the times are those of closing, without `since` of 90 days."""

    state: Stage = Stage.OPEN
    pool: str = ""
    condition: str = ""
    text: str = ""
    since: Instant | None = None
    until: Instant | None = None


class Course(StrEnum):
    """running are at work, closed over."""

    RUNNING = "running"
    CLOSED = "closed"


class OfOperations(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By id, which begins with the node. `node` is the whole name of one."""

    state: Course = Course.RUNNING
    pool: str = ""
    node: str = ""
    remedy: str = ""


class OfAudit(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Newest first. `subject` is a node, pool or cluster, whole; without `since` of the last 24 months."""

    kind: AuditKind | None = None
    subject: str = ""
    text: str = ""
    since: Instant | None = None
    until: Instant | None = None


class OfOverrides(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`holds`: those that have not run out."""

    kind: OverrideKind | None = None
    subject: str = ""
    holds: bool = False


class OfQuarantine(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Newest first. `source` is the queue or the sender."""

    source: str = ""
    text: str = ""


class OfMonths(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last `months`, the present one included, at most 24. Every entry of them is read."""

    months: Annotated[int, Meta(ge=1, le=24)] = 1


class OfHistory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last `hours`, at most 744."""

    hours: Annotated[int, Meta(ge=1, le=744)] = 24


class OfSchedules(Slice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pools with schedules; what holds until `hours` from now, at most 744."""

    pool: str = ""
    hours: Annotated[int, Meta(ge=1, le=744)] = 168
