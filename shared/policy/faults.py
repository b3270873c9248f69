"""What is wrong with a policy file, exactly enough to repair it without reading the manual.

All faults of a file are told at once, in the order of its lines: an operator who mends one and meets the next, five
times over, starts to work around the check.
"""

from __future__ import annotations

from msgspec import Struct

from shared.errors import Poison

SHOWN = 60
"""Characters of a found value that are repeated; the line number leads to the rest."""

MOST_FAULTS = 100
"""Faults that are told. Who has more has given in the wrong file."""


class Fault(Struct, frozen=True, order=True):
    """`line` and `column` count from 1. `path` is the field, like `clusters.prod.pools.private.capacity.min`, empty
    for the file as a whole. `hint` is empty where there is nothing better to say than what is allowed."""

    line: int
    column: int
    path: str
    found: str
    allowed: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}found {self.found}; allowed: {self.allowed}{hint}"


class PolicyError(Poison):
    """The text is no policy. Nothing of it is obeyed; the last good version stays in force until it is corrected."""

    def __init__(self, source: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{source} has {len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
        self.source = source
        self.faults = faults

    def __str__(self) -> str:
        lines = [f"{self.source}:{fault.line}:{fault.column}: {fault}" for fault in self.faults]
        head = f"{self.why}; nothing of it is in force and the last good version stays; correct these places:"
        return "\n".join([head, *lines])


def shown(text: str) -> str:
    """`text` as it may stand in a message: in quotes, on one line, without control characters, cut short."""
    return f"'{_plain(text)}'"


def joined(path: str, key: str) -> str:
    """The path of `key` inside `path`."""
    return f"{path}.{_plain(key)}" if path else _plain(key)


def _plain(text: str) -> str:
    cut = text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in cut)
