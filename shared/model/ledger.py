"""The ledger: who is disrupting what right now in a pool, and what was disrupted in the last hour and day.

One account per pool for everything that takes a node away: repair today; scaling, rebalancing and people later.
Written only with the row's etag, so that its limits also hold between concurrent workers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from .bodies import Body

ACCOUNT = "|cluster"
"""The row of the cluster's own account; no pool is called so."""


class Disruption(Struct, frozen=True):
    """One node that is being taken away and brought back. `surge`: its successor comes first, so the pool may have one
    more than wanted meanwhile; `leaving`: it goes now, so that its successor is among those that are wanted.
    `frameworks` are the ids of those that had tasks there, besides Marathon, whose applications are many; `trouble` is
    what was wrong with a node that was still connected (`Wave`); `urgent`: its end is announced for a time so near that
    it has a reserve of its own; `services` are those that have a member or data there (`shared/guards/stakes.py`).
    `shrinks`: nothing comes in its place, because the pool is to have fewer; `leaving` says then that `wanted` is that
    much smaller already; `idle`: nothing ran and nothing was kept there when it began, which is not in `started`."""

    operation: str
    node: str
    since: datetime
    fault_domain: int | None = None
    surge: bool = False
    leaving: bool = False
    frameworks: tuple[str, ...] = ()
    trouble: str = ""
    urgent: bool = False
    services: tuple[str, ...] = ()
    shrinks: bool = False
    idle: bool = False


class Unjoined(Struct, frozen=True):
    """No machine joined in time for an operation that had ordered one for `node`. `since` is when it was ordered, or
    before."""

    operation: str
    node: str
    since: datetime
    failed_at: datetime


class NoRoom(Struct, frozen=True):
    """Azure has no room for another machine: its code, how often in a row it said so, since when, and until when
    nothing that needs room is begun."""

    code: str
    tries: int
    since: datetime
    until: datetime


class Wave(Struct, frozen=True):
    """Connected nodes with the same trouble are helped in a wave: one, then two, then the rest. `done` counts those
    that were helped, the last of them at `helped_at`; `failed` are those at which it did not help and that are not well
    yet, with those that came in another's place and have the same trouble."""

    trouble: str
    since: datetime
    done: int = 0
    failed: tuple[str, ...] = ()
    helped_at: datetime | None = None


class Loss(Struct, frozen=True):
    """A node that failed, when that was first seen, and what it was then (`shared/judge/traits.py`). `born` is when it
    came to be, as far as that is known."""

    node: str
    at: datetime
    born: datetime | None = None
    traits: Mapping[str, str] = field(default_factory=dict[str, str])


class Eviction(Struct, frozen=True):
    """A spot machine that Azure took back, or said that it would, and when that was first known."""

    node: str
    at: datetime


class OneMore(Struct, frozen=True):
    """A machine that was added for the sake of the spread: when, how many were out of place before that, and the size
    that the pool is wanted with it. While that is the size, the machine is one that is to go again; 0: that is over,
    because one has gone, or because the pool is wanted with it by now."""

    at: datetime
    misplaced: int
    size: int = 0


class Shield(Struct, frozen=True):
    """A machine that Azure's own autoscale must not choose: its name and vm id. `ours`: we protect it, and release it
    when the reason ends; otherwise that it should be was only told."""

    node: str
    vm_id: str
    why: str
    ours: bool = False


class Ledger(Struct, frozen=True):
    """`wanted` is the size that the pool is to have; None until it was first read. `started` are the start times of
    the disruptions of the last day, oldest first. `storm_since` and `storm_until` bound the storm, if there is one.
    `losses` are the nodes that failed within the last hour, and those that have not been helped since. `unjoined` are
    the machines of ours that did not join, until one joins; `no_room` until Azure has room again. `bodies` are failed
    machines that are kept: `wanted` and `target` do not count them. `extra` machines came for nodes that stayed, and
    stay as well: nobody wants them, and as many of the next that go are not made up for. `scale_set`, in lower case,
    is the one that all of this is about; empty in rows of earlier versions. `one_more` is the machine that was added
    last for the sake of the spread. `shields` are the machines that we protect from Azure's own autoscale. `evictions`
    are those of the last day, oldest first. `is_unread`, which is never written: the row cannot be read, and this
    stands in for it."""

    pool: str
    wanted: int | None = None
    active: tuple[Disruption, ...] = ()
    started: tuple[datetime, ...] = ()
    storm_since: datetime | None = None
    storm_until: datetime | None = None
    losses: tuple[Loss, ...] = ()
    unjoined: tuple[Unjoined, ...] = ()
    no_room: NoRoom | None = None
    waves: tuple[Wave, ...] = ()
    bodies: tuple[Body, ...] = ()
    scale_set: str = ""
    extra: int = 0
    one_more: OneMore | None = None
    shields: tuple[Shield, ...] = ()
    evictions: tuple[Eviction, ...] = ()
    is_unread: bool = False

    def without(self, ended: Collection[Disruption]) -> Ledger:
        """Without these entries. What came for a node that did not go is one more than is wanted from now on."""
        active = tuple(entry for entry in self.active if entry not in ended)
        stay = sum(entry.surge and not entry.leaving for entry in ended)
        return replace(self, active=active, extra=self.extra + stay)

    def wave(self, trouble: str) -> Wave | None:
        """The wave in which nodes with this trouble are helped."""
        return next((wave for wave in self.waves if wave.trouble == trouble), None)

    @property
    def surging(self) -> int:
        """How many more than wanted the pool may have."""
        return sum(entry.surge for entry in self.active)

    @property
    def ahead(self) -> int:
        """How many of these come for nodes that are not going yet."""
        return sum(entry.surge and not entry.leaving for entry in self.active)

    @property
    def going(self) -> int:
        """How many of those that are wanted are on their way out, so that the pool is to have as many fewer."""
        return sum(entry.shrinks and not entry.leaving for entry in self.active)

    @property
    def so_far(self) -> int:
        """The size without those that are on their way out, whose going is not counted yet."""
        return (self.wanted or 0) - self.going

    @property
    def ordinary(self) -> int:
        """The same without a machine that came for the sake of the spread and is to go again."""
        came = self.one_more
        return min(self.so_far, came.size - 1) if came is not None and self.has_one_more else self.so_far

    @property
    def has_one_more(self) -> bool:
        """Whether a machine is wanted that came for the sake of the spread."""
        return self.one_more is not None and 0 < self.one_more.size == self.wanted

    @property
    def target(self) -> int | None:
        """The size that the pool is to have now, with successors that come first; None when nobody knows."""
        return None if self.wanted is None else self.wanted + self.ahead
