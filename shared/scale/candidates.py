"""What the choice of who goes looks at: one candidate for each machine of a pool, and what is answered about it.

A candidate is what is known of a machine for this question alone, so that the choice is a function of plain values.
What is not known has a word of its own and is never taken for nothing. The rules are in `victims.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from msgspec import Struct

from shared.policy.scaling import PROTECTED, Age
from shared.scale.spread import Place
from shared.scale.work import Host, Work


class Holds(StrEnum):
    """What is on a machine, as far as taking it goes; of several the one that is named last.

    nothing    no task
    movable    tasks that start elsewhere while others of their application go on
    single     the only task of an application: it is away until it has started elsewhere
    stateful   a member of a service that keeps its data elsewhere as well, and recovers
    resident   data that nobody has elsewhere, or that only a person may give up
    unread     nobody knows: what runs there could not be read
    """

    NOTHING = "nothing"
    MOVABLE = "movable"
    SINGLE = "single"
    STATEFUL = "stateful"
    RESIDENT = "resident"
    UNREAD = "unread"


class Candidate(Struct, frozen=True, kw_only=True):
    """`host` is the name of its agent among the hosts of the placement; None: its agent never joined, and it holds
    nothing. `came_at` is when it joined or, before that, when it was ordered. `tasks` are what would have to run
    elsewhere, and how many of them there are is `task_count`. `services` are the stateful services with a member there.
    `kept` says who keeps it, in words: a person's hold, Azure's protection, an operation; empty: nobody. `is_named`:
    it was chosen before, and somebody may have been asked about it."""

    node: str
    came_at: datetime
    holds: Holds
    host: str | None = None
    is_deactivated: bool = False
    tasks: tuple[Work, ...] = ()
    services: frozenset[str] = frozenset()
    place: Place = Place()
    kept: str = ""
    is_named: bool = False

    @property
    def task_count(self) -> int:
        return sum(work.count for work in self.tasks)

    @property
    def serves(self) -> bool:
        """Whether a load balancer can send work there."""
        return self.host is not None and not self.is_deactivated


class Rank(IntEnum):
    """Rule 5: who goes first."""

    NEVER_JOINED = 1
    DEACTIVATED = 2
    EMPTY = 3
    MOVABLE = 4
    SINGLE = 5
    STATEFUL = 6


class Asked(Struct, frozen=True, kw_only=True):
    """`count` machines of a pool are to go. `candidates` are all of its machines, also those that can't. `hosts` are
    the agents on which their tasks may run afterwards, those of the candidates among them. `serving` is how many must
    go on to serve: what the load balancer of a public pool needs, else 0. `zones` and `domains` as for `Spread.of`.
    `moving` are tasks that have yet to leave machines that go already, or are being repaired."""

    count: int
    candidates: Sequence[Candidate]
    hosts: Sequence[Host]
    now: datetime
    zones: tuple[str, ...] = ()
    domains: int = 0
    age: Age = Age.YOUNGEST
    protected: timedelta = PROTECTED
    serving: int = 0
    gpus_are_kept: bool = True
    moving: Sequence[Work] = ()


class Verdict(Struct, frozen=True):
    """Why a machine goes, or does not: `rule` is the number of the rule in `victims.py`, `reason` its code."""

    node: str
    is_taken: bool
    rule: int
    reason: str
    because: str


class Choice(Struct, frozen=True):
    """`nodes` go, in this order. `verdicts` has one for each candidate: of those who go, in their
    order, and then of the others, by name."""

    nodes: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
