"""The commands by which a person has a word: pause, resume, approve, reject, and the list of what was said.

Options and help are here, `overrides.py` finds out what is meant and says what came of it, `shared/operate/clerk.py`
writes it down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Cluster, Json, desk_of, give_up, with_archive, with_clerk
from cli.trouble import Trouble

if TYPE_CHECKING:
    from cli.archive import Archive
    from cli.overrides import Speaker
    from shared.operate.clerk import Clerk

Why = Annotated[str, typer.Option("--why", help="The reason, for everybody who asks later.")]
Who = Annotated[str, typer.Option("--who", help="Who says so. Else the user of this computer.")]
For = Annotated[str, typer.Option("--for", help="For how long, such as 45m, 2h or 1d.")]
Incident = Annotated[str, typer.Argument(help="An incident's id, or its node's name or ending.")]


def register(app: typer.Typer) -> None:
    for command in (pause, resume, approve, reject, overrides):
        app.command()(command)


def pause(
    context: typer.Context,
    why: Why,
    subject: Annotated[str, typer.Argument(help="A pool or a node. Else the whole cluster.")] = "",
    duration: For = "",
    cluster: Cluster = None,
    who: Who = "",
) -> None:
    """Hands off: nothing is begun, and no step is taken that changes something.

    Holds for the cluster, a pool or a node, until `resume` or for the time of --for, whatever restarts or is
    deployed meanwhile. What Azure was asked for already goes on. Exit code 1: nothing has this name.
    """
    from cli.overrides import pause_it

    said = speaker(context, who, why, duration)

    async def work(archive: Archive, clerk: Clerk) -> None:
        await pause_it(archive, clerk, subject, cluster, said)

    with_clerk(context, work)


def resume(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="The pool or node. Else the whole cluster.")] = "",
    why: Why = "",
    nodes: Annotated[int | None, typer.Option("--nodes", help="How many nodes this sets free.")] = None,
    cluster: Cluster = None,
    who: Who = "",
) -> None:
    """Take a pause back.

    Where several nodes wait under it to be helped, their number has to be typed too, with --nodes. Exit code 1: this is
    not paused, or that is not their number.
    """
    from cli.overrides import resume_it

    said = speaker(context, who, why or "no reason given", "")

    async def work(archive: Archive, clerk: Clerk) -> None:
        await resume_it(archive, clerk, (subject, nodes), cluster, said)

    with_clerk(context, work)


def approve(
    context: typer.Context,
    incident: Incident,
    why: Why,
    remedy: Annotated[str, typer.Argument(help="Which remedy. Else the one that waits for it.")] = "",
    duration: For = "1h",
    cluster: Cluster = None,
    who: Who = "",
) -> None:
    """Agree to a remedy for an incident. It is carried out at once, should all guards still agree.

    An approval that is not used within its time has run out. It takes a rejection back. Exit code 1: there is no such
    incident, or nothing to approve.
    """
    from cli.overrides import approve_it

    said = speaker(context, who, why, duration)

    async def work(archive: Archive, clerk: Clerk) -> None:
        await approve_it(archive, clerk, (incident, remedy), cluster, said)

    with_clerk(context, work)


def reject(
    context: typer.Context,
    incident: Incident,
    why: Why,
    duration: For = "",
    cluster: Cluster = None,
    who: Who = "",
) -> None:
    """Have no remedy used for an incident, until it ends or for the time of --for. Exit code 1: no such incident."""
    from cli.overrides import reject_it

    said = speaker(context, who, why, duration)

    async def work(archive: Archive, clerk: Clerk) -> None:
        await reject_it(archive, clerk, incident, cluster, said)

    with_clerk(context, work)


def overrides(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """List what people have said: pauses, approvals, rejections and sizes, who, why and until when."""
    from cli.overrides import all_overrides, show_overrides
    from cli.speech import say_json

    async def work(archive: Archive) -> None:
        found = await all_overrides(archive, cluster)
        if as_json:
            say_json(found)
        else:
            show_overrides(found, archive.now)

    with_archive(context, work)


def speaker(context: typer.Context, who: str, why: str, duration: str) -> Speaker:
    from cli.overrides import speaker_of

    try:
        return speaker_of(desk_of(context).env, who, why, duration)
    except Trouble as trouble:
        give_up(trouble)
