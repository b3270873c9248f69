"""How evenly a pool lies over zones and fault domains, which place to take from, and which to add to.

A zone is lost as a whole and a fault domain too, so what counts is the difference between the place that has most
machines and the one that has fewest, the *gap*; up to one it is as even as it can be.

1. Zones come first: a zone is a building and a fault domain a rack in it. Domains are compared within their zone.
2. A zone in which the pool may have machines and has none counts, with zero.
3. What Azure does not tell the place of is left out: it is neither crowded nor sparse.
4. A machine may be taken where the gap of its zones, and that of the domains in its zone, is not larger afterwards; or
   is at most one.
5. To even out: one machine is added, and when it has joined one is taken from the most crowded place, and so on. Azure
   chooses where the new one comes. In the worst case it comes to the most crowded zone: the gap is larger by one until
   the next is taken from there, and then what it was before. It is never larger by more than one.

A difference of one is what Azure calls balanced, too, and its balancing is best effort; stopped machines count.
Source: Azure's documentation, virtual-machine-scale-sets-zone-balancing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct


class Place(Struct, frozen=True):
    """Where a machine is, as far as Azure says."""

    zone: str | None = None
    domain: int | None = None

    @property
    def order(self) -> tuple[str, int]:
        return self.zone or "", -1 if self.domain is None else self.domain

    def __str__(self) -> str:
        zone = "" if self.zone is None else f"zone {self.zone}"
        domain = "" if self.domain is None else f"fault domain {self.domain}"
        return ", ".join(one for one in (zone, domain) if one) or "nowhere known"


class Swap(Struct, frozen=True):
    """Add a machine, hopefully there, wait until it has joined, and then take one from the other place."""

    add_to: Place
    take_from: Place


class Spread(Struct, frozen=True):
    """How many machines are at which place; places that may have some and have none are there with zero."""

    counts: Mapping[Place, int]

    @classmethod
    def of(cls, places: Iterable[Place], zones: Iterable[str] = (), domains: int = 0) -> Spread:
        """`zones` are those of the scale set, `domains` how many fault domains each of them has, where that is
        known."""
        counts: dict[Place, int] = {}
        for zone in zones:
            counts |= {Place(zone, number if domains else None): 0 for number in range(max(1, domains))}
        if not counts and domains:
            counts = {Place(None, number): 0 for number in range(domains)}
        for place in places:
            counts[place] = counts.get(place, 0) + 1
        return cls(counts)

    @property
    def known(self) -> tuple[Place, ...]:
        """Rule 3: the places that count, in order. In a pool with zones, those with a zone."""
        has_zones = any(one.zone is not None for one in self.counts)
        places = [one for one in self.counts if (one.zone if has_zones else one.domain) is not None]
        return tuple(sorted(places, key=lambda one: one.order))

    @property
    def zones(self) -> dict[str, int]:
        """Machines by zone, in the order of their names."""
        found: dict[str, int] = {}
        for place in self.known:
            if place.zone is not None:
                found[place.zone] = found.get(place.zone, 0) + self.counts[place]
        return found

    def domains(self, zone: str | None) -> dict[int, int]:
        """Machines of a zone by fault domain; `zone` is None for a pool without zones."""
        here = [one for one in self.known if one.zone == zone]
        return {one.domain: self.counts[one] for one in here if one.domain is not None}

    @property
    def zone_gap(self) -> int:
        return _gap(self.zones.values())

    def domain_gap(self, zone: str | None) -> int:
        return _gap(self.domains(zone).values())

    @property
    def gaps(self) -> tuple[int, int]:
        """Between zones, and the largest one between the domains of a zone."""
        return self.zone_gap, max((self.domain_gap(one.zone) for one in self.known), default=0)

    @property
    def is_even(self) -> bool:
        return max(self.gaps) <= 1

    def with_one(self, place: Place) -> Spread:
        return Spread({**self.counts, place: self.counts.get(place, 0) + 1})

    def without_one(self, place: Place) -> Spread:
        """`ValueError` where there is none."""
        if self.counts.get(place, 0) < 1:
            raise ValueError(f"there is no machine at {place}, so none can be taken from there")
        return Spread({**self.counts, place: self.counts[place] - 1})

    def may_take(self, place: Place) -> bool:
        """Rule 4."""
        after, zone = self.without_one(place), place.zone
        if after.zone_gap > max(1, self.zone_gap):
            return False
        return after.domain_gap(zone) <= max(1, self.domain_gap(zone))

    def crowding(self, place: Place) -> tuple[int, int]:
        """How many machines share its zone, and its domain in there; none with what is at no known place."""
        zone = self.zones.get(place.zone, 0) if place.zone is not None else 0
        domain = self.domains(place.zone).get(place.domain, 0) if place.domain is not None else 0
        return zone, domain

    def next_zones(self, count: int) -> tuple[str, ...]:
        """The zones of the next machines, if Azure evens out as it tries to; nothing in a pool without zones."""
        zones, chosen = self.zones, list[str]()
        while zones and len(chosen) < count:
            zone = min(zones, key=lambda one: (zones[one], one))
            zones[zone] += 1
            chosen.append(zone)
        return tuple(chosen)

    @property
    def fullest(self) -> Place | None:
        """Where one is missed least."""
        taken = [one for one in self.known if self.counts[one]]
        return max(taken, key=lambda one: (self.crowding(one), one.order), default=None)

    def swap(self) -> Swap | None:
        """Rule 5: what to do next, between zones while those are uneven, then between the domains of the zone where
        they are most uneven. None: it is even."""
        places = list(self.known)
        if self.zone_gap <= 1:
            worst = max(self.gaps[1], 2)
            places = [one for one in places if one.domain is not None and self.domain_gap(one.zone) >= worst]
            places = [one for one in places if one.zone == places[0].zone]
        if not places:
            return None
        add_to = min(places, key=lambda one: (self.crowding(one), one.order))
        taken = [one for one in places if self.counts[one]]
        take_from = max(taken, key=lambda one: (self.crowding(one), one.order))
        return Swap(add_to, take_from)

    def swaps(self) -> tuple[Swap, ...]:
        """All of them, if each new machine came where it helps most."""
        found: list[Swap] = []
        now, next_one = self, self.swap()
        while next_one is not None:
            found.append(next_one)
            now = now.with_one(next_one.add_to).without_one(next_one.take_from)
            next_one = now.swap()
        return tuple(found)


def _gap(counts: Iterable[int]) -> int:
    known = list(counts)
    return max(known) - min(known) if known else 0
