"""What load comes: tasks that begin and end, minute by minute, drawn before anybody scales anything.

    diurnal     a week: nights of 100 cores, days of 500, a weekend of a third of that, 5 % of noise
    step        a day: 150 cores, 400 for twelve hours, 150 again
    spike       two days: 150 cores, and six times 375 for 20 minutes each
    noise       two days around 300 cores; what comes is near to what was, and a third of an hour later is not
    month end   31 days of office hours up to 160 cores, the last three of up to 480

A curve says how many cores are wanted at each minute; tasks of half a core to four are begun and ended at random until
they amount to it. One in 240 ends each minute anyway and another comes, so that machines are never neatly filled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

HALF_CORES = 16
"""Of a machine: eight cores, in halves, so that all sums are exact."""

SIZES, WEIGHTS = (1, 2, 4, 8), (30, 30, 25, 15)
LIVES_MIN = 240
DAY = 1440
WEEKS_BEFORE = {"diurnal": 3}
"""Weeks of the same curve, with noise of their own, so that a forecast has something to look back on. The month is long
enough without."""


@dataclass(frozen=True)
class Minute:
    """Tasks that begin in it, by number and size in half cores, and those that end."""

    begin: tuple[tuple[int, int], ...]
    end: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """`boot_min` is from the order of a machine until tasks can run on it, `price` of one for an hour, in dollars.
    `before` are the cores of the weeks before it, for who looks back."""

    name: str
    minutes: tuple[Minute, ...]
    cores: tuple[float, ...]
    boot_min: int = 5
    price: float = 0.40
    least: int = 2
    most: int = 120
    before: tuple[float, ...] = ()


def trace(name: str, draw: int = 1) -> Trace:
    """One of `CURVES`; the same whenever it is drawn with the same number."""
    cores = CURVES[name](Random(f"{draw} {name}"))
    before: list[float] = []
    for week in range(WEEKS_BEFORE.get(name, 0)):
        before += CURVES[name](Random(f"{draw} {name} {week} before"))
    tasks = tuple(_tasks(cores, Random(f"{draw} {name} tasks")))
    return Trace(name, tasks, tuple(cores), before=tuple(before))


def _tasks(cores: list[float], rng: Random) -> Iterable[Minute]:
    alive: list[tuple[int, int]] = []
    total = number = 0
    due = 0.0
    for wanted in cores:
        ends: list[int] = []
        due += len(alive) / LIVES_MIN
        while alive and (due >= 1 or total > 2 * wanted):
            due -= due >= 1
            place = rng.randrange(len(alive))
            alive[place], alive[-1] = alive[-1], alive[place]
            ended, size = alive.pop()
            ends.append(ended)
            total -= size
        begins: list[tuple[int, int]] = []
        while total < 2 * wanted:
            number += 1
            begins.append((number, rng.choices(SIZES, WEIGHTS)[0]))
            total += begins[-1][1]
        alive += begins
        yield Minute(tuple(begins), tuple(ends))


def _diurnal(rng: Random) -> list[float]:
    return [
        max(20.0, _day(minute, 100, 500 if minute // DAY < 5 else 170) * (1 + 0.05 * noise))
        for minute, noise in enumerate(_noise(7 * DAY, rng))
    ]


def _step(rng: Random) -> list[float]:
    return [
        (400 if 360 <= minute < 1080 else 150) * (1 + 0.02 * noise)
        for minute, noise in enumerate(_noise(DAY, rng))
    ]


def _spike(rng: Random) -> list[float]:
    begins = [200 + 440 * number + rng.randrange(-60, 60) for number in range(6)]
    return [
        (375 if any(begin <= minute < begin + 20 for begin in begins) else 150) * (1 + 0.02 * noise)
        for minute, noise in enumerate(_noise(2 * DAY, rng))
    ]


def _noisy(rng: Random) -> list[float]:
    return [max(20.0, 300 * (1 + 0.12 * noise)) for noise in _noise(2 * DAY, rng)]


def _month_end(rng: Random) -> list[float]:
    found = []
    for minute, noise in enumerate(_noise(31 * DAY, rng)):
        day = minute // DAY
        peak = 480 if day >= 28 else 60 if day % 7 >= 5 else 160
        found.append(max(20.0, _day(minute, 40, peak) * (1 + 0.05 * noise)))
    return found


def _day(minute: int, night: float, noon: float) -> float:
    """Between the two as the sun is, highest at two in the afternoon."""
    height = (1 - math.cos(2 * math.pi * (minute % DAY - 120) / DAY)) / 2
    return night + (noon - night) * height


def _noise(minutes: int, rng: Random, remembers_min: float = 20.0) -> Iterable[float]:
    """Around zero with a deviation of one; what is a third of an hour apart has little to do with each other."""
    keeps, value = math.exp(-1 / remembers_min), 0.0
    for _ in range(minutes):
        value = keeps * value + math.sqrt(1 - keeps * keeps) * rng.gauss(0, 1)
        yield value


CURVES: dict[str, Callable[[Random], list[float]]] = {
    "diurnal": _diurnal,
    "step": _step,
    "spike": _spike,
    "noise": _noisy,
    "month end": _month_end,
}
