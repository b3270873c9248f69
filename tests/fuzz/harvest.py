"""What a guided run leaves for the next: inputs that reach lines of ours which nothing kept so far reaches.

libFuzzer adds whatever its counters call new, thousands of inputs in ten minutes. Of those the shortest are kept that
reach a new line of the translators, a handful. They lie beside the findings, are tried by the tests ever after, and
the next run begins with them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

from tests.fuzz.findings import Hunt, keep
from tests.fuzz.guided import OURS
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

MOST_BYTES = 4 * 1024
"""A line that only a longer input reaches is left to the next run."""

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = tuple(str(ROOT / room.replace(".", "/")) for room in OURS)

type Line = tuple[str, int]


def harvest(corpus: Path, into: Path) -> list[Path]:
    """Keeps inputs of `corpus` (first byte: number of the target) and returns the new files, shortest first."""
    targets = list(TARGETS)
    inputs = sorted((path.read_bytes() for path in corpus.iterdir()), key=lambda one: (len(one), one))
    kept: list[Path] = []
    with _new_lines() as lines:
        for target in targets:
            for body in seeds(target):
                Hunt().try_one(target, body)
        for one in inputs:
            lines.clear()
            if not 1 < len(one) <= MOST_BYTES:
                continue
            target, hunt = targets[one[0] % len(targets)], Hunt()
            hunt.try_one(target, one[1:])
            if lines and not hunt.found:
                kept.append(keep(into, target, "reaches", one[1:]))
    return kept


@contextmanager
def _new_lines() -> Iterator[set[Line]]:
    """Lines of ours that are reached for the first time come into the set, once each."""
    monitoring = sys.monitoring
    tool, event = monitoring.PROFILER_ID, monitoring.events.LINE
    lines: set[Line] = set()

    def reached(code: CodeType, line: int) -> object:
        if code.co_filename.startswith(FOLDERS):
            lines.add((code.co_filename, line))
        return monitoring.DISABLE

    monitoring.use_tool_id(tool, "harvest")
    monitoring.register_callback(tool, event, reached)
    monitoring.set_events(tool, event)
    monitoring.restart_events()
    try:
        yield lines
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
