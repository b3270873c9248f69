"""Sizes by the clock: the bounds of many pools at an instant, and a year of one pool.

How: 200 pools with 50 schedules each, no two of their 10,000 lines alike: workdays, single weekdays, days of the month,
the last day, the nth weekday, in six zones, spans and steps, a quarter of them with a calendar. Asked is what each look
of the app asks: the bounds of every pool with a lead of ten minutes. Limits: 100 ms for all pools, 2 s for a year's
preview of 50 schedules.

Cold is the first look after a policy was read: every line is parsed and its last and next beginning are searched. Warm
is each further look; a minute goes by from one to the next, and of a day's looks the slowest is told as well: the one
at which most schedules began since the last. The limit is for warm looks. The cold one happens once in the life of an
instance and policy, and is told without being judged.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import product
from statistics import median
from typing import Any

from benchmarks.figures import Figure, Measured, Unit, median_ms, rank
from shared.calendar.cron import cron
from shared.decide.preview import preview
from shared.decide.schedule import bounds_at
from shared.policy.schedules import Calendar, Schedule
from shared.policy.schema import Capacity, PoolPolicy

POOLS, EACH = 200, 50
NOW = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
LEAD, MINUTE = timedelta(minutes=10), timedelta(minutes=1)
LOOKS = 240
LIMIT_MS, LIMIT_YEAR_MS = 100.0, 2000.0
DAYS = (
    "* * MON-FRI",
    "* * *",
    "* * SAT,SUN",
    "L * *",
    "1,15 * *",
    "* * 1#1",
    "* * L5",
    "* */3 MON",
    "1-7 * *",
)
ZONES = ("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
HOLIDAYS = Calendar(name="holidays", country="GB", subdivision="ENG", dates=frozenset({date(2026, 12, 24)}))


def measure() -> Measured:
    cold_ms, pools = _cold()
    warm = [_look_ms(pools, NOW + minute * MINUTE) for minute in range(1, LOOKS + 1)]
    year_ms = median_ms(lambda: preview("prod", _pool(0), NOW, NOW + timedelta(days=365)), times=3)
    yardstick = _parse_ms()
    rows = len(preview("prod", _pool(0), NOW, NOW + timedelta(days=365)).rows)
    what = f"bounds of {POOLS} pools with {EACH} schedules each"
    figures = (
        Figure(f"{what}, warm, median of {LOOKS}", median(warm), Unit.MILLISECONDS, LIMIT_MS, yardstick),
        Figure(f"{what}, warm, 99th of 100", rank(warm, 0.99), Unit.MILLISECONDS, LIMIT_MS, yardstick),
        Figure(f"{what}, cold", cold_ms, Unit.MILLISECONDS, None, yardstick),
        Figure(f"a year's preview of {EACH} schedules", year_ms, Unit.MILLISECONDS, LIMIT_YEAR_MS, yardstick),
    )
    remarks = (
        f"the slowest of {LOOKS} warm looks, a minute apart: {max(warm):.0f} ms",
        f"the year has {rows:,} rows",
    )
    return Measured("schedule", f"reading the {POOLS * EACH:,} cron lines alone", figures, remarks)


def _cold() -> tuple[float, list[PoolPolicy]]:
    """The first look at all pools, and the pools. Holidays are loaded before: that is once in a process."""
    pools = [_pool(number) for number in range(POOLS)]
    bounds_at(_pool(POOLS), NOW)
    cron.cache_clear()
    return _look_ms(pools, NOW), pools


def _look_ms(pools: list[PoolPolicy], now: datetime) -> float:
    begun = time.perf_counter()
    for one in pools:
        bounds_at(one, now, (), LEAD)
    return (time.perf_counter() - begun) * 1000


def _parse_ms() -> float:
    lines = [one.cron for number in range(POOLS) for one in _pool(number).schedules]
    cron.cache_clear()
    begun = time.perf_counter()
    for line in lines:
        cron(line)
    return (time.perf_counter() - begun) * 1000


LINES = [f"{minute} {hour} {day}" for day, hour, minute in product(DAYS, range(24), range(60))]


def _pool(number: int) -> PoolPolicy:
    return PoolPolicy(
        name=f"pool-{number}",
        scale_set=f"pool-{number}-vmss",
        capacity=Capacity(min=1, max=100),
        schedules=tuple(_schedule(number * EACH + place) for place in range(EACH)),
    )


def _schedule(number: int) -> Schedule:
    """Neighbours differ in everything; 7919 has no divisor in common with the number of lines."""
    size = 2 + number % 30
    sizes: dict[str, Any] = (
        {"min": size},
        {"max": size + 40},
        {"min": size, "max": size + 40},
        {"target": size},
    )[number % 4]
    return Schedule(
        name=f"s-{number}",
        cron=LINES[number * 7919 % len(LINES)],
        zone=ZONES[number % len(ZONES)],
        lasts=None if number % 5 == 0 else timedelta(hours=1 + number % 14),
        besides=HOLIDAYS if number % 4 == 1 else None,
        **sizes,
    )
