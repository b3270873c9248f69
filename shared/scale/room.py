"""What is free on many hosts, and the first of them that has room for a task.

Looking at every host for every task would be ten million looks for 5,000 tasks on 2,000 hosts. So for each resource
there are sets of the hosts that have at least this much, that much, and so on, in steps that are the amounts asked for.
The hosts that may do are what these sets have in common, and only the first few of them are looked at. One scale for
each set of roles that somebody accepts.

Mesos counts resources in thousandths and so does this, in whole numbers: sums of tenths of cores stay exact
(apache/mesos:docs/attributes-resources.md).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate
from operator import or_

from shared.model.mesos import ANYBODY, Amounts
from shared.scale.work import Host, Why

RESOURCES = (Why.CPUS, Why.MEMORY, Why.DISK, Why.GPUS, Why.PORTS)

type Sizes = tuple[int, int, int, int, int]
"""Thousandths of what `RESOURCES` names, in that order."""

MOST_STEPS = 128
"""More of them find the host at once and cost more to keep."""


def sizes(amounts: Amounts, ports: int = 0) -> Sizes:
    return (
        round(amounts.cpus * 1000),
        round(amounts.mem_mb * 1000),
        round(amounts.disk_mb * 1000),
        round(amounts.gpus * 1000),
        ports * 1000,
    )


def times(free: Sizes, needs: Sizes) -> int:
    """How often `needs` goes into `free`; what needs nothing goes in a million times."""
    return min((have // need for have, need in zip(free, needs, strict=True) if need), default=1_000_000)


class Room:
    """What is free on hosts, by role; it gets less while tasks are placed. `asked` is what will be asked for. A set of
    hosts is a number whose bit i stands for host i."""

    def __init__(self, hosts: Sequence[Host], asked: Collection[Sizes]) -> None:
        self._by_role = [{role: list(sizes(free)) for role, free in host.free.items()} for host in hosts]
        self._ports = [host.ports * 1000 for host in hosts]
        self._steps = [_steps({needs[i] for needs in asked}) for i in range(len(RESOURCES))]
        self._scales: dict[frozenset[str], list[_Scale]] = {}

    def __len__(self) -> int:
        return len(self._ports)

    def free(self, host: int, roles: frozenset[str]) -> Sizes:
        """What those of these roles may use there. A task may take of several roles at once."""
        held = self._by_role[host]
        parts = [held[role] for role in roles if role in held]
        if len(parts) == 1:
            cpus, memory, disk, gpus, _ = parts[0]
        else:
            cpus, memory, disk, gpus = (sum(part[i] for part in parts) for i in range(4))
        return cpus, memory, disk, gpus, self._ports[host]

    def offering(self, roles: frozenset[str]) -> int:
        """The hosts that have anything for these roles, used or not."""
        return sum(1 << host for host, held in enumerate(self._by_role) if not roles.isdisjoint(held))

    def first(self, needs: Sizes, roles: frozenset[str], among: int) -> int | None:
        """The first host of the set that has room."""
        for scale, need in zip(self._scales_of(roles), needs, strict=True):
            among &= scale.about(need)
        while among:
            lowest = among & -among
            host = lowest.bit_length() - 1
            if times(self.free(host, roles), needs):
                return host
            among ^= lowest
        return None

    def take(self, host: int, needs: Sizes, roles: frozenset[str], count: int = 1) -> None:
        """Use it there so many times: first what is reserved for the roles, then what anybody may use."""
        before = {of: self.free(host, of) for of in self._scales}
        left = [amount * count for amount in needs[:4]]
        held = self._by_role[host]
        for role in sorted(roles, key=lambda one: (one == ANYBODY, one)):
            for i, amount in enumerate(held.get(role, ())[:4]):
                used = min(amount, left[i])
                held[role][i] -= used
                left[i] -= used
        self._ports[host] -= needs[4] * count
        for of, scales in self._scales.items():
            for scale, had, has in zip(scales, before[of], self.free(host, of), strict=True):
                if had != has:
                    scale.lower(host, had, has)

    def _scales_of(self, roles: frozenset[str]) -> list[_Scale]:
        if roles not in self._scales:
            free = [self.free(host, roles) for host in range(len(self))]
            self._scales[roles] = [
                _Scale(steps, [of[i] for of in free]) for i, steps in enumerate(self._steps)
            ]
        return self._scales[roles]


class _Scale:
    """Of one resource: the hosts that have at least as much as each step says."""

    def __init__(self, steps: list[int], amounts: Sequence[int]) -> None:
        self._steps = steps
        self._hosts = [0] * (len(steps) + 1)  # by the number of steps that are reached, and at least so many
        for host, amount in enumerate(amounts):
            self._hosts[bisect_right(steps, amount)] |= 1 << host
        self._hosts = list(accumulate(reversed(self._hosts), or_))[::-1]

    def about(self, need: int) -> int:
        """All hosts that have so much, and perhaps some that have a little less."""
        return self._hosts[bisect_right(self._steps, need)]

    def lower(self, host: int, had: int, has: int) -> None:
        for step in range(bisect_right(self._steps, has), bisect_right(self._steps, had)):
            self._hosts[step + 1] &= ~(1 << host)


def _steps(amounts: set[int]) -> list[int]:
    """The amounts that are asked for, or some of them where they are many."""
    ordered = sorted(amounts)
    return ordered[:: max(1, -(-len(ordered) // MOST_STEPS))]


class Shortage:
    """Which hosts have too little of what, as it is when this is made."""

    def __init__(self, room: Room, roles: frozenset[str]) -> None:
        free = [room.free(host, roles) for host in range(len(room))]
        self._amounts: list[list[int]] = []
        self._with_less: list[list[int]] = []  # for each host in the order of amounts: those that have less
        for i in range(len(RESOURCES)):
            order = sorted(range(len(free)), key=lambda host: free[host][i])
            self._amounts.append([free[host][i] for host in order])
            self._with_less.append(list(accumulate((1 << host for host in order), or_, initial=0)))

    def of(self, needs: Sizes, among: int) -> dict[Why, int]:
        """How many of these hosts are short of what, the largest number first."""
        counts: dict[Why, int] = {}
        for i, why in enumerate(RESOURCES):
            less = bisect_left(self._amounts[i], needs[i])
            counts[why] = (self._with_less[i][less] & among).bit_count()
        ordered = sorted(counts.items(), key=lambda one: -one[1])  # at a tie in the order of `RESOURCES`
        return {why: count for why, count in ordered if count}
