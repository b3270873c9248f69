"""The commands about the policy: options and help are here, the work is in `policy_check.py` and `policy_push.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.entrance import Json, desk_of, give_up
from cli.trouble import NO, USAGE, Trouble

policy = typer.Typer(help="The policy.", no_args_is_help=True, rich_markup_mode=None)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, YAML.")]


@policy.command("check")
def check(context: typer.Context, file: File, as_json: Json = False) -> None:
    """Tell every fault of a policy file with its line, and advice with the incident behind it.

    Exit code 0: valid, with or without advice. 1: it has faults and would not be obeyed. 2: no such file.
    """
    from cli.policy_check import check_policy

    try:
        is_valid = check_policy(file, as_json, desk_of(context).clock.now())
    except OSError as error:
        give_up(
            context,
            Trouble(f"{file} can not be read ({error.strerror}): give a policy that you may read.", USAGE),
        )
    raise typer.Exit(0 if is_valid else NO)


@policy.command("diff")
def diff(
    context: typer.Context,
    file: File,
    other: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Another one, for what FILE is replaced by."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what a policy changes, field by field, with what lets the app do more first.

    With one file: against what is in force, as the app keeps it in storage. With two: from FILE to OTHER, and no
    storage is asked. What is only written otherwise is no difference. Exit code 0, also where there is one. 1: a
    file has faults.
    """
    from cli.policy_push import difference_of
    from cli.speech import say_json

    try:
        found = difference_of(desk_of(context), file, other, as_json)
    except Trouble as trouble:
        give_up(context, trouble)
    if found is None:
        raise typer.Exit(NO)
    if as_json:
        say_json(found)
    else:
        from cli.policy_push import show_difference

        show_difference(found)


@policy.command("push")
def push(
    context: typer.Context,
    file: File,
    why: Annotated[str, typer.Option("--why", help="The reason, for everybody who asks later.")],
    pools: Annotated[
        int | None, typer.Option("--pools", help="How many pools begin to be touched by it, where some do.")
    ] = None,
    who: Annotated[str, typer.Option("--who", help="Who says so. Else the user of this computer.")] = "",
    as_json: Json = False,
) -> None:
    """Put a policy where the app finds it: into its storage account.

    It is checked, and what it changes is shown. Where pools begin to be touched by it, their number has to be typed
    with --pools. The app obeys it from its next look on, if its setting POOLKEEPER_POLICY_FILE is `storage`; the
    iCalendar files beside it go with it. Who pushed it, and why, is in the audit. Exit code 1: it has faults, that is
    not the number, or somebody else has pushed meanwhile.
    """
    from cli.acting import who_says
    from cli.policy_push import push_policy, show_push
    from cli.speech import say_json
    from cli.trouble import trouble_of
    from shared.desk.speaker import speaker_of
    from shared.desk.told import Told

    me = who_says(context, who)
    try:
        said = speaker_of(me, why)
        found = push_policy(desk_of(context), (file, as_json), said, pools)
    except Told as told:
        give_up(context, trouble_of(told))
    except Trouble as trouble:
        give_up(context, trouble)
    if found is None:
        raise typer.Exit(NO)
    if as_json:
        say_json(found)
    else:
        show_push(found)
