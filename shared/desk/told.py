"""Why the desk says no: one sentence for whoever asked, a code that can be searched for, and which kind of no it is.

Both doors make of it what is usual there: the command line an exit code and a hint which option helps, the API a status
and the numbers. Nothing was written, whichever it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.errors import Refused
from shared.model.decisions import Number

GUARD = "desk"
NOT_THEIR_NUMBER = "not_their_number"
"""The reason of a no to whom moves many machines and has not said how many; `nodes` of its numbers is the right one."""


class No(StrEnum):
    """missing   nothing has this name
    unclear   several things have it
    mistaken  what was said makes no sense, whatever is there
    not_now   it makes sense, and what is there stands against it
    changed   somebody else has changed it since it was read
    unready   the app has not run on this storage, or another version has
    """

    MISSING = "missing"
    UNCLEAR = "unclear"
    MISTAKEN = "mistaken"
    NOT_NOW = "not_now"
    CHANGED = "changed"
    UNREADY = "unready"


class Told(Refused):
    """A no that somebody is told. `reason` is its code, such as `no_such_node`."""

    def __init__(
        self, kind: No, reason: str, sentence: str, numbers: Mapping[str, Number] | None = None
    ) -> None:
        super().__init__(GUARD, reason, numbers or {})
        self.kind, self.sentence = kind, sentence
