"""The iCalendar files that a policy names, which lie beside it and travel in its text.

A policy is one text wherever it goes: it is one version, it is kept as the last good one, and what was decided by it
is decided again from it. So whoever reads the file has the iCalendar files that it names written behind it, in lines
that YAML takes for comments, and whoever reads the text takes them off again:

    #:ics ukdays.ics
    #|BEGIN:VCALENDAR
    #|...

A changed iCalendar file is a changed policy by that. One that isn't there, or is too long, is not written behind, and
is then a fault at the line that names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

MOST_ICS_BYTES = 100 * 1024
"""Of one file: all public holidays of a century are about as much. Together with the policy they may have what it may
have."""

MOST_FILES = 20

_NAMED = re.compile(rb"\bics['\"]?:[ ]*['\"]?([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")
_BEHIND = re.compile(r"^#:ics ([A-Za-z0-9][A-Za-z0-9_.-]{0,99})[ \r]*$\n?((?:^#\|.*$\n?)*)", re.MULTILINE)


def read_policy_file(file: Path) -> bytes:
    """The text of the policy in `file`, with the iCalendar files that it names. `OSError` when it can't be read."""
    raw = file.read_bytes()
    return packed(
        raw, {name: text for name in named(raw) if (text := _text_of(file.parent / name)) is not None}
    )


def named(raw: bytes) -> tuple[str, ...]:
    """What may be the names of iCalendar files, in the order of the text, without parsing it: this is asked each time
    that the app looks at its policy."""
    found = dict.fromkeys(one.decode("ascii") for one in _NAMED.findall(raw)) if b"ics" in raw else {}
    return tuple(found)[:MOST_FILES]


def packed(raw: bytes, files: Mapping[str, str]) -> bytes:
    """The text with these files behind it."""
    behind = [
        "\n".join([f"#:ics {name}", *(f"#|{line}" for line in _lines(text))]) for name, text in files.items()
    ]
    return b"\n".join([raw, *(one.encode() for one in behind)]) if behind else raw


def unpacked(text: str) -> tuple[str, dict[str, str]]:
    """The text without the files, and the files by name; of two with one name the later."""
    if "#:ics " not in text:
        return text, {}
    files = {
        name: "\n".join(line.removeprefix("#|").removesuffix("\r") for line in lines.splitlines())
        for name, lines in _BEHIND.findall(text)
    }
    return _BEHIND.sub("", text), files


def _text_of(path: Path) -> str | None:
    try:
        if path.stat().st_size > MOST_ICS_BYTES:
            return None
        return path.read_text("utf-8-sig", "replace")
    except OSError:
        return None


def _lines(text: str) -> list[str]:
    """As `unpacked` tells them apart: every sign that ends a line somewhere ends one here."""
    return text.splitlines()
