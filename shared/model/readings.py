"""A reading: one thing that we read ourselves, with its source and its time.

It is a value or a failure. A failed reading is not a zero and not an empty list: published incidents that destroyed
fleets began with an error value that took part in arithmetic. The two types share no field that could be mistaken
for a result, so the type checker makes every reader say what happens when nothing could be read.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Value[T](Struct, frozen=True, tag="value"):
    """What was read. `taken_at` is when the answer was complete (aware UTC)."""

    value: T
    source: str
    taken_at: datetime


class Failure(Struct, frozen=True, tag="failure"):
    """Nothing could be read from `source`. `why` is a sentence for people."""

    why: str
    source: str
    taken_at: datetime


type Reading[T] = Value[T] | Failure
