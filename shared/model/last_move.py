"""When a task was last moved in a pool for the sake of its load, and what came of it.

A row of its own for each pool. It is written before the task is ended, for the worst case, and once more when it was
measured: so a crash, a lost worker or an operation that was given up leaves a pool that rests, and never one in which
the same thing is tried on and on.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class LastMove(Struct, frozen=True, kw_only=True):
    """`task` of application `app` left `agent` at `at`. `because` says what came of it. `rests_until` is when the next
    one may move there, where nothing good came of this one; None: it paid. `before` and `after` are how full the
    fuller of the two agents was, from 0 to 1; None: not measured."""

    at: datetime
    task: str
    app: str
    agent: str
    because: str
    before: float
    after: float | None = None
    rests_until: datetime | None = None
