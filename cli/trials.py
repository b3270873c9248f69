"""The commands that look at the world themselves, or at one that was saved: options and help are here, the work is in
`what_if.py` and `doctor.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.entrance import Cluster, Json, desk_of, give_up
from cli.trouble import NO, USAGE, Trouble

snapshot = typer.Typer(
    help="A cluster as it is at one moment, kept in a file.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    app.add_typer(snapshot, name="snapshot")
    app.command()(decide)
    app.command()(doctor)


@snapshot.command("save")
def save(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it, JSON.")],
    over: Annotated[bool, typer.Option("--over", help="Write over a file that is there.")] = False,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Read everything that the app decides by, and keep it.

    Azure, the masters and the app's storage are asked, with your own credentials and from this computer; nothing is
    changed. What can't be read is in the file as that, and is told. No secrets are in it, but names and addresses.
    Exit code 1: there is no such cluster. 2: the file can't be written, or there are several clusters. 3: the storage
    could not be read.
    """
    from cli.speech import busy, say_json
    from cli.what_if import save_snapshot, show_kept

    try:
        with busy("asking Azure, the masters and the storage"):
            kept = save_snapshot(desk_of(context), file, cluster, over)
    except Trouble as trouble:
        give_up(context, trouble)
    if as_json:
        say_json(kept)
    else:
        show_kept(kept)


def decide(
    context: typer.Context,
    as_from: Annotated[
        Path, typer.Option("--snapshot", exists=True, dir_okay=False, help="A saved snapshot.")
    ],
    policy_file: Annotated[
        Path | None,
        typer.Option(
            "--policy", exists=True, dir_okay=False, help="By this policy; else by the one of then."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what would be decided, with each guard's answer; nothing is asked and nothing is done.

    The same snapshot and policy give the same answer, on any computer. What somebody told only with an event (a
    deletion, say) is in it as far as an incident has it. Exit code 1: the policy has faults, or does not know the
    cluster. 2: this is no snapshot.
    """
    from cli.speech import say_json
    from cli.what_if import decide_on, policy_for, show_what_if, snapshot_in

    try:
        saved = snapshot_in(as_from)
        policy = policy_for(saved, policy_file, as_json)
        if policy is None:
            raise typer.Exit(NO)
        found = decide_on(saved, policy)
    except Trouble as trouble:
        give_up(context, trouble)
    except OSError as error:
        give_up(context, Trouble(f"{policy_file} can not be read ({error.strerror}).", USAGE))
    if as_json:
        say_json(found)
    else:
        show_what_if(found)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """See whether everything is there that the app needs, and what to do where it is not.

    Looks at settings, storage, the policy in force, the age of the last sweep and event, what Azure lets one read,
    every master, and clocks; by the app's settings, with your own credentials, from this computer. A row is written
    and deleted again. Exit code 0: nothing is wrong, though something may be unknown. 1: something is wrong.
    """
    from cli.doctor import examine, show_report
    from cli.speech import busy, say_json

    with busy("looking at storage, Azure and the masters"):
        report = examine(desk_of(context))
    if as_json:
        say_json({"is_well": report.is_well, "at": report.at, "findings": report.findings})
    else:
        show_report(report)
    raise typer.Exit(0 if report.is_well else NO)
