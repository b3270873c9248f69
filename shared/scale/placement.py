"""Simulated placement: which waiting tasks fit on which agents, why the others do not, and how many agents they need.

Percentages say that a pool is half empty; whether a task fits is another question, because it needs all of its
resources on one agent, for its roles, where its constraints allow it. So it is tried out:

1. What is larger goes first: by the largest share that one task has in all that is asked of a resource, so that
   what only few ask for counts as large. At a tie by the application's id, then as given. Hosts have no say in it.
2. Each task goes to the first open host, in the order given, that has room for it, on which the host ports that have to
   be certain ones are left, whose graphics processors are not kept for others, and that its constraints allow then.
3. Where new hosts may come and no host that there is will do: a new one is opened. They come zone by zone, because
   Azure chooses the zone and not we, so one is opened in every zone before a task is said to fit none.
4. What was refused is tried again while that places anything: a smaller task of the same application may have made the
   others' place free.
5. What fits nowhere then is refused with the reason: told of the hosts as they are in the end or, where new ones may
   come, of an empty one.

Marathon takes offers as they come and Mesos sends them in an order of its own, so what happens may differ; nothing is
placed here that would not be allowed. Hosts that are added last never make fewer tasks fit, with two exceptions: a
GROUP_BY that waited for another rack goes on when it is there, and its large tasks take the room of many small ones;
and tasks of different sizes of one application can take each other's places.

Agents that are ordered and have not joined belong among the hosts, as blank ones, or they are ordered again.
Sources: mesosphere/marathon:docs/docs/constraints.md, docs/docs/preferential-gpu-scheduling.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import truediv

from msgspec import Struct

from shared.scale.certain import Certain
from shared.scale.constraints import Ground, Kept
from shared.scale.room import RESOURCES, Room, Shortage, Sizes, sizes, times
from shared.scale.work import Blank, Host, Refusal, Spot, Why, Work

LARGEST_SET = 1000
"""Azure allows so many machines in a scale set."""


class Placement(Struct, frozen=True):
    """`spots` in the order of the work, `refused` too. `new` hosts were opened for it, named `new-1` and so on; what is
    refused with them would fit no agent of the pool, or only with more than there may be (`Why.MOST`)."""

    spots: tuple[Spot, ...]
    refused: tuple[Refusal, ...]
    new: int = 0

    @property
    def placed(self) -> int:
        return sum(spot.count for spot in self.spots)


def place(works: Sequence[Work], hosts: Sequence[Host], *, gpus_are_kept: bool = True) -> Placement:
    """What fits on these hosts. `gpus_are_kept`: work that needs no graphics processors does not go where some are
    free, as with Marathon's `--gpu_scheduling_behavior restricted`; to assume so is careful."""
    return _Trial(works, hosts, gpus_are_kept).run()


def grow(
    works: Sequence[Work],
    hosts: Sequence[Host],
    blank: Blank,
    *,
    most: int = LARGEST_SET,
    gpus_are_kept: bool = True,
) -> Placement:
    """The same, with as many new agents of a pool as are needed, but not more than `most`."""
    return _Trial(works, hosts, gpus_are_kept, _Growth(blank, max(0, most))).run()


class _Growth(Struct, frozen=True):
    """New hosts that may be opened. One more in each zone is never opened: on those is tried what would fit."""

    blank: Blank
    most: int

    @property
    def zones(self) -> int:
        return max(1, len(self.blank.zones))

    def hosts(self) -> tuple[Host, ...]:
        return tuple(self.blank.host(number) for number in range(self.most + self.zones))


class _Case(Struct):
    """One entry of the work while it is placed."""

    work: Work
    needs: Sizes
    roles: frozenset[str]
    kept: Kept
    among: int  # hosts for its roles, whether open or not, but for kept ones
    left: int
    on: Counter[int]
    is_over: bool = False  # one more new host would do


