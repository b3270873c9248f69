"""The four words in which anything can go wrong.

    PoolkeeperError
    +-- Retry(after)                   throttled, busy, lease held: the same again, later
    |   +-- Conflict                   somebody else wrote first: read again, then decide again
    +-- Refused(guard, reason)         a rule or the platform says no: record it, do nothing
    +-- Poison(why)                    input that can never work: into the quarantine with it
    +-- Unknown(what)                  we cannot tell what happened: read the world before anything else

Each maps to exactly one thing that the caller does, and nothing else crosses the boundary of a room. `Unknown` is
the word that automation usually lacks: an action whose answer got lost neither worked nor failed, and code that must
choose between the two destroys machines on a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from shared.model.decisions import Number

_DETAIL = re.compile(r" \[[^\]]*\]")
_TRIED_AGAIN = re.compile(r"; nothing was done, the same is tried again in [\d.e+]+ s")
_ROUND = str.maketrans("[]", "()")


def with_detail(what: str, detail: str) -> str:
    """`what [detail]`, or `what` alone where there is none."""
    return f"{what} [{detail.translate(_ROUND)}]" if detail else what


def brief(text: str) -> str:
    """The text of errors without details, and without what is done about a `Retry`, which is always the same."""
    return _TRIED_AGAIN.sub("", _DETAIL.sub("", text))


class PoolkeeperError(Exception):
    """The root of everything that this product raises on purpose."""


class Retry(PoolkeeperError):
    """Do the same again after `after`; nothing was done."""

    def __init__(self, why: str, after: timedelta) -> None:
        super().__init__(f"{why}; nothing was done, the same is tried again in {after.total_seconds():g} s")
        self.why = why
        self.after = after


class Conflict(Retry):
    """A conditional write lost: the row changed since it was read. Read it again before deciding again."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was written by somebody else", timedelta(0))
        self.what = what


class Refused(PoolkeeperError):
    """A guard or the platform says no. `reason` is a code that can be searched for, `numbers` are what it rests on."""

    def __init__(self, guard: str, reason: str, numbers: Mapping[str, Number]) -> None:
        shown = ", ".join(f"{name}={value}" for name, value in numbers.items())
        super().__init__(f"{guard} refuses ({reason}{': ' + shown if shown else ''}); nothing was done")
        self.guard = guard
        self.reason = reason
        self.numbers = dict(numbers)


class Poison(PoolkeeperError):
    """Input that can never work, however often it is tried."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; it goes to the quarantine and nothing else is done with it")
        self.why = why


class Unknown(PoolkeeperError):
    """The outcome of an action is not known. Read the world again before doing anything that depends on it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}: whether it happened is not known; the world is read again before anything else"
        )
        self.what = what
