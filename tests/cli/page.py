"""The page `docs/cli.md`: every command with its words and options, as typer has them.

Written anew by

    python -m tests.cli.page docs/cli.md

A test holds it. What is said of a command is its own help, so there is one place for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from cli.main import app

HEAD = """\
# The command line

Made from the commands themselves (`python -m tests.cli.page docs/cli.md`); a test holds it. `poolkeeper` is what
`pipx install .` makes of it; `python -m cli` is the same in a checkout. `--help` behind any command has its part of
this page.

It reads and writes the app's storage, with the app's own settings or those of `--settings FILE`, and needs no running
app: who is asked at night why nothing happens must get an answer when the app is what does not happen. The same can be
read and said by [HTTP](api.md).

## By the API

Who may not read the storage asks the app: `--api https://APP.azurewebsites.net` before the command, or that address in
`POOLKEEPER_API`; with a key in `POOLKEEPER_MY_KEY`, or with `POOLKEEPER_API_AUDIENCE` (the app's application id URI)
and a login to Azure. Everything that is shown or said of clusters, and the quarantine, goes both ways and prints the
same; `--storage` goes straight to the storage, whatever is set. `decide`, `doctor`, `hear`, `key`, `policy`,
`schedule` and `snapshot` work on files, on this computer, or need more than the app tells: with `--api` they say so,
with exit code 2, and do nothing. Who says something by the API is told by the credentials, not by `--who`; an answer
that gets lost on the way is asked for again, and what was said is done once. Credentials go out over https only, but
for this machine, and no redirection is followed.

## What moves many machines

`size set`, `size clear` and `resume` ask for the number of machines that they move, where they are several: at a
terminal it is asked for, in a script it is `--nodes`. `replace` takes the whole name of its node. What is wrong writes
nothing.

## What it ends with

| exit code | |
|---|---|
| 0 | all is well |
| 1 | the answer is no: faults, a broken chain, nothing of that name, a number that is not theirs |
| 2 | the command was not understood, or a file that it names can't be used |
| 3 | the storage or the API could not be read |

The answer goes to stdout, what went wrong to stderr: what happened, what was not done, what to do next.

## For programs

`--json` makes of the answer one JSON document. Commands that write answer with that of the [API](api.md)'s actions.
When the answer is a sentence on stderr, the document is `{"error": "...", "exit_code": 1}`; a command that can't be
parsed at all (exit code 2) has none.

## Completion

`eval "$(_POOLKEEPER_COMPLETE=source_bash poolkeeper)"` completes commands and options in this shell; `source_zsh` and
`source_fish` are the words of others. With `--install-completion` the shell at hand does so from now on, and
`--show-completion` prints what that would write.

## All commands

"""
UNTOLD = {"--json", "--cluster", "--who"}
OF_MANY = """\
These options mean the same wherever they are: `--json` one JSON document instead of text, `--cluster` this cluster
alone, `--who` who says so (else the user of this computer).
"""


def commands(group: Any = None, *path: str) -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, by its words."""
    group = typer.main.get_command(app) if group is None else group
    for name, one in sorted(group.commands.items()):
        if hasattr(one, "commands"):
            yield from commands(one, *path, name)
        else:
            yield " ".join((*path, name)), one


def page() -> str:
    found = list(commands())
    index = "".join(f"| [{name}](#{anchor(name)}) | {_first(one)} |\n" for name, one in found)
    sections = "\n".join(_section(name, one) for name, one in found)
    return f"{HEAD}| | |\n|---|---|\n{index}\n{OF_MANY}\n{sections}"


def anchor(name: str) -> str:
    return name.replace(" ", "-")


def _first(command: Any) -> str:
    return " ".join(str(command.help).split("\n\n", 1)[0].split())


def _section(name: str, command: Any) -> str:
    told = "\n\n".join(" ".join(part.split()) for part in str(command.help).split("\n\n"))
    rows = [_row(one) for one in command.params if not UNTOLD.intersection(one.opts)]
    common = [f"`{one.opts[0]}`" for one in command.params if UNTOLD.intersection(one.opts)]
    table = f"\n| | |\n|---|---|\n{''.join(rows)}" if rows else ""
    also = f"\nAlso {', '.join(common)}.\n" if common else ""
    return f"### {name}\n\n{told}\n{table}{also}"


def _row(one: Any) -> str:
    needed = ", always" if one.required else ""
    return f"| `{_as_typed(one)}`{needed} | {one.help or ''}{_choices(one)}{_unless(one)} |\n"


def _as_typed(one: Any) -> str:
    if one.param_type_name == "argument":
        return str(one.name).upper() + ("..." if one.nargs == -1 else "")
    return str(one.opts[0])


def _choices(one: Any) -> str:
    kind = one.type_descriptor.annotation
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return ""
    return f" One of {', '.join(f'`{each.value}`' for each in kind)}."


def _unless(one: Any) -> str:
    value = one.default.value if isinstance(one.default, Enum) else one.default
    return "" if value in (None, "", False) else f" Else `{value}`."


def main() -> None:
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
