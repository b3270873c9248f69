"""How things are said to people, wherever it is: times as people read them, and nothing that a terminal would obey.

Much of what is shown was written by somebody else: an event's text, a body in the quarantine, the name of a machine.
`plain` makes such text safe to print, `without_secrets` leaves out what looks like a key.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

SECRET = re.compile(
    r"(?i)\b(sig|signature|code|accountkey|sharedaccesskey|password|secret|client_secret|access_token)"
    r"(\"?\s*[=:]\s*\"?)[^\s&;'\",]+"
)
BEARER = re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+")


def plain(text: str, *, lines: bool = False) -> str:
    """`text` without what a terminal would obey. With `lines` its line breaks and tabs stay."""
    keep = "\n\t" if lines else ""
    return "".join(char if char.isprintable() or char in keep else f"\\x{ord(char):02x}" for char in text)


def without_secrets(text: str) -> str:
    """`text` with what looks like a key, signature or token left out."""
    return BEARER.sub("Bearer (not shown)", SECRET.sub(r"\1\2(not shown)", text))


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
