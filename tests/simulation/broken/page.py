"""The table of broken variants in docs/safety.md: what is missing, and who tells.

    python -m tests.simulation.broken.page docs/safety.md        writes the section anew, the rest of the page stays

In which tale it is told stands beside the variants and not on the page, because it changes with the tales.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.simulation.broken import VARIANTS, Variant

BEGIN, END = "<!-- variants: begin -->", "<!-- variants: end -->"
HEAD = """\
## When a rule is missing

Each line is the product with one rule taken out (`tests/simulation/broken`). The simulation tells it from the product
by the invariant that is broken then, in a tale that the product passes; where the simulated world knows no truth that
the rule defends, a test of its own tells (`tests/simulation/test_broken_variants.py` tries them all).

| when | who tells |
|---|---|
"""


def section() -> str:
    return HEAD + "".join(f"| {one.name} | {_who(one)} |\n" for one in VARIANTS.values())


def _who(variant: Variant) -> str:
    if variant.is_simulated:
        return f"the simulation, by invariant {' or '.join(map(str, variant.tells))}"
    return f"`tests/{variant.test.partition('::')[0]}`: {variant.why}"


def main(path: Path) -> None:
    page = path.read_text("utf-8")
    before, found, rest = page.partition(BEGIN)
    after = rest.partition(END)[2] if found else "\n"
    path.write_text(
        f"{before if found else page.rstrip() + chr(10) * 2}{BEGIN}\n{section()}{END}{after}", "utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
