"""What people forbid, asked once more in the instant before something is changed.

Readings on which an order rests may be half a minute old when Azure answers slowly. A person who types `pause` does not
know that, and means at once. So `hand.py` compares what is forbidden now with what was forbidden when the guards were
asked, and has them asked again when somebody has said more since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.model.overrides import Override
from shared.records import override_row

from .outside import Outside
from .unread import FORBIDS, Unread, with_forbidding

_FIRST, _LAST = f"{min(FORBIDS)}|", f"{max(FORBIDS)}}}"


def forbidden_by(words: Iterable[Override], now: datetime) -> frozenset[str]:
    """The rows of what forbids something and holds now."""
    return frozenset(override_row(one) for one in words if one.kind in FORBIDS and one.holds_at(now))


async def forbidden_now(outside: Outside, cluster: str) -> frozenset[str]:
    """The same, read anew. What cannot be read forbids too."""
    found, now = await outside.records.overrides.found(cluster, _FIRST, _LAST), outside.clock.now()
    words = [kept.value for kept in found.kept.values()]
    return forbidden_by(with_forbidding(words, Unread(overrides=found.unread), now), now)
