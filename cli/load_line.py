"""What moved last in a pool for the sake of its load, in one line: when, what it was good for, and whether it rests."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from cli.speech import styled
from shared.desk.words import ago, clock_time, due
from shared.model.last_move import LastMove


def load_line(move: LastMove, now: datetime) -> Text:
    """`nothing moves until 03:01: shop.1 of /shop, 95% before, 95% after: it came back to the same agent`."""
    told = f"{move.task} of {move.app}: {move.because}"
    if move.rests_until is not None and move.rests_until > now:
        rests = f"nothing moves until {clock_time(move.rests_until)} ({due(move.rests_until, now)})"
        return styled((rests, "yellow"), f", {told}")
    return styled(f"{ago(move.at, now)} {told}")
