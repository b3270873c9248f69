"""Host ports, as ranges: those that an agent offers, and those that are in use there.

Mesos writes them as `[1025-2180, 2182-3887]` in its older answers and as a list of ranges in its newer ones. On DC/OS
an agent has some 30,000 of them in a handful of ranges, so they are kept as ranges and never spelt out.
Source: apache/mesos:docs/attributes-resources.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

LAST = 65_535


class Ports(Struct, frozen=True):
    """`ranges` in order, without gaps or overlaps between neighbours, first and last of each included."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> Ports:
        """From ranges in any order; what no port can be is cut off."""
        found: list[tuple[int, int]] = []
        for first, last in sorted((max(0, first), min(last, LAST)) for first, last in ranges):
            if found and first <= found[-1][1] + 1:
                found[-1] = found[-1][0], max(found[-1][1], last)
            elif first <= last:
                found.append((first, last))
        return cls(tuple(found))

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __contains__(self, port: int) -> bool:
        place = bisect_right(self.ranges, (port, LAST))
        return place > 0 and port <= self.ranges[place - 1][1]

    def without(self, others: Ports) -> Ports:
        left: list[tuple[int, int]] = []
        for first, last in self.ranges:
            free = first
            for begin, end in others.ranges:
                if begin > last:
                    break
                if end < free:
                    continue
                if free < begin:
                    left.append((free, begin - 1))
                free = end + 1
            if free <= last:
                left.append((free, last))
        return Ports(tuple(left))

    def common(self, others: Ports) -> Ports:
        """Those that are in both."""
        return self.without(self.without(others))

    def __str__(self) -> str:
        return ", ".join(f"{first}-{last}" for first, last in self.ranges)
