"""What pools were to have and had, in the last weeks: a small row for each few minutes, for people to look back on.

Nothing is decided by it. So a moment that could not be written down is a gap in a chart, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

SLOT = timedelta(minutes=5)
KEPT = timedelta(days=35)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PoolSize(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In nodes; None where it was not known. `wanted` is the size that is kept, `had` what Azure listed, `well` those
    of them that nothing was wrong with. Of a pool whose size is worked out: `least` and `most` that it might have, and
    `asked`, what its load asked for."""

    wanted: int | None = None
    had: int | None = None
    well: int | None = None
    least: int | None = None
    most: int | None = None
    asked: int | None = None


class Moment(Struct, frozen=True):
    """All pools of a cluster at one time."""

    at: datetime
    pools: Mapping[str, PoolSize]


def slot_of(at: datetime) -> int:
    """The five minutes since 1970 (UTC) that this instant is in."""
    return (at - EPOCH) // SLOT
