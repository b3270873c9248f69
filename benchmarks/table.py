"""One table of all figures, for a terminal or a file."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, Measured, Unit

WIDTH = 118  # where the output is no terminal


def show(results: Sequence[Measured]) -> None:
    """Print the table, what the ratios are to, and the remarks."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table(title="Benchmarks", title_justify="left")
    for title in ("name", "what"):
        table.add_column(title)
    for title in ("value", "limit", "ratio"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("ok")
    for result in results:
        for figure in result.figures:
            table.add_row(result.name, figure.what, *_numbers(figure), _verdict(figure))
        table.add_section()
    console.print(table)
    for result in results:
        console.print(f"{result.name}: ratios are to {result.yardstick}.", highlight=False)
        for remark in result.remarks:
            console.print(f"    {remark}", highlight=False)


def _numbers(figure: Figure) -> tuple[str, str, str]:
    limit = "-" if figure.limit is None else _written(figure.limit, figure.unit)
    ratio = "-" if figure.ratio is None else f"{figure.ratio:.3g}"
    return _written(figure.value, figure.unit), limit, ratio


def _written(value: float, unit: Unit) -> str:
    digits = {Unit.SECONDS: 2, Unit.MILLISECONDS: 1, Unit.MEGABYTES: 0, Unit.TIMES: 2, Unit.COUNT: 0}[unit]
    return f"{value:.{digits}f} {unit.value}".strip()


def _verdict(figure: Figure) -> str:
    if figure.limit is None:
        return "-"
    return "yes" if figure.is_met else "NO"
