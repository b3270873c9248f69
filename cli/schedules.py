"""The commands about schedules: their options, and what their answers mean for the exit code."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.entrance import Json, desk_of, give_up
from cli.trouble import NO, USAGE, Trouble

schedule = typer.Typer(help="Sizes of pools by the clock.", no_args_is_help=True, rich_markup_mode=None)


@schedule.callback()
def about() -> None:
    """Sizes of pools by the clock."""


@schedule.command("preview")
def schedule_preview(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, YAML.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days.")] = 7,
    begin: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; else today.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The time zone of days and times.")] = "UTC",
    pool: Annotated[str, typer.Option(help="One pool, like private or prod/private; else all.")] = "",
    png: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw it into this file, too.")] = None,
    as_json: Json = False,
) -> None:
    """Show which sizes a policy's schedules give its pools, day by day.

    Of every pool a row for each size that holds and who says so, contradictions, node-hours and, where the pool has
    a price, cost. Exit code 1: the schedules have faults, or contradict themselves. 2: no such file, pool or zone.
    """
    from cli.schedule_preview import Asked, previews, show, show_json

    there = _zone(context, zone)
    first = begin.date() if begin else desk_of(context).clock.now().astimezone(there).date()
    at, end = (
        datetime.combine(day, time(), there).astimezone(UTC) for day in (first, first + timedelta(days))
    )
    try:
        found = previews(Asked(file, at, end, there, pool), as_json)
        if found and png is not None:
            from cli.schedule_chart import draw

            draw(found, png, there)
    except OSError as error:
        give_up(context, Trouble(f"{error.filename or file}: {error.strerror}. Nothing was shown.", USAGE))
    if found is None:
        raise typer.Exit(NO)
    if not found:
        give_up(
            context, Trouble(f"{file} has no pool {pool or 'with schedules'}: nothing can be shown.", USAGE)
        )
    if as_json:
        show_json(found)
    else:
        show(found, there)
    raise typer.Exit(NO if any(one.conflicts for one in found) else 0)


def _zone(context: typer.Context, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, a folder, or a path that leads out
        give_up(context, Trouble(f"There is no time zone {name!r}: give one like Europe/London.", USAGE))
