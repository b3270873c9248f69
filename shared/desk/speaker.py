"""Who speaks, why, and for how long."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from shared.policy.values import DURATION, parse_duration

from .told import No, Told

LONGEST = timedelta(days=30)
MOST_WORDS = 500  # characters of a reason
LONGEST_NAME = 200


class Speaker(Struct, frozen=True):
    """`span` None: until it is taken back."""

    who: str
    why: str
    span: timedelta | None = None


def speaker_of(who: str, why: str, duration: str = "") -> Speaker:
    """`Told` when it is not clear who says it, why, or for how long."""
    if not who.strip() or len(who) > LONGEST_NAME or not who.isprintable():
        raise Told(No.MISTAKEN, "no_name", "It is not known who says this, so nothing was written.")
    if not why.strip() or len(why) > MOST_WORDS or not why.isprintable():
        sentence = f"Nothing was written: the reason (why) takes 1 to {MOST_WORDS} characters, on one line."
        raise Told(No.MISTAKEN, "no_reason", sentence)
    span = parse_duration(duration) if duration else None
    if duration and (span is None or not timedelta(0) < span <= LONGEST):
        raise Told(
            No.MISTAKEN, "bad_duration", f"Nothing was written: a time (for) is {DURATION}, at most 30d."
        )
    return Speaker(who.strip(), why.strip(), span)
