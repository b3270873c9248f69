"""A pool as `status` shows it: its nodes by condition, how much of its limits is used, and what it waits for."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from cli.forecast_line import forecast_line
from cli.load_line import load_line
from cli.size_line import size_line
from cli.speech import CONDITION_STYLE, grid, rows, say, styled
from cli.spread_line import spread_line
from shared.desk.pools import Evicted, PoolStatus
from shared.desk.words import ago, clock_time, due
from shared.policy.schema import Mode

MOST = 20  # nodes that were lost again and again of which it tells


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
    if pool.evicted is not None:
        lines.append(("  spot", _spot_line(pool.evicted)))
    for failed in pool.unjoined:
        why = f"no machine joined for {failed.node}, ordered {ago(failed.since, now)}: nothing is replaced"
        lines.append(("  joining", styled((why, "bold red"))))
    worst = sorted(pool.flapping.items(), key=lambda each: (-each[1].day, each[0]))
    lines += [
        ("  flapping", styled((name, "yellow"), f" was lost {losses}")) for name, losses in worst[:MOST]
    ]
    say(rows(grid("", ""), lines))


def _spot_line(evicted: Evicted) -> Text:
    taken = f"Azure took {evicted.hour} of its machines within the hour, {evicted.day} within the day"
    return styled(
        (f"{taken}: others grow in its place", "bold red") if evicted.is_wave else (taken, "yellow")
    )
