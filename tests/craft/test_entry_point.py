"""`function_app.py` registers the doors and does nothing else; each door stays a door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.craft.repository import deployed, text, tree

ENTRY = Path("function_app.py")
DOORS = [path for path in deployed() if path.parts[0] == "functions"]


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_the_entry_point_imports_the_doors_alone() -> None:
    assert imports(ENTRY) == {"azure.functions", "functions"}


def test_the_entry_point_is_short() -> None:
    assert text(ENTRY).count("\n") < 150


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_trigger_function_parses_calls_and_returns(door: Path) -> None:
    long = [
        node.name
        for node in tree(door).body
        if isinstance(node, ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 15
    ]
    assert long == []
