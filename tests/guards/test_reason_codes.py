"""From any line of the audit the reason code leads to the one file whose rule wrote it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from shared import guards
from tests.guards.page import codes_of, page

SHARED = Path(guards.__file__).parents[1]
TEXTS = {path.relative_to(SHARED).as_posix(): path.read_text() for path in sorted(SHARED.rglob("*.py"))}


CODES = [
    (name, code)
    for name, text in TEXTS.items()
    if name.startswith("guards/") and name != "guards/question.py"
    for code in codes_of(text)
]


def test_every_guard_that_is_asked_has_codes() -> None:
    every = (*guards.ORDER, *guards.TO_SHRINK, *guards.TO_RELIEVE, *guards.TO_TOUCH_A_MASTER)
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


def test_the_page_of_the_guards_says_what_stands_above_their_code() -> None:
    written = SHARED.parent / "docs/guards.md"
    remedy = "python -m tests.guards.page docs/guards.md"
    assert written.read_text("utf-8") == page(), f"write it anew: {remedy}"
