"""The race as tables: one line for each repairer, then its medians class by class."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.repair.results import ALL, Result
from benchmarks.table import WIDTH

COLUMNS = (
    "whole\np50",
    "\np95",
    "\nx ours",
    "tasks down\np50",
    "\np95",
    "node-min\nlost",
    "healthy\ndestroyed",
    "cut off\ndestroyed",
    "returning\ndestroyed",
    "all\ndestroyed",
    "tasks\nkilled",
    "volumes\nlost",
    "unre-\nsolved",
)


def show(found: Sequence[Result], times: dict[str, float]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH + 52)
    table = Table(title="Repairers, all traces", title_justify="left")
    table.add_column("")
    for title in COLUMNS:
        table.add_column(title, justify="right")
    for one in found:
        if one.kind == ALL:
            table.add_row(one.system, *cells(one, times.get(one.system)))
    console.print(table)
    console.print(by_class(found))


def by_class(found: Sequence[Result]) -> Table:
    """Median and 95th percentile until the pool was whole, and how many traces were left unresolved."""
    kinds = list(dict.fromkeys(one.kind for one in found if one.kind != ALL))
    table = Table(title="Until the pool was whole, by class: p50 / p95 (unresolved)", title_justify="left")
    table.add_column("")
    for kind in kinds:
        table.add_column(kind, justify="right")
    for system in dict.fromkeys(one.system for one in found):
        own = {one.kind: one for one in found if one.system == system}
        table.add_row(system, *(_class_cell(own[kind]) for kind in kinds))
    return table


def cells(one: Result, times: float | None) -> tuple[str, ...]:
    """As in `COLUMNS`."""
    return (
        written(one.capacity_p50),
        written(one.capacity_p95),
        "" if times is None else f"{times:.1f}",
        written(one.tasks_p50),
        written(one.tasks_p95),
        f"{one.node_minutes_lost:,.0f}",
        str(one.healthy),
        str(one.cut_off),
        str(one.returning),
        str(one.destroyed),
        str(one.tasks_killed),
        str(one.volumes_lost),
        str(one.unresolved),
    )


def written(seconds: float | None) -> str:
    if seconds is None:
        return "> 2 h"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _class_cell(one: Result) -> str:
    left = f" ({one.unresolved})" if one.unresolved else ""
    return f"{written(one.capacity_p50)} / {written(one.capacity_p95)}{left}"
