"""The commands that the pages for people tell them to type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.craft.repository import files, text

CLI = ("poolkeeper", "python -m cli")
FIRST_WORDS = "make|python|poolkeeper|az|azd|pip|pipx|func|curl|git"
_FENCED = re.compile(r"^ *```(?:sh|bash|console)?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(rf"^    (?:\$ )?((?:{FIRST_WORDS}) .*)$", re.MULTILINE)
_LINE = re.compile(rf"^ *(?:\$ )?((?:{FIRST_WORDS}) .*)$", re.MULTILINE)
_INLINE = re.compile(r"`((?:make|python -m|poolkeeper|azd|pipx|pip|func) [^`]+)`")


@dataclass(frozen=True)
class Command:
    """As a page has it, without the remark behind it. `around` is the section that it stands in, from heading to
    heading."""

    page: str
    line: str
    around: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(shlex.split(self.line, comments=True))

    @property
    def after_cli(self) -> tuple[str, ...] | None:
        """What follows the name of our own command line; None: it is another command."""
        for name in CLI:
            if self.line.startswith(name + " "):
                return self.words[len(name.split()) :]
        return None


def commands() -> tuple[Command, ...]:
    """Of all pages but the walk, which has a test of its own, each once for each section."""
    pages = [
        path for path in files() if path.suffix == ".md" and path.parts[0] in {"README.md", "docs", "infra"}
    ]
    found = (one for path in pages if path.name != "walk.md" for one in _of_page(str(path), text(path)))
    return tuple(dict.fromkeys(found))


def _of_page(page: str, content: str) -> Iterator[Command]:
    for section in re.split(r"^(?=#+ )", content.replace("\\\n", " "), flags=re.MULTILINE):
        lines = [line for block in _FENCED.findall(section) for line in _LINE.findall(block)]
        lines += [*_INDENTED.findall(section), *(" ".join(one.split()) for one in _INLINE.findall(section))]
        yield from (Command(page, line.strip(), section) for line in lines)
