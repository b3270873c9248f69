"""YAML text to a tree in which every key and value knows its line and column.

The tree is built from the parser's events in one loop, without recursion and without constructing a single object
that the text asks for, so what a hostile or broken file can cost is bounded: `MOST_BYTES`, `MOST_NODES`, `DEEPEST`.
Scalars keep their text as it was written. That spares operators the surprises of YAML 1.1, where `1:30` is ninety
and `no` is false; what a text means is decided by the field that it stands in (`values.py`).

Anchors, aliases, merge keys and tags are refused, not followed: they make a file whose meaning at a line is not what
is written on that line, and `defaults` does what they are used for. Next: `read.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from shared.policy.faults import Fault, joined, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 256 * 1024
"""A policy of a hundred clusters has some 100 KB. The last good one is kept in one row of a table (900 KiB), and a
file of this size takes about two seconds to read, which happens only when it changed."""

MOST_NODES = 50_000
DEEPEST = 10
"""The deepest field of a policy is at 7."""

EXPECTED = "a mapping that begins with 'version: 1'"


class Scalar(Struct):
    """One text. `plain` is False when it was written in quotes or as a block."""

    line: int
    column: int
    text: str
    plain: bool


class Listing(Struct):
    """A list."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list["Node"])


class Section(Struct):
    """A mapping: key to the key's place and the value, in the order of the file."""

    line: int
    column: int
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict[str, tuple["Scalar", "Node"]])


class Broken(Struct):
    """A value that cannot be read and has its fault already; readers pass over it."""

    line: int
    column: int


type Node = Scalar | Listing | Section | Broken


def plant(text: str) -> tuple[Node | None, list[Fault]]:
    """The tree of `text`, or None where there is none, and the faults in its form."""
    import yaml

    growth = _Growth()
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):  # type: ignore[no-untyped-call,unused-ignore]
            if not growth.take(event):
                return None, growth.faults
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # Besides its own errors PyYAML lets through those of int() and chr() on absurd directives and escapes.
        growth.faults.extend(_unreadable(text, error))
        return None, growth.faults
    if growth.root is None and not growth.faults:
        growth.fault(1, 1, "an empty file", EXPECTED)
    return growth.root, growth.faults


class _Growth:
    """The tree while it grows. `stack` holds the open sections and lists, each with the key that waits for a value
    and the path that leads to it."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self.nodes = 0
        self.documents = 0
        self.stack: list[tuple[Section | Listing, str]] = []
        self.keys: list[Scalar | None] = []

    def take(self, event: Any) -> bool:
        """Take in one event; False when reading on makes no sense."""
        kind = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        match kind:
            case "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    return self.fault(line, column, "a second document ('---')", "one document")
            case "MappingEndEvent" | "SequenceEndEvent":
                self.stack.pop()
                self.keys.pop()
                if self.keys:
                    self.keys[-1] = None
            case "ScalarEvent":
                self.marks(event, line, column)
                return self.grow(Scalar(line, column, event.value, event.style is None))
            case "AliasEvent":
                self.fault(line, column, f"the alias {shown(event.anchor)}", "the value itself", _NO_ANCHORS)
                return self.grow(Broken(line, column))
            case "MappingStartEvent":
                self.marks(event, line, column)
                return self.grow(Section(line, column))
            case "SequenceStartEvent":
                self.marks(event, line, column)
                return self.grow(Listing(line, column))
        return True

    def marks(self, event: Any, line: int, column: int) -> None:
        """Anchors and tags are faults; the value behind them is read all the same."""
        if event.anchor is not None:
            self.fault(line, column, f"the anchor {shown(event.anchor)}", "the value alone", _NO_ANCHORS)
        if event.tag is not None:
            self.fault(line, column, f"the tag {shown(event.tag)}", "the value alone", "take the tag out")

    def grow(self, node: Node) -> bool:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            return self.fault(
                node.line, node.column, f"more than {MOST_NODES} values", f"{MOST_NODES} values"
            )
        if isinstance(node, Section | Listing) and len(self.stack) == DEEPEST:
            found = f"more than {DEEPEST} values inside each other"
            return self.fault(node.line, node.column, found, "clusters, pools and their fields")
        path = self.inside
        if not self.attach(node):
            return False
        if isinstance(node, Section | Listing):
            self.stack.append((node, path))
            self.keys.append(None)
        return True

    def attach(self, node: Node) -> bool:
        if not self.stack:
            self.root = node
            return True
        parent, _ = self.stack[-1]
        if isinstance(parent, Listing):
            parent.items.append(node)
            return True
        key = self.keys[-1]
        if key is None:
            if not isinstance(node, Scalar):
                return self.fault(node.line, node.column, "a key that is no plain word", "a word as the key")
            self.keys[-1] = node
            return True
        self.pair(parent, key, node)
        return True

    def pair(self, parent: Section, key: Scalar, node: Node) -> None:
        if key.text == "<<" and key.plain:
            self.fault(key.line, key.column, "the merge key <<", "the fields themselves", _NO_ANCHORS)
        elif key.text in parent.entries:
            first = parent.entries[key.text][0].line
            found = f"the key {shown(key.text)} a second time"
            self.fault(key.line, key.column, found, "each key once", f"the first is on line {first}")
        else:
            parent.entries[key.text] = key, node
        if isinstance(node, Scalar | Broken):
            self.keys[-1] = None

    @property
    def inside(self) -> str:
        """The path of what is being read."""
        if not self.stack:
            return ""
        parent, path = self.stack[-1]
        if isinstance(parent, Listing):
            return f"{path}[{len(parent.items)}]"
        key = self.keys[-1]
        return path if key is None else joined(path, key.text)

    def fault(self, line: int, column: int, found: str, allowed: str, hint: str = "") -> bool:
        """Always False, so that a fault that ends the reading can be returned."""
        self.faults.append(Fault(line, column, self.inside, found, allowed, hint))
        return False


_NO_ANCHORS = "anchors, aliases and merge keys are not followed; 'defaults' at the top holds what pools share"
_TABBED = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)


def _unreadable(text: str, error: Exception) -> Iterator[Fault]:
    """What the YAML reader stumbled over, and every line that is indented with tabs, which is often why."""
    tabbed = {text.count("\n", 0, match.start()) + 1 for match in _TABBED.finditer(text)}
    for line in sorted(tabbed):
        yield Fault(line, 1, "", "a tab in the indentation", "spaces", "two spaces for each level")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = getattr(error, "position", None)
    line, column = 1, 1
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
    elif isinstance(position, int):
        before = text[:position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    if line not in tabbed:
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "an impossible number"
        yield Fault(line, column, "", f"text that is not YAML ({problem})", "YAML 1.1")
