"""An incident: an open problem of a node, from the first signal to resolved or handed over.

                 +--------------------------------------------+
    (signal) -> open -> (operation) -> resolved               |
                 |                                            |
                 +-> resolved (came back by itself)           |
                 +-> handed_over (a person must look) --------+ reopened as a new incident when it changes

One open incident per node. While it is open it has a wake time in the future, so that a lost message costs a minute
and not the incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from .decisions import Decision
from .nodes import Condition
from .remedies import Remedy
from .signals import Signal


class IncidentState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    HANDED_OVER = "handed_over"


class Incident(Struct, frozen=True):
    """`signals` are the first few that were folded in. `operation` is the running or last operation's id,
    `tries` how many ended before it without
    an end of the incident, `tried` the remedies that were carried out and did not help.

    `decision` is the last one that was made; the audit has them all. `since` is when its present condition was first
    seen, `opened_at` when anything was. `elsewhere` counts what ran of the node's workloads on other nodes when they
    were last seen well before that; later its lost tasks may run there too, and nobody could tell them apart.
    """

    id: str
    cluster: str
    pool: str
    node: str
    condition: Condition
    because: str
    opened_at: datetime
    since: datetime
    state: IncidentState = IncidentState.OPEN
    signals: tuple[Signal, ...] = ()
    decision: Decision | None = None
    operation: str | None = None
    tries: int = 0
    wake_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    elsewhere: Mapping[str, int] = field(default_factory=dict[str, int])
    tried: tuple[Remedy, ...] = ()

    @property
    def proposed(self) -> str:
        """The remedy that waits for a person's approval; empty when none does."""
        answers = self.decision.answers if self.decision else ()
        return next((answer.awaits for answer in answers if answer.awaits), "")
