"""The templates in infra/, read by a parser of Bicep: what stands there, by file.

The parser tells texts and names apart no more than that a text with an expression in it keeps its `${...}`. That is
enough to see which properties are set, and to what where a property knows only some words.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from pycep import BicepParser

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"

type Tree = dict[str, Any]


class Declared(Struct, frozen=True):
    """A resource or a module of a template: `config` is what stands between its braces, `kind` its type and version,
    or its file."""

    file: str
    name: str
    kind: str
    config: Tree
    exists: bool = False


def files() -> list[str]:
    return sorted(str(path.relative_to(INFRA)) for path in INFRA.rglob("*.bicep"))


@cache
def parsed(file: str) -> Tree:
    """Raises what the parser raises when it is no Bicep."""
    return dict(BicepParser().parse(text=(INFRA / file).read_text()))


def resources() -> Iterator[Declared]:
    for file in files():
        for name, one in parsed(file).get("resources", {}).items():
            kind = f"{one['type']}@{one['api_version']}"
            yield Declared(file, name, kind, _plain(one["config"]), bool(one["existing"]))


def modules() -> Iterator[Declared]:
    for file in files():
        for name, one in parsed(file).get("modules", {}).items():
            beside = (INFRA / file).parent / one["detail"]["path"]
            yield Declared(file, name, str(beside.relative_to(INFRA)), _plain(one["config"]))


def variable(file: str, name: str) -> Any:
    return parsed(file)["variables"][name]["value"]


def _plain(config: Tree) -> Tree:
    """What stands inside of a loop or a condition."""
    while "config" in config and ("loop_type" in config or "condition" in config):
        config = config["config"]
    return config


def found_in(tree: Any, key: str) -> Iterator[Any]:
    """Every value that stands under this key, however deep."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from found_in(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from found_in(value, key)
