"""Habits that the deployed code keeps, looked for in its syntax trees.

Time is a port: `now` is a parameter or comes from a clock, so that tests and simulations can be anywhere in time and
the same inputs give the same decisions. An error that is swallowed is an action that nobody can explain later.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.craft.repository import deployed, python_files, text, tree

# The one place where the real time comes from.
CLOCK = Path("shared/azure/clock.py")

READS_THE_TIME = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
}
BLOCKS = {"time.sleep"}


def called(node: ast.AST) -> str:
    """The last two names of a call: `datetime.now` for `datetime.datetime.now()`."""
    return ".".join(ast.unparse(node.func).split(".")[-2:]) if isinstance(node, ast.Call) else ""


def test_the_time_is_read_in_one_place() -> None:
    found = [
        f"{path}:{node.lineno} {called(node)}"
        for path in deployed()
        if path != CLOCK
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) in READS_THE_TIME
    ]
    assert found == []


def test_nothing_blocks_the_event_loop_to_wait() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in deployed()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) in BLOCKS
    ]
    assert found == []


def catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}


def test_whoever_catches_everything_raises_again() -> None:
    """The Storage trigger would delete the message of an invocation that hides its failure."""
    found = [
        f"{path}:{handler.lineno}"
        for path in deployed()
        for handler in ast.walk(tree(path))
        if isinstance(handler, ast.ExceptHandler)
        and catches_everything(handler)
        and not any(isinstance(node, ast.Raise) for part in handler.body for node in ast.walk(part))
    ]
    assert found == []


def test_nothing_asks_whether_it_is_under_test() -> None:
    words = ("PYTEST_CURRENT_TEST", "sys.modules", "unittest", "pytest")
    found = [f"{path}: {word}" for path in deployed() for word in words if word in text(path)]
    assert found == []


def test_no_work_is_left_for_later() -> None:
    markers = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "NotImplemented" + "Error")
    found = [f"{path}: {marker}" for path in deployed() for marker in markers if marker in text(path)]
    assert found == []


VAGUE = re.compile(
    r"(Manager|Helper|Util|Utils|Processor)(?![a-z])|(^|_)(manager|helper|util|processor)s?($|_)"
)


def test_every_name_says_what_the_thing_is() -> None:
    named = [(path, path.stem) for path in python_files()]
    named += [
        (path, node.name)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [f"{path} {name}" for path, name in named if VAGUE.search(name)] == []


def test_every_test_runs_and_none_replaces_our_own_parts() -> None:
    """A skipped test proves nothing, and a mock of our own class proves that the mock works."""
    forbidden = (
        "pytest.mark.skip",
        "pytest.mark.xfail",
        "pytest.skip",
        "pytest.xfail",
        "pytest.importorskip",
    )
    found = [
        f"{path}:{node.lineno} {ast.unparse(node)}"
        for path in python_files("tests")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and ast.unparse(node).startswith(forbidden))
        or (isinstance(node, ast.ImportFrom) and node.module == "unittest.mock")
        or (isinstance(node, ast.Import) and any(alias.name == "unittest.mock" for alias in node.names))
    ]
    assert found == []
