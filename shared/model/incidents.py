"""An incident: an open problem of a node, from the first signal to resolved or handed over.

                 +--------------------------------------------+
    (signal) -> open -> (operation) -> resolved               |
                 |                                            |
                 +-> resolved (came back by itself)           |
                 +-> handed_over (a person must look) --------+ reopened as a new incident when it changes, or opened
                                                                again when what stopped it is gone

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

    What was handed over may go on by itself (`shared/operate/reopen.py`): `refused` are those of `tried` that Azure
    did not allow, `again_at` is when it is tried again because of that, for the `again`th time after this one;
    `is_listed`: it counted as gone while Azure listed its machine still; `ladder` are the rungs that there were.
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
    refused: tuple[Remedy, ...] = ()
    again_at: datetime | None = None
    again: int = 0
    is_listed: bool = False
    ladder: tuple[Remedy, ...] = ()

    @property
    def proposed(self) -> str:
        """The remedy that waits for a person's approval; empty when none does."""
        answers = self.decision.answers if self.decision else ()
        return next((answer.awaits for answer in answers if answer.awaits), "")
