"""The commands and their options; each calls one function that does the work and turns its answer into an exit code.

What the options mean is said here, where `--help` finds it. The rest of the package is imported by the command that
needs it, so that `--help` and completion are quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NO, USAGE = 1, 2

app = typer.Typer(
    name="poolkeeper",
    help="What Poolkeeper sees, knows and did, and what it will do next. Reads only; changes nothing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
policy = typer.Typer(help="The policy file.", no_args_is_help=True)
app.add_typer(policy, name="policy")

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]


@app.callback()
def common() -> None:
    """What Poolkeeper sees, knows and did, and what it will do next. Reads only; changes nothing."""


@policy.command("check")
def policy_check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, YAML.")],
    as_json: Json = False,
) -> None:
    """Tell every fault of a policy file with its line, and advice with the incident behind it.

    Exit code 0: valid, with or without advice. 1: it has faults and would not be obeyed. 2: no such file.
    """
    from cli.policy_check import check_policy
    from cli.speech import complain

    try:
        is_valid = check_policy(file, as_json)
    except OSError as error:
        complain(f"{file} can not be read ({error.strerror}); give a policy file that you may read.")
        raise typer.Exit(USAGE) from None
    raise typer.Exit(0 if is_valid else NO)


def main() -> None:
    """The command line of this process."""
    app(prog_name="poolkeeper")
