"""Every place of the code that calls a person, found in its text, and what docs/runbooks.md says that there is.

A place is a function that makes a `HandOver`, or says `HAND_OVER` or `HANDED_OVER` to somebody; where it only puts that
into a form for others in its file, they are the places. A page's names stand in lines that begin with a word of
`KINDS`, one paragraph each, in backticks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shared.operate.course import GIVE_UP, MAKE_UP, UNDO
from shared.operate.outcomes import HandOver
from shared.operate.plans import PLANS
from tests.craft.repository import ROOT, python_files, text

PAGE = "docs/runbooks.md"
KINDS = ("Reason codes", "Incidents", "Places", "Late steps")
PARTS = ("Means", "Done, not done", "Look", "Do", "Afterwards")
PASSES_ON = {"operate/casebook.py: _brought_up_to_date"}
"""It writes down what a decision says, whoever decided that."""
_SAID = {"Verdict": "HAND_OVER", "OperationState": "HANDED_OVER", "IncidentState": "HANDED_OVER"}


def sections() -> dict[str, str]:
    """The text of each section by its heading; what stands before the first is none."""
    parts = re.split(r"^## (.+)\n", text(Path(PAGE)), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def named(kind: str) -> list[str]:
    """All that the page names of a kind, as often as it does."""
    paragraphs = re.findall(rf"^{kind}: (.+?)(?=\n\n|\n\*|\n[A-Z]|\Z)", text(Path(PAGE)), re.M | re.S)
    return [" ".join(one.split()) for each in paragraphs for one in re.findall(r"`([^`]+)`", each)]


def late_steps() -> set[str]:
    """Names of the steps that hand over when they take too long."""
    every = [step for course in PLANS.values() for step in (*course.steps, UNDO, MAKE_UP, GIVE_UP)]
    return {step.name for step in every if step.late is HandOver}


def places() -> set[str]:
    return {one for path in python_files("shared") for one in _places_in(path)} - PASSES_ON


def _places_in(path: Path) -> Iterator[str]:
    functions = [
        one
        for one in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    saying = [one for one in functions if any(_says(call) for call in _calls(one))]
    forms = {one.name for one in saying if len(one.body) == 1 and isinstance(one.body[0], ast.Return)}
    callers = [one for one in functions if forms & {_called(call) for call in _calls(one)}]
    for one in (*(each for each in saying if each.name not in forms), *callers):
        if not any(inner is not one and inner in ast.walk(one) for inner in saying):
            yield f"{path.as_posix().removeprefix('shared/')}: {one.name}"


def _calls(function: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(function) if isinstance(one, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _says(call: ast.Call) -> bool:
    said = [*call.args, *(one.value for one in call.keywords)]
    return _called(call) == HandOver.__name__ or any(
        isinstance(one, ast.Attribute)
        and isinstance(one.value, ast.Name)
        and _SAID.get(one.value.id) == one.attr
        for one in said
    )
