"""How the commands speak: one console, JSON for programs, times for people, and nothing that a terminal would obey.

Much of what is shown was written by somebody else: an event's text, a body in the quarantine, the name of a machine.
`plain` (of
`shared/desk/words.py`) makes such text safe to print, and everything is printed as rich `Text`, in which brackets are
only brackets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from shared.desk.words import plain

CONDITION_STYLE = {
    "healthy": "green",
    "joining": "cyan",
    "unknown": "yellow",
    "stopped": "yellow",
    "unreachable": "red",
    "gone": "red",
    "stuck": "red",
}
VERDICT_STYLE = {"act": "bold green", "wait": "cyan", "hold": "yellow", "hand_over": "bold red"}


def console(*, to_stderr: bool = False) -> Console:
    """A console of the terminal's width: no markup, no emoji, no highlighting of what is not ours."""
    return Console(stderr=to_stderr, markup=False, emoji=False, highlight=False)


def say(*lines: str | Text | Grid | Padding) -> None:
    """Each on lines of its own, to stdout."""
    out = console()
    for line in lines:
        out.print(Text(plain(line)) if isinstance(line, str) else line)


def say_json(value: Any) -> None:
    """One JSON document to stdout, for programs."""
    encoded = msgspec.json.encode(value, enc_hook=str)
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")


def say_outward(value: Any) -> None:
    """The same, with etags in the form in which the API has them: what an office told, by whichever way."""
    from shared.api.etags import outward

    say_json(outward(msgspec.to_builtins(value)))


def complain(sentence: str) -> None:
    """One sentence to stderr."""
    console(to_stderr=True).print(Text(plain(sentence)), soft_wrap=True)


@contextmanager
def busy(with_what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal while something goes on, with the time that it takes. It takes how many are done, of `total`
    where that is known. To stderr, so that nothing of it gets into a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    out = console(to_stderr=True)
    if not out.is_terminal:
        yield lambda done: None
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(plain(with_what), total=total)
        yield lambda done: bar.update(task, completed=done)


def styled(*parts: tuple[str, str] | str) -> Text:
    """One line of pieces, each plain or with its style."""
    line = Text()
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        line.append(plain(words), style)
    return line


def indented(text: str | Text, columns: int) -> Padding:
    """`text`, all of its lines moved to the right."""
    return Padding(Text(plain(text)) if isinstance(text, str) else text, (0, 0, 0, columns), expand=False)


def grid(*headings: str) -> Grid:
    """A table without lines, its columns as wide as they need; a cell that does not fit is folded, never cut."""
    table = Grid(
        box=None, pad_edge=False, show_header=any(headings), header_style="dim", padding=(0, 2, 0, 0)
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def rows(table: Grid, cells: Iterable[Iterable[str | Text]]) -> Grid:
    for row in cells:
        table.add_row(*(Text(plain(cell)) if isinstance(cell, str) else cell for cell in row))
    return table
