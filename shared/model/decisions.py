"""A decision: what is done about a node now, and every guard's answer to it, with the numbers it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from .nodes import Condition
from .remedies import Remedy

type Number = int | float | str | bool | None


class Verdict(StrEnum):
    """act: start the remedy now. wait: until `until`, by the clock alone. hold: until something changes, looked at
    again by the next sweep. hand_over: a person must look."""

    ACT = "act"
    WAIT = "wait"
    HOLD = "hold"
    HAND_OVER = "hand_over"


APPROVE = "approve"


class Answer(Struct, frozen=True):
    """One guard's answer. `reason` is a code that stands in exactly one file. `until` is when a refusal may end by
    the clock alone, None when that depends on something else. A refusal that a person's approval would lift has the
    remedy to be approved among its numbers (`APPROVE`)."""

    guard: str
    allowed: bool
    reason: str
    numbers: Mapping[str, Number] = field(default_factory=dict[str, Number])
    until: datetime | None = None

    @property
    def awaits(self) -> str:
        """The remedy whose approval would lift this refusal; empty when none would."""
        return "" if self.allowed else str(self.numbers.get(APPROVE, ""))


class Decision(Struct, frozen=True):
    """What to do about one node. `answers` holds every guard that was asked, refusals and allowances alike."""

    node: str
    pool: str
    condition: Condition
    verdict: Verdict
    because: str
    remedy: Remedy | None = None
    answers: tuple[Answer, ...] = ()
    until: datetime | None = None
