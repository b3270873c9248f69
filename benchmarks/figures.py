"""What a benchmark hands back: figures with their limits, the yardstick that they are compared with, and remarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Unit(StrEnum):
    """How a value is written."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MEGABYTES = "MB"
    TIMES = "x"
    COUNT = ""


@dataclass(frozen=True)
class Figure:
    """One line of the table. `value` and `limit` are in `unit`, `yardstick` too. A figure without a limit is told and
    not judged."""

    what: str
    value: float
    unit: Unit
    limit: float | None = None
    yardstick: float | None = None

    @property
    def is_met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    @property
    def ratio(self) -> float | None:
        return self.value / self.yardstick if self.yardstick else None


@dataclass(frozen=True)
class Measured:
    """All figures of one benchmark. `yardstick` says what the ratios are to."""

    name: str
    yardstick: str
    figures: tuple[Figure, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_met(self) -> bool:
        return all(figure.is_met for figure in self.figures)


def rank(values: list[float], share: float) -> float:
    """The value at `share` (0 to 1) of the sorted values: of 60, the share 0.99 is the largest."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median_ms(work: Callable[[], object], times: int = 9) -> float:
    """Milliseconds that `work` takes, the median of so many runs after one that is not counted."""
    work()
    taken: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
