"""The commands by which a person has a word: pause, resume, approve, reject, and the list of what was said.

Options and help are here, `overrides.py` finds out what is meant and says what came of it, `shared/operate/clerk.py`
writes it down.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Cluster, Json, desk_of, give_up, names_of, with_clerk, with_office
from cli.trouble import USAGE, Trouble, trouble_of

if TYPE_CHECKING:
    from cli.answer import Answer
    from shared.desk.archive import Archive
    from shared.desk.office import Office
    from shared.desk.overrides import Said
    from shared.desk.speaker import Speaker
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
    as_json: Json = False,
) -> None:
    """Hands off: nothing is begun, and no step is taken that changes something.

    Holds for the cluster, a pool or a node, until `resume` or for the time of --for, whatever restarts or is
    deployed meanwhile. What Azure was asked for already goes on. Exit code 1: nothing has this name.
    """
    from cli.answer import tell
    from cli.overrides import pause_it

    if desk_of(context).api:
        from cli.saying import pause_there
        from shared.desk.orders import Pause

        order = Pause(why, subject, duration)
        return say_there(context, who, as_json, lambda office: pause_there(office, cluster, order))
    said = speaker(context, who, why, duration)

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await pause_it(archive, clerk, subject, cluster, said), as_json)

    return with_clerk(context, work)


def resume(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="The pool or node. Else the whole cluster.")] = "",
    why: Why = "",
    nodes: Annotated[int | None, typer.Option("--nodes", help="How many nodes this sets free.")] = None,
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Take a pause back.

    Where several nodes wait under it to be helped, their number has to be typed too, with --nodes. Exit code 1: this is
    not paused, or that is not their number.
    """
    from cli.answer import tell
    from cli.overrides import resume_it

    if desk_of(context).api:
        from cli.saying import resume_there
        from shared.desk.orders import Resume

        order = Resume(why, subject, nodes)
        return say_there(context, who, as_json, lambda office: resume_there(office, cluster, order))
    said = speaker(context, who, why or "no reason given", "")

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await resume_it(archive, clerk, (subject, nodes), cluster, said), as_json)

    return with_clerk(context, work)


def approve(
    context: typer.Context,
    incident: Incident,
    why: Why,
    remedy: Annotated[str, typer.Argument(help="Which remedy. Else the one that waits for it.")] = "",
    duration: For = "1h",
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Agree to a remedy for an incident. It is carried out at once, should all guards still agree.

    An approval that is not used within its time has run out. It takes a rejection back. Exit code 1: there is no such
    incident, or nothing to approve.
    """
    from cli.answer import tell
    from cli.overrides import approve_it

    said = speaker(context, who, why, duration)

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await approve_it(archive, clerk, (incident, remedy), cluster, said), as_json)

    with_clerk(context, work)


def reject(
    context: typer.Context,
    incident: Incident,
    why: Why,
    duration: For = "",
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Have no remedy used for an incident, until it ends or for the time of --for. Exit code 1: no such incident."""
    from cli.answer import tell
    from cli.overrides import reject_it

    said = speaker(context, who, why, duration)

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await reject_it(archive, clerk, incident, cluster, said), as_json)

    with_clerk(context, work)


def overrides(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """List what people have said: pauses, approvals, rejections and sizes, who, why and until when."""
    from cli.overrides import show_overrides
    from cli.speech import say_outward
    from shared.desk.asked import OfOverrides
    from shared.desk.pages import MOST

    async def work(office: Office) -> None:
        found: list[Said] = []
        for here in await names_of(office, cluster):
            after, is_more = "", True
            while is_more:
                page = await office.overrides(here, OfOverrides(limit=MOST, after=after))
                found, after = [*found, *page.items], page.next
                is_more = bool(after)
        if as_json:
            say_outward(found)
        else:
            show_overrides(found, desk_of(context).clock.now())

    with_office(context, work)


def say_there(
    context: typer.Context, who: str, as_json: bool, word: Callable[[Office], Awaitable[Answer]]
) -> None:
    """By the API, which knows who says it."""
    from cli.answer import tell

    if who:
        sentence = "Nothing was written: the API knows who says it by the key or the login, leave out --who."
        give_up(context, Trouble(sentence, USAGE))

    async def work(office: Office) -> None:
        tell(await word(office), as_json)

    with_office(context, work)


def speaker(context: typer.Context, who: str, why: str, duration: str) -> Speaker:
    from cli.overrides import speaker_of
    from shared.desk.told import Told

    try:
        return speaker_of(desk_of(context).env, who, why, duration)
    except Told as told:
        give_up(context, trouble_of(told))
    except Trouble as trouble:
        give_up(context, trouble)
