"""What came last to a pool for the sake of its spread, in one line: when, and whether it is waited for still."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from cli.speech import styled
from shared.desk.words import ago
from shared.model.ledger import OneMore


def spread_line(came: OneMore, now: datetime) -> Text:
    """`one more was added 3 min ago, and one goes when it has joined; 2 were out of place before that`."""
    before = f"{came.misplaced} out of place before that"
    if came.size:
        return styled(("one more", "yellow"), f" was added {ago(came.at, now)}, one goes for it; {before}")
    return styled(f"one more was added {ago(came.at, now)}; {before}")
