"""The commands and their options; each calls what does the work and turns its answer into an exit code.

What the options mean is said here, where `--help` finds it. The rest of the package is imported by the command that
needs it, so that `--help` and completion are quick.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import audits, fleet, keys, looks, people, policies, quarantined, schedules, sizes, trials
from cli.entrance import IS_JSON, desk_of, give_up, way_of
from cli.sources import Sender
from cli.trouble import NO, Trouble

ABOUT = """What Poolkeeper sees, knows and did, and what it will do next; and a person's word in it.

Exit codes: 0 all well, 1 the answer is no, 2 the command was not understood, 3 the storage or API could not be read."""


class KeepsWords(TyperGroup):
    """Tells what stands before a command whether `--json` stands behind it."""

    def invoke(self, ctx: Any) -> Any:
        ctx.meta[IS_JSON] = "--json" in ctx.args
        return super().invoke(ctx)


# Help without rich: loading it would take longer than all the rest of `--help`.
app = typer.Typer(
    name="poolkeeper",
    cls=KeepsWords,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
quarantine = typer.Typer(help="Work that could not be done.", no_args_is_help=True, rich_markup_mode=None)
for name, group in (
    ("policy", policies.policy),
    ("schedule", schedules.schedule),
    ("size", sizes.size),
    ("audit", audits.audit),
    ("quarantine", quarantine),
):
    app.add_typer(group, name=name)
people.register(app)
trials.register(app)
quarantined.register(quarantine)
fleet.register(app)
looks.register(app)
keys.register(app)


@app.callback(help=ABOUT)
def common(
    context: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option(help="A file like local.settings.json. Counts more than the environment."),
    ] = None,
    api: Annotated[
        str,
        typer.Option(
            help="Ask the app at this address, instead of its storage. Else that of POOLKEEPER_API."
        ),
    ] = "",
    storage: Annotated[
        bool, typer.Option("--storage", help="Straight to the storage, whatever is set.")
    ] = False,
) -> None:
    from cli.desk import Desk, this_desk

    desk = context.obj if isinstance(context.obj, Desk) else this_desk()
    context.obj = desk = replace(desk, settings_file=settings or desk.settings_file)
    context.obj = replace(desk, api=way_of(context, api, storage))


@app.command()
def hear(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="Payloads, JSON; - is stdin."),
    ],
    source: Annotated[Sender, typer.Option(help="Who sends such payloads.")],
    policy_file: Annotated[
        Path | None,
        typer.Option("--policy", exists=True, dir_okay=False, help="The policy; else the app's own."),
    ] = None,
    by_clock: Annotated[
        bool, typer.Option("--by-clock", help="Events and metrics that are too old by now count as such.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Whose metrics these are; an address of a master, or else of an agent.")
    ] = "",
) -> None:
    """Tell what payloads mean, as JSON: signals, or why there are none, or why they are poison.

    A file holds one payload, an array of them, or one on each line; it may be packed with gzip, or in base64 as a
    queue has its messages. Of metrics it tells which rules they would set off. Nothing is sent, stored or
    asked. Exit code 1: a payload, or a part of one, can not be understood. 2: a file can not be read, or there
    is no valid policy.
    """
    from cli.hear import Ground, hear_files
    from cli.speech import say_json

    try:
        answers = hear_files(source, files, Ground.of(desk_of(context), policy_file, host), by_clock)
    except Trouble as trouble:
        give_up(context, trouble)
    say_json(answers)
    raise typer.Exit(0 if all(answer.is_understood for answer in answers) else NO)


def main() -> None:
    """The command line of this process. What its terminal has no sign for is shown as `?`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="poolkeeper")
