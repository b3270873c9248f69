"""The race of autoscalers as tables: what each rule made of each trace at its own default, then who wins."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.scale.race import SETPOINT, Run
from benchmarks.scale.verdict import Verdict
from benchmarks.table import WIDTH

RUN_COLUMNS = (
    "unmet\ncore-h",
    "waste\ncore-h",
    "cost\n$",
    "actions",
    "flips",
    "tasks\nstopped",
    "with no\nroom",
)
VERDICT_COLUMNS = (
    "unmet,\nours",
    "theirs at\nequal waste",
    "setpoints lost\nof compared",
    "flips,\nours",
    "theirs",
    "at equal\nwaste",
    "least of anybody,\nor with the aim kept",
    "halved",
)


def show(runs: Sequence[Run], found: Sequence[Verdict]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table(title=f"Load followed, at a setpoint of {SETPOINT:.0%}", title_justify="left")
    table.add_column("trace")
    table.add_column("rule")
    for title in RUN_COLUMNS:
        table.add_column(title, justify="right")
    for trace in dict.fromkeys(run.trace for run in runs):
        for run in runs:
            if (run.trace, run.setpoint) == (trace, SETPOINT):
                table.add_row(trace, run.rule, *run_cells(run))
        table.add_section()
    console.print(table)
    console.print(_verdicts(found))


def run_cells(run: Run) -> tuple[str, ...]:
    """As in `RUN_COLUMNS`."""
    return (
        f"{run.unmet:,.1f}",
        f"{run.waste:,.0f}",
        f"{run.cost:,.0f}",
        f"{run.actions:,.0f}",
        f"{run.flips:,.0f}",
        f"{run.stopped:,.0f}",
        f"{run.homeless:,.1f}",
    )


def _verdicts(found: Sequence[Verdict]) -> Table:
    table = Table(title="Poolkeeper against the others", title_justify="left")
    table.add_column("trace")
    table.add_column("other")
    for title in VERDICT_COLUMNS:
        table.add_column(title, justify="right")
    for one in found:
        table.add_row(
            one.trace,
            one.other,
            f"{one.unmet:,.1f}",
            "-" if one.theirs is None else f"{one.theirs:,.1f}",
            f"{one.lost} of {one.compared}",
            f"{one.flips:,.0f}",
            f"{one.their_flips:,.0f}",
            "-" if one.flips_at_waste is None else f"{one.flips_at_waste:,.0f}",
            f"{one.least_flips:,.1f}, {one.least_kept:,.1f}",
            "yes" if one.is_calm else "NO" if one.is_possible else "nobody can",
        )
    return table
