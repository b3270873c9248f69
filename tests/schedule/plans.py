"""Pools with schedules, written shortly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.model.bounds import Because, PoolBounds, Resize
from shared.policy.schedules import Schedule
from shared.policy.schema import Capacity, PoolPolicy

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LONDON = "Europe/London"


def at(text: str) -> datetime:
    """UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entry(name: str, cron: str, lasts: timedelta | None = None, zone: str = "UTC", **says: Any) -> Schedule:
    return Schedule(name=name, cron=cron, zone=zone, lasts=lasts, **says)


def pool(*schedules: Schedule, least: int = 1, most: int = 40) -> PoolPolicy:
    return PoolPolicy(
        name="private", scale_set="private-vmss", capacity=Capacity(min=least, max=most), schedules=schedules
    )


def word(since: str, until: str | None = None, who: str = "ann", **says: Any) -> Resize:
    return Resize(who=who, why="a launch", since=at(since), until=at(until) if until else None, **says)


def sizes(bounds: PoolBounds) -> tuple[int, int, int | None]:
    """Min, max, target."""
    return bounds.min.nodes, bounds.max.nodes, bounds.target.nodes if bounds.target else None


def names(bounds: PoolBounds) -> tuple[str, ...]:
    """Who says the min, the max, and the target where there is one."""
    said = [bounds.min, bounds.max, *([bounds.target] if bounds.target else [])]
    return tuple(one.because.name for one in said)


def reason(bounds: PoolBounds) -> Because:
    """Of the fewest nodes."""
    return bounds.floor.because