class _Trial:
    """One simulation. A set of hosts is a number whose bit i stands for host i."""

    def __init__(
        self, works: Sequence[Work], hosts: Sequence[Host], gpus_are_kept: bool, growth: _Growth | None = None
    ) -> None:
        self._growth, self._there, self._new = growth, len(hosts), 0
        self._hosts = (*hosts, *growth.hosts()) if growth else tuple(hosts)
        self._ground = Ground(self._hosts)
        self._room = Room(self._hosts, {sizes(work.needs, work.ports) for work in works})
        self._certain = Certain(self._hosts, works)
        self._open = _bits(number for number, host in enumerate(hosts) if host.is_open)
        with_gpus = _bits(i for i, host in enumerate(self._hosts) if any(a.gpus for a in host.free.values()))
        self._for_gpus = with_gpus if gpus_are_kept else 0
        self._numbers = {host.name: number for number, host in enumerate(self._hosts)}
        self._offering: dict[frozenset[str], int] = {}
        self._cases = [self._case(work) for work in works]
        self._of_app: dict[str, list[Kept]] = {}
        for case in self._cases:
            self._of_app.setdefault(case.work.app, []).append(case.kept)

    def run(self) -> Placement:
        todo, placed = self._in_order(), True
        while todo and placed:
            placed = sum(self._put(case) for case in todo) > 0
            todo = [case for case in todo if case.left]
        spots = tuple(
            Spot(case.work.app, self._hosts[host].name, count)
            for case in self._cases
            for host, count in sorted(case.on.items())
        )
        return Placement(spots, self._refusals(), self._new)

    def _case(self, work: Work) -> _Case:
        needs, roles = sizes(work.needs, work.ports), frozenset(work.roles)
        if roles not in self._offering:
            self._offering[roles] = self._room.offering(roles)
        among = self._offering[roles] & ~(0 if work.needs.gpus else self._for_gpus)
        kept = Kept(work.constraints, self._ground)
        for name, count in sorted(work.runs_on.items()):
            if name in self._numbers:
                kept.add(self._numbers[name], count)
        return _Case(work, needs, roles, kept, among, max(0, work.count), Counter())

    def _in_order(self) -> list[_Case]:
        """Rule 1."""
        asked = [sum(case.needs[i] * case.left for case in self._cases) or 1 for i in range(len(RESOURCES))]
        return sorted(self._cases, key=lambda case: (-max(map(truediv, case.needs, asked)), case.work.app))

    def _put(self, case: _Case) -> bool:
        """Place as many as there is room for; whether any were."""
        before = case.left
        while case.left:
            host = self._room.first(case.needs, case.roles, self._allowed(case, self._open))
            if host is None:
                host = self._opened_for(case)
            if host is None:
                break
            fits = times(self._room.free(host, case.roles), case.needs)
            count = 1 if case.work.constraints or case.work.certain else min(case.left, fits)
            self._room.take(host, case.needs, case.roles, count)
            self._certain.take(case.work.certain, host)
            for kept in self._of_app[case.work.app]:
                kept.add(host, count)
            case.on[host] += count
            case.left -= count
        return case.left < before

    def _allowed(self, case: _Case, hosts: int) -> int:
        """Those of the hosts that would do if they had room."""
        return self._certain.have(case.work.certain, case.kept.allowed(case.among & hosts))

    def _opened_for(self, case: _Case) -> int | None:
        """The next new host that does, and those before it; None when there is none, or not so many may be."""
        if self._growth is None:
            return None
        first = self._there + self._new
        for host in range(first, first + self._growth.zones):
            if self._allowed(case, 1 << host) and times(self._room.free(host, case.roles), case.needs):
                new = host - self._there + 1
                case.is_over = new > self._growth.most
                if case.is_over:
                    return None
                self._open |= _bits(range(first, host + 1))
                self._new = new
                return host
        return None

    def _refusals(self) -> tuple[Refusal, ...]:
        """Rule 5."""
        hosts, shortages = self._open, dict[frozenset[str], Shortage]()
        if self._growth:
            hosts = _bits(range(self._there + self._growth.most, len(self._hosts)))
        refused: list[Refusal] = []
        for case in self._cases:
            if case.left:
                if case.roles not in shortages:
                    shortages[case.roles] = Shortage(self._room, case.roles)
                refused.append(self._refusal(case, hosts, shortages[case.roles]))
        return tuple(refused)

    def _refusal(self, case: _Case, hosts: int, shortage: Shortage) -> Refusal:
        app, left = case.work.app, case.left
        if case.is_over:
            return Refusal(app, left, Why.MOST)
        if not hosts:
            return Refusal(app, left, Why.CLOSED)
        if not hosts & self._offering[case.roles]:
            return Refusal(app, left, Why.ROLE)
        if not hosts & case.among:
            return Refusal(app, left, Why.GPUS_KEPT)
        refusing = case.kept.refusing(hosts & case.among)
        if refusing:
            return Refusal(app, left, Why.CONSTRAINT, refusing)
        allowed = self._allowed(case, hosts)
        if not allowed:
            return Refusal(app, left, Why.PORTS, ", ".join(map(str, case.work.certain)))
        short = shortage.of(case.needs, allowed)
        return Refusal(app, left, next(iter(short)), "", short)


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)
