"""Compares the shape of answers: which fields there are and of which type, not what they say.

The shape of a document is the set of its paths with their types; the elements of a list share one path. Integers and
floats differ, because Mesos writes 3.0 where it means a number of the old API and 3 where it means one of the new.
"""

from dataclasses import dataclass
from typing import Any

Shape = dict[str, set[str]]


def shape_of(document: Any, path: str = "") -> Shape:
    """Path to the names of its types; the empty list and the empty object have a type, but nothing below."""
    shape: Shape = {path: {type(document).__name__}}
    children: list[tuple[str, Any]] = []
    if isinstance(document, dict):
        children = [(f"{path}.{name}", value) for name, value in document.items()]
    elif isinstance(document, list):
        children = [(f"{path}[]", value) for value in document]
    for below, value in children:
        for found, types in shape_of(value, below).items():
            shape.setdefault(found, set()).update(types)
    return shape


@dataclass(frozen=True)
class Difference:
    """What a document lacks, has too much, or has of another type, against a recorded one."""

    lacking: frozenset[str]
    extra: frozenset[str]
    differing: frozenset[str]


def compare(recorded: Any, ours: Any) -> Difference:
    theirs, mine = shape_of(recorded), shape_of(ours)
    both = theirs.keys() & mine.keys()
    return Difference(
        lacking=frozenset(theirs.keys() - mine.keys()),
        extra=frozenset(mine.keys() - theirs.keys()),
        differing=frozenset(path for path in both if mine[path] - theirs[path]),
    )
