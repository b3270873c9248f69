"""The sizes that a pool may have now, in one line: who says so, and until when."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from cli.speech import styled
from shared.desk.words import clock_time, due
from shared.model.bounds import Bound, PoolBounds, Source


def size_line(bounds: PoolBounds, now: datetime) -> Text:
    """`10 by office until 19:00, to 40`; in red where what was written contradicts itself."""
    if bounds.target is not None:
        line = Text("to be ").append(_told(bounds.target, now))
    else:
        line = Text("from ").append(_told(bounds.min, now)).append(" to ").append(_told(bounds.max, now))
    for conflict in bounds.conflicts:
        line.append("; ").append(styled((conflict, "bold red")))
    return line


def _told(bound: Bound, now: datetime) -> Text:
    because = bound.because
    if because.source is Source.CAPACITY:
        return Text(str(bound.nodes))
    until = f" until {clock_time(because.until)} ({due(because.until, now)})" if because.until else ""
    return styled((str(bound.nodes), "bold"), f" by {because.name}{until}")
