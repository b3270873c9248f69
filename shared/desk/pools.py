"""A pool in numbers: its nodes by condition, how much of its limits is used, and what it waits for. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from shared.decide.evictions import is_in_wave
from shared.judge.flapping import Losses, losses_among
from shared.model.bounds import PoolBounds
from shared.model.incidents import Incident
from shared.model.last_move import LastMove
from shared.model.ledger import Ledger, NoRoom, OneMore, Unjoined
from shared.model.sizes import is_size
from shared.model.sweeps import PoolRoll
from shared.policy.schema import Mode, PoolPolicy
from shared.scale.forecast import Forecast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Use(Struct, frozen=True):
    """How much of a limit is used."""

    used: int
    limit: int


class Evicted(Struct, frozen=True):
    """How many of its spot machines Azure took within the last hour and day, and whether that is a wave."""

    hour: int
    day: int
    is_wave: bool


class PoolStatus(Struct, frozen=True):
    pool: str
    mode: Mode
    wanted: int | None
    extra: int
    nodes: int
    conditions: Mapping[str, int]
    at_once: Use
    hour: Use
    day: Use
    storm_since: datetime | None
    storm_until: datetime | None
    no_room: NoRoom | None
    unjoined: tuple[Unjoined, ...]
    flapping: Mapping[str, Losses]
    bounds: PoolBounds | None = None
    """The sizes that it may have now, where the clock, its load or a person moves it."""
    forecast: Forecast | None = None
    """What is foreseen, where the policy has a forecast."""
    moved: LastMove | None = None
    """What moved there last for the sake of its load."""
    one_more: OneMore | None = None
    """What came there last for the sake of its spread."""
    evicted: Evicted | None = None
    """None: no spot machine was taken within the last day."""
    counted_at: datetime | None = None
    """When its nodes were counted: at the last sweep. None: now, for no sweep has told of them yet."""


def pool_status(
    pool: PoolPolicy, book: Ledger, roll: PoolRoll, opened: list[Incident], now: datetime
) -> PoolStatus:
    """The pool in numbers. A node without an incident is healthy once its agent has joined."""
    ill = {
        incident.node: incident.condition.value
        for incident in opened
        if incident.pool == pool.name and not is_size(incident.node)
    }
    nodes = max(roll.nodes, len(ill))
    joining = len(set(roll.joining) - ill.keys())
    conditions = Counter(ill.values())
    conditions["joining"] += joining
    conditions["healthy"] += max(0, nodes - len(ill) - joining)
    total = max(nodes, book.wanted or 0)
    limits = pool.disruption
    storming = book.storm_until is not None and book.storm_until > now
    return PoolStatus(
        pool=pool.name,
        mode=pool.mode,
        wanted=book.wanted,
        extra=book.extra,
        nodes=nodes,
        conditions={name: count for name, count in sorted(conditions.items()) if count},
        at_once=Use(sum(not entry.urgent for entry in book.active), limits.at_once.of(total)),
        hour=Use(sum(at > now - HOUR for at in book.started), limits.per_hour),
        day=Use(sum(at > now - DAY for at in book.started), limits.per_day),
        storm_since=book.storm_since if storming else None,
        storm_until=book.storm_until if storming else None,
        no_room=book.no_room,
        unjoined=book.unjoined,
        flapping=_flapping(roll, now),
        one_more=book.one_more,
        evicted=_evicted(pool, book, now),
    )


def _evicted(pool: PoolPolicy, book: Ledger, now: datetime) -> Evicted | None:
    day = [one.at for one in book.evictions if one.at > now - DAY]
    is_wave = is_in_wave(book, pool.scaling.spot if pool.scaling is not None else None, now)
    return Evicted(sum(at > now - HOUR for at in day), len(day), is_wave) if day else None


def _flapping(roll: PoolRoll, now: datetime) -> dict[str, Losses]:
    losses = {name: losses_among(times, now) for name, times in sorted(roll.lost.items())}
    return {name: one for name, one in losses.items() if one.is_flapping}
