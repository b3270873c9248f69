"""The page of what the app tells of its own work, docs/telemetry.md, made of the list of measures and of the parts of a
repair.

    python -m tests.telemetry.page docs/telemetry.md

A test compares the page with the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from shared.telemetry import parts, traces
from shared.telemetry.measures import MEASURES
from tests.telemetry.prose import AFTER, HEAD


def page() -> str:
    rows = [
        f"| `{one.name}` | {one.kind.value} | {one.unit} | {', '.join(one.facts)} | {one.meaning} |"
        for one in MEASURES
    ]
    table = ["| number | kind | unit | told apart by | meaning |", "|---|---|---|---|---|", *rows]
    return "\n".join(
        [
            HEAD,
            "## One repair, one trace",
            "",
            *_block(traces.__doc__),
            "Its time, in seven parts:",
            "",
            *_block(parts.__doc__),
            "## Numbers",
            "",
            *table,
            "",
            AFTER,
        ]
    )


def _block(docstring: str | None) -> list[str]:
    """What a module says of itself, with its drawing kept as it is."""
    lines = (docstring or "").strip().splitlines()
    drawn = [number for number, line in enumerate(lines) if line.startswith("    ")]
    first, last = drawn[0], drawn[-1]
    return [
        *lines[:first],
        "```",
        *(line[4:] for line in lines[first : last + 1]),
        "```",
        *lines[last + 1 :],
        "",
    ]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
