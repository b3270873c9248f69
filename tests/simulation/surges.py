"""Machines that were ordered ahead of others that are to go: those that Azure is to take, and those in a crowded zone
where zones are evened out. They are no growth, and when the other one stays, they are no part of the size either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from simulator.virtual_time import VirtualClock
from tests.simulation.nature import Machine, Nature

KNOWN = timedelta(seconds=130)
YOUNG = timedelta(minutes=5)
"""By the policies of such tales nobody goes who came later than that."""
TOLD = timedelta(seconds=190)
"""That an end was called off is heard some time later, and then whoever orders ahead of it has yet to have his turn."""
CERTAIN = timedelta(seconds=60)
"""Of the readings on which something final rests."""


def zones_of(machines: Iterable[Machine]) -> Counter[str]:
    """How many machines are in which zone."""
    return Counter(one.zone for one in machines if one.zone is not None)


def gap(zones: Mapping[str, int]) -> int:
    """By how many machines the fullest one has more than the emptiest."""
    return max(zones.values(), default=0) - min(zones.values(), default=0)


class Surges:
    """`of_ends` and `of_zones` count those that were ordered ahead of an end, or of one in a crowded zone, and that
    neither went nor are wanted."""

    def __init__(self, clock: VirtualClock, nature: Nature, evens: bool) -> None:
        self._clock, self._nature, self._evens = clock, nature, evens
        self._lopsided_at: datetime | None = None
        self._announced: dict[str, datetime] = {}
        self._over: dict[str, datetime] = {}
        self.of_ends, self.of_zones = 0, 0
        self._stay = 0

    def looks(self) -> None:
        now, there = self._now, {one.name: one for one in self._nature.machines() if not one.is_leaving}
        ending = {name: self._announced.get(name, now) for name, one in there.items() if one.is_ending}
        gone = self._announced.keys() - there.keys()
        self.of_ends -= min(self.of_ends - self._stay, len(gone))
        over = self._announced.keys() - gone - ending.keys()
        self._over |= dict.fromkeys(over, now)
        self._stay = min(self.of_ends, self._stay + len(over))
        self._announced = ending
        if self._evens and gap(zones_of(there.values())) > 1:
            self._lopsided_at = None
        elif self._lopsided_at is None:
            self._lopsided_at = now

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    @property
    def is_lopsided(self) -> bool:
        """Or was, when readings were taken."""
        return self._evens and (self._lopsided_at is None or self._now - self._lopsided_at < KNOWN)

    def is_announced(self, machine: Machine) -> bool:
        """Its end, or that was called off when readings were taken on which an order rests."""
        since = self._over.get(machine.name)
        return machine.is_ending or (since is not None and self._now - since < CERTAIN)

    def _pending(self) -> int:
        """Whose end has not come; one that Azure has moved works again since."""
        there = {one.name: one.well_since for one in self._nature.machines()}
        return sum((there.get(one) or since) <= since for one, since in self._announced.items())

    def is_of_an_end(self, machine: Machine) -> bool:
        """It came for one that stays: it is younger than any that may go because there are too many, or somebody
        does not end any more."""
        is_young = machine.well_since is not None and self._now - machine.well_since < YOUNG
        stays = self._stay > 0 or self._pending() < max(self.of_ends, len(self._announced))
        return self.of_ends > 0 and (is_young or stays)

    def is_extra(self, machine: Machine) -> bool:
        """It is no part of the size."""
        return self.is_of_an_end(machine) or self.of_zones > 0

    def ordered(self, more: int) -> int:
        """So many more than the size were ordered; how many of these are ahead of somebody's going."""
        free = len(self._announced) + sum(self._now - at < TOLD for at in self._over.values())
        self.of_ends = max(self.of_ends, min(more, free))
        if self.is_lopsided and more > self.of_ends:
            self.of_zones = 1
        return self.of_ends + self.of_zones

    def goes(self, machine: Machine) -> None:
        """One that is extra."""
        if self.is_of_an_end(machine):
            self.of_ends -= 1
            self._stay = min(self.of_ends, self._stay)
        else:
            self.of_zones = 0
