"""Small files, one thing each. The budget is 400 lines; 150 to 300 are usual."""

from __future__ import annotations

import ast

from tests.craft.repository import python_files, text, tree

MOST_LINES = 400
MOST_TEST_LINES = 300
MOST_FUNCTION_LINES = (
    60  # one screen is about 40; a long docstring with its numbered conditions may take the rest
)

# Files above the budget, each with its size today. An entry may shrink or go; none may be added or grow.
LARGER: dict[str, int] = {}


def budget(name: str) -> int:
    return MOST_TEST_LINES if name.startswith("tests/") else MOST_LINES


def test_no_file_exceeds_its_budget() -> None:
    sizes = {path.as_posix(): text(path).count("\n") for path in python_files()}
    too_large = {name: size for name, size in sizes.items() if size > LARGER.get(name, budget(name))}
    assert too_large == {}


def test_no_exception_from_the_budget_is_kept_longer_than_needed() -> None:
    sizes = {path.as_posix(): text(path).count("\n") for path in python_files()}
    assert {name: size for name, size in LARGER.items() if sizes.get(name) != size} == {}


def test_a_function_fits_on_a_screen() -> None:
    too_long = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files("functions", "shared", "simulator", "cli", "benchmarks", "tooling")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert too_long == []


def test_every_module_opens_with_its_story() -> None:
    silent = [
        str(path) for path in python_files() if text(path).strip() and not ast.get_docstring(tree(path))
    ]
    assert silent == []
