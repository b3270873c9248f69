"""From any line of the audit the reason code leads to the one file whose rule wrote it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import guards

SHARED = Path(guards.__file__).parents[1]
TEXTS = {path.relative_to(SHARED).as_posix(): path.read_text() for path in sorted(SHARED.rglob("*.py"))}


def codes_in(function: ast.FunctionDef) -> Iterator[str]:
    """The second argument of every `refuse`; where that is the variable of a loop, what the loop goes through."""
    looped = {
        text.value
        for loop in ast.walk(function)
        if isinstance(loop, ast.For)
        for text in ast.walk(loop.iter)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "refuse":
            code = call.args[1]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value
            else:
                yield from sorted(looped)


CODES = [
    (name, code)
    for name, text in TEXTS.items()
    if name.startswith("guards/") and name != "guards/question.py"
    for function in ast.walk(ast.parse(text))
    if isinstance(function, ast.FunctionDef)
    for code in codes_in(function)
]


def test_every_guard_that_is_asked_has_codes() -> None:
    every = (*guards.ORDER, *guards.TO_TOUCH_A_MASTER)
    asked = {f"{guard.__module__.removeprefix('shared.').replace('.', '/')}.py" for guard in every}
    assert {name for name, _ in CODES} == asked


def test_every_code_is_written_once() -> None:
    assert [code for code, count in Counter(code for _, code in CODES).items() if count > 1] == []


@pytest.mark.parametrize(("name", "code"), CODES, ids=[code for _, code in CODES])
def test_a_code_stands_in_no_other_file(name: str, code: str) -> None:
    assert [path for path, text in TEXTS.items() if f'"{code}"' in text or f"'{code}'" in text] == [name]


def test_every_guard_names_itself_as_its_file_does() -> None:
    for name, text in TEXTS.items():
        if any(name == of for of, _ in CODES):
            assert f'GUARD = "{Path(name).stem}"\n' in text
