"""Writes docs/walk.md: `python -m tests.walk.page docs/walk.md`. It walks, and shows what it saw."""

from __future__ import annotations

import re
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.walk.play import Seen, walk
from tests.walk.script import WALK, Stop

HEAD = """# A walk through the command line

Two terminals, nothing else, no Azure. In the first one `make run ARGS=--calm`, which prints where its SETTINGS
and its POLICY are. In the second:

    alias poolkeeper="$PWD/.venv/bin/python -m cli --settings SETTINGS"

All of this was seen so on a walk, and a test walks it again.
"""
SHOWN_OF_TERMINAL = 12


def written(seen: Iterable[Seen]) -> str:
    return "\n".join([HEAD, *(block for one in seen for block in _blocks(one))])


def _blocks(seen: Seen) -> Iterable[str]:
    stop = seen.stop
    if stop.text:
        yield paragraph(stop) + "\n"
    for name, text in stop.files:
        yield f"`{name}`:\n\n```yaml\n{text.strip()}\n```\n"
    for before, after in stop.edits:
        sed = (
            f"sed 's/{before}/{after}/' POLICY > {stop.copy}"
            if stop.copy
            else f"sed -i 's/{before}/{after}/' POLICY"
        )
        yield _fenced([f"$ {sed}"])
    if stop.typed:
        yield _fenced([f"> {stop.typed}", *_of_terminal(seen)])
    if stop.command:
        yield command_block(stop, seen.output)
        if seen.code:
            yield f"Its exit code is {seen.code}.\n"
    if stop.seen and not stop.typed:
        yield "Meanwhile in the first terminal:\n"
        yield _fenced(_of_terminal(seen))


def paragraph(stop: Stop) -> str:
    return textwrap.fill(stop.text, 120, break_long_words=False, break_on_hyphens=False)


def command_block(stop: Stop, output: Sequence[str]) -> str:
    """The command, and what it said."""
    cut = [*output[: stop.most], "..."] if len(output) > stop.most else output
    return _fenced([f"$ poolkeeper {stop.command}", *cut])


def _of_terminal(seen: Seen) -> list[str]:
    """Its first lines and the last ones, without what guards say, which `explain` shows better."""
    lines = [line for line in seen.terminal if re.match(r" +\d+\.\d\d s ", line)]
    if len(lines) <= SHOWN_OF_TERMINAL:
        return lines
    half = SHOWN_OF_TERMINAL // 2
    return [*lines[:half], "          ...", *lines[-half:]]


def _fenced(lines: Iterable[str]) -> str:
    return "\n".join(["```", *(line.rstrip() for line in lines), "```", ""])


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        page = written(walk(WALK, Path(directory)))
    Path(sys.argv[1]).write_text(page)


if __name__ == "__main__":
    main()
