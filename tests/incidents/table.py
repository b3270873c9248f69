"""The table of incidents in docs/safety.md, made of the tests: what happened and where it is told is in the docstring
of each test, what must hold is its name.

    python -m tests.incidents.table docs/safety.md        writes the section anew, the rest of the page stays

A test of the same name compares the two, so that the page can not promise what nothing checks.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

BRACKETS = re.compile(r" \([^()]+\)(?=[.:;,]|$)")
BEGIN, END = "<!-- incidents: begin -->", "<!-- incidents: end -->"
HEAD = """\
## Incidents of others, and what holds here

Published accidents of automatic repair and scaling, each played through with the whole product. In none of them a node
that is healthy is destroyed, reimaged, redeployed or marked gone: that is looked at after every one of these tests, in
the true world and not in what the app believes of it (`tests/incidents/stage.py`).

| what happened | told in | what holds | test |
|---|---|---|---|
"""


class Row(Struct, frozen=True):
    """`told_in` is empty for what nobody has published and may happen all the same."""

    story: str
    told_in: str
    holds: str
    file: str


def rows(folder: Path) -> Iterator[Row]:
    """One per test, in the order of files and lines. A test without a story goes on with that of its file, where that
    names a source, and one that begins with "The same" with that of the test before it."""
    for path in sorted(set(folder.glob("test_*.py")) - {folder / "test_the_table.py"}):
        module = ast.parse(path.read_text("utf-8"))
        of_file = ast.get_docstring(module) or ""
        told_in = opening = sources_of(of_file)
        tale = " ".join("".join(of_file.split("\n\n")[1:]).split()) if opening else ""
        for node in module.body:
            if isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef)) and node.name.startswith("test_"):
                story = " ".join((ast.get_docstring(node) or "").split())
                before = told_in if story.startswith("The same") else "" if story else opening
                told_in = sources_of(story) or before
                if not story and tale:
                    story, tale = tale, "The same."
                holds = node.name.removeprefix("test_").replace("_", " ")
                yield Row(BRACKETS.sub("", story), told_in, holds, path.name)


def sources_of(story: str) -> str:
    """What stands in brackets at the end of a sentence."""
    return "; ".join(found.strip(" ()") for found in BRACKETS.findall(" ".join(story.split())))


def section(folder: Path) -> str:
    lines = [f"| {row.story} | {row.told_in} | {row.holds} | `{row.file}` |" for row in rows(folder)]
    return "\n".join([BEGIN, HEAD + "\n".join(lines), END])


def with_section(page: str, folder: Path) -> str:
    """The page with the section as the tests have it now, at its end when it had none."""
    new = section(folder)
    if BEGIN in page and END in page:
        before, _, rest = page.partition(BEGIN)
        return before + new + rest.partition(END)[2]
    return f"{page.rstrip()}\n\n{new}\n".lstrip()


def main(path: Path) -> None:
    page = path.read_text("utf-8") if path.exists() else "# Safety\n"
    path.write_text(with_section(page, Path(__file__).parent), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
