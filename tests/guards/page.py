"""The page of the guards, docs/guards.md, made of what stands above their code: when each says no, and in which words.

    python -m tests.guards.page docs/guards.md

A test compares the page with the code. An operator who reads a reason code in the audit finds here what it means.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared import guards
from shared.guards import Guard

FOLDER = Path(guards.__file__).parent
HEAD = """\
# Guards

Guards alone say yes or no to a remedy. Each is one file in `shared/guards`, and this page is made of what stands there
above the code (`python -m tests.guards.page docs/guards.md`). All of them are asked when something is decided, and all
of the answers are written down, those that allow it too; they are asked again, about readings taken anew, just before
each step that cannot be taken back. A reason code stands in exactly one file.

`python -m cli explain NODE` shows the answers of a decision with their numbers. What a person does about each
code is in [runbooks.md](runbooks.md).
"""
ASKED: dict[str, Sequence[Guard]] = {
    "before an agent is touched": guards.ORDER,
    "before a master is touched": guards.TO_TOUCH_A_MASTER,
    "again when a place in the ledger is taken": guards.AT_THE_BOOKS,
    "before tasks move, and not any more after that": [one for one in guards.ORDER if one in guards.TO_BEGIN],
    "before Mesos is told of a machine that is gone": guards.AFTER_THE_LOSS,
    "before a pool gets its size back": guards.TO_GROW,
    "before a pool gets more than it had": guards.TO_ENLARGE,
    "before a pool has fewer": guards.TO_SHRINK,
    "before a task moves for the sake of the load": guards.TO_RELIEVE,
    "before a body that was kept is taken away": guards.TO_BURY,
    "before an empty machine that came in vain is sent away": guards.TO_SEND_AWAY,
}


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


def codes_of(text: str) -> list[str]:
    """The reason codes that a module refuses with, in the order of its code."""
    functions = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef)]
    return [code for function in functions for code in codes_in(function)]


def page() -> str:
    every = {
        name_of(guard): None
        for guard in (*guards.ORDER, *guards.TO_SHRINK, *guards.TO_RELIEVE, *guards.TO_TOUCH_A_MASTER)
    }
    sets = [f"* {when}: {', '.join(name_of(guard) for guard in asked)}" for when, asked in ASKED.items()]
    return "\n\n".join([HEAD.rstrip(), "\n".join(sets), *(_section(name) for name in every)]) + "\n"


def name_of(guard: Guard) -> str:
    return guard.__module__.rpartition(".")[2]


def _section(name: str) -> str:
    text = (FOLDER / f"{name}.py").read_text("utf-8")
    told = ast.get_docstring(ast.parse(text)) or ""
    title, _, rest = told.partition("\n\n")
    codes = ", ".join(f"`{code}`" for code in codes_of(text))
    asks = " ".join(title.split()).partition(": ")[2]
    return f"## {name}\n\n{asks[0].upper()}{asks[1:]}\n\n{rest}\n\nReason codes: {codes}."


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
