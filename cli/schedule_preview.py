"""`schedule preview`: what the schedules of a policy file make of its pools in the time to come.

A row for each size that holds, with the schedules that say so, the contradictions, and what it comes to in node-hours
and money. Nothing is asked of Azure or Mesos. `schedule_chart.py` draws
the same as a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, structs
from rich.text import Text

from cli.policy_check import tell_faults
from cli.speech import grid, rows, say, say_json, styled
from shared.decide.preview import Preview, Row, preview
from shared.desk.words import counted, span
from shared.policy.beside import read_policy_file
from shared.policy.faults import PolicyError
from shared.policy.load import load

FIRST_CONFLICTS = 20


class Asked(Struct, frozen=True):
    """What is to be shown. `pool` is a pool's name, or its cluster's and its own as in `prod/private`; empty: all.
    Times are shown in `zone`."""

    file: Path
    begin: datetime
    end: datetime
    zone: ZoneInfo
    pool: str = ""


def previews(asked: Asked, as_json: bool) -> tuple[Preview, ...] | None:
    """Of every pool that is asked for and has schedules, in the order of the file. None when the file has faults, which
    are then shown. `OSError` when it cannot be read."""
    raw = read_policy_file(asked.file)
    try:
        policy = load(raw, str(asked.file))
    except PolicyError as error:
        tell_faults(asked.file, raw, error.faults, as_json)
        return None
    return tuple(
        preview(cluster.name, pool, asked.begin, asked.end)
        for cluster in policy.clusters
        for pool in cluster.pools
        if pool.schedules and asked.pool in ("", pool.name, f"{cluster.name}/{pool.name}")
    )


def show_json(found: Sequence[Preview]) -> None:
    """For programs; times are in UTC."""
    say_json([{**structs.asdict(one), **_worked_out(one)} for one in found])


def _worked_out(one: Preview) -> dict[str, Any]:
    return {"node_hours": one.node_hours, "cost": one.cost, "conflicts": list(one.conflicts)}


def show(found: Sequence[Preview], zone: ZoneInfo) -> None:
    """Each pool as a table, with what is to be told of it."""
    for one in found:
        _show_pool(one, zone)


def _show_pool(one: Preview, zone: ZoneInfo) -> None:
    say("", styled((f"{one.cluster}/{one.pool}", "bold"), f"  times in {zone.key}"))
    table = grid("from", "until", "for", "nodes", "by")
    say(rows(table, (_cells(row, zone) for row in one.rows)))
    say(_total(one))
    for line in _conflicts(one, zone):
        say(line)
    if one.unheard:
        say(styled(("decides nothing in this time: ", "yellow"), ", ".join(one.unheard)))


def _cells(row: Row, zone: ZoneInfo) -> Iterator[str | Text]:
    yield _local(row.begin, zone)
    yield _local(row.end, zone)
    yield span(row.end - row.begin)
    sizes = f"{row.min} to {row.max}" if row.min < row.max else f"{row.min}"
    yield styled((sizes, "red" if row.conflicts else "bold" if row.target is not None else ""))
    yield ", ".join(row.by) or "capacity"


def _total(one: Preview) -> str:
    least, most = one.node_hours
    hours = f"{least:,.0f} to {most:,.0f}" if round(least) != round(most) else f"{least:,.0f}"
    if one.cost is None:
        return f"node-hours: {hours}"
    low, high = (f"{amount:,.2f}" for amount in one.cost)
    return f"node-hours: {hours}; cost: {low if low == high else f'{low} to {high}'}"


def _conflicts(one: Preview, zone: ZoneInfo) -> Iterator[Text]:
    for conflict, where in list(one.conflicts.items())[:FIRST_CONFLICTS]:
        times = counted(len(where), "time")
        yield styled(
            ("conflict: ", "bold red"), f"{conflict} ({times}, first at {_local(where[0].begin, zone)})"
        )
    if len(one.conflicts) > FIRST_CONFLICTS:
        yield styled(("conflicts: ", "bold red"), f"{len(one.conflicts) - FIRST_CONFLICTS} more")


def _local(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 2026-11-23 07:00`"""
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}"
