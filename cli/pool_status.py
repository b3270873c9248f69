"""A pool as `status` shows it: its nodes by condition, how much of its limits is used, and what it waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from rich.text import Text

from cli.foreseen import forecast_line
from cli.load_line import load_line
from cli.size_line import size_line
from cli.speech import CONDITION_STYLE, ago, clock_time, due, grid, rows, say, styled
from cli.spread_line import spread_line
from shared.judge.flapping import Losses, losses_of
from shared.model.bounds import PoolBounds
from shared.model.incidents import Incident
from shared.model.last_move import LastMove
from shared.model.ledger import Ledger, NoRoom, OneMore, Unjoined
from shared.model.nodes import NodeMemory
from shared.model.sizes import is_size
from shared.policy.schema import Mode, PoolPolicy
from shared.scale.forecast import Forecast

MOST = 20  # nodes that were lost again and again of which it tells
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Use(Struct, frozen=True):
    """How much of a limit is used."""

    used: int
    limit: int


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


def pool_status(
    pool: PoolPolicy, book: Ledger, inventory: list[NodeMemory], opened: list[Incident], now: datetime
) -> PoolStatus:
    """The pool in numbers. A node without an incident is healthy once its agent has joined."""
    conditions = {
        memory.name: "healthy" if memory.joined_at else "joining"
        for memory in inventory
        if memory.pool == pool.name
    }
    conditions |= {
        incident.node: incident.condition.value
        for incident in opened
        if incident.pool == pool.name and not is_size(incident.node)
    }
    total = max(len(conditions), book.wanted or 0)
    limits = pool.disruption
    storming = book.storm_until is not None and book.storm_until > now
    return PoolStatus(
        pool=pool.name,
        mode=pool.mode,
        wanted=book.wanted,
        extra=book.extra,
        nodes=len(conditions),
        conditions=dict(sorted(Counter(conditions.values()).items())),
        at_once=Use(sum(not entry.urgent for entry in book.active), limits.at_once.of(total)),
        hour=Use(sum(at > now - HOUR for at in book.started), limits.per_hour),
        day=Use(sum(at > now - DAY for at in book.started), limits.per_day),
        storm_since=book.storm_since if storming else None,
        storm_until=book.storm_until if storming else None,
        no_room=book.no_room,
        unjoined=book.unjoined,
        flapping=_flapping(pool, inventory, now),
        one_more=book.one_more,
    )


def _flapping(pool: PoolPolicy, inventory: list[NodeMemory], now: datetime) -> dict[str, Losses]:
    losses = {memory.name: losses_of(memory, now) for memory in inventory if memory.pool == pool.name}
    return {name: one for name, one in losses.items() if one.is_flapping}


def show_pool(cluster: str, pool: PoolStatus, now: datetime) -> None:
    mode_style = "bold green" if pool.mode is Mode.ENFORCE else "bold yellow"
    say(styled((f"{cluster}/{pool.pool}", "bold"), "  ", (pool.mode.value, mode_style)))
    nodes = Text(f"{pool.nodes} remembered, wanted {'not yet known' if pool.wanted is None else pool.wanted}")
    if pool.extra:
        nodes.append(f" and {pool.extra} more, not made up for when they go", "yellow")
    for condition, count in pool.conditions.items():
        nodes.append(" · ").append(f"{count} {condition}", CONDITION_STYLE.get(condition, ""))
    limits = ((pool.at_once, "at once"), (pool.hour, "this hour"), (pool.day, "today"))
    ledger = Text(" · ").join(
        Text(f"{use.used} of {use.limit} {when}", "yellow" if use.used >= use.limit else "")
        for use, when in limits
    )
    storm = styled("none")
    if pool.storm_since is not None and pool.storm_until is not None:
        until = f"rests until {clock_time(pool.storm_until)} or longer ({due(pool.storm_until, now)})"
        storm = styled((f"since {clock_time(pool.storm_since)}", "bold red"), f", {until}")
    lines: list[tuple[str, Text]] = [("  nodes", nodes), ("  ledger", ledger), ("  storm", storm)]
    if pool.bounds is not None:
        lines.insert(1, ("  size", size_line(pool.bounds, now)))
    if pool.forecast is not None:
        lines.append(("  forecast", forecast_line(pool.forecast)))
    if pool.moved is not None:
        lines.append(("  load", load_line(pool.moved, now)))
    if pool.one_more is not None:
        lines.append(("  spread", spread_line(pool.one_more, now)))
    if pool.no_room is not None:
        short, asked = pool.no_room, f", it is asked again {due(pool.no_room.until, now)}"
        none = styled((f"none since {clock_time(short.since)}", "bold red"), f" ({short.code}){asked}")
        lines.append(("  room", none))
    for failed in pool.unjoined:
        why = f"no machine joined for {failed.node}, ordered {ago(failed.since, now)}: nothing is replaced"
        lines.append(("  joining", styled((why, "bold red"))))
    worst = sorted(pool.flapping.items(), key=lambda each: (-each[1].day, each[0]))
    lines += [
        ("  flapping", styled((name, "yellow"), f" was lost {losses}")) for name, losses in worst[:MOST]
    ]
    say(rows(grid("", ""), lines))
