"""How the commands speak: one console, JSON for programs, times for people, and nothing that a terminal would obey.

Much of what is shown was written by somebody else: an event's text, a body in the quarantine, the name of a machine.
`plain` makes such text safe to print, and everything is printed as rich `Text`, in which brackets are only brackets.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

SECRET = re.compile(
    r"(?i)\b(sig|signature|code|accountkey|sharedaccesskey|password|secret|client_secret|access_token)"
    r"(\"?\s*[=:]\s*\"?)[^\s&;'\",]+"
)
BEARER = re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+")

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


def complain(sentence: str) -> None:
    """One sentence to stderr."""
    console(to_stderr=True).print(Text(plain(sentence)), soft_wrap=True)


def plain(text: str, *, lines: bool = False) -> str:
    """`text` without what a terminal would obey. With `lines` its line breaks and tabs stay."""
    keep = "\n\t" if lines else ""
    return "".join(char if char.isprintable() or char in keep else f"\\x{ord(char):02x}" for char in text)


def without_secrets(text: str) -> str:
    """`text` with what looks like a key, signature or token left out."""
    return BEARER.sub("Bearer (not shown)", SECRET.sub(r"\1\2(not shown)", text))


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


def clock_time(at: datetime) -> str:
    """`2026-11-22 03:01:04Z`"""
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def span(duration: timedelta) -> str:
    """`4m12s`, `3h05m`, `2d04h`: two units, without a sign."""
    seconds = int(abs(duration.total_seconds()))
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m{seconds % 60:02d}s"
    if seconds < 86400:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02d}m"
    return f"{seconds // 86400}d{seconds % 86400 // 3600:02d}h"


def ago(at: datetime, now: datetime) -> str:
    return f"{span(now - at)} ago"


def due(at: datetime, now: datetime) -> str:
    """`in 40s`, or how long it is overdue. A moment's lateness is the app's usual one."""
    late = now - at
    if late > timedelta(minutes=2):
        return f"overdue by {span(late)}: is the app running?"
    return "now" if late >= timedelta(0) else f"in {span(late)}"


def counted(count: int, thing: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
