"""The commands by which a person has a word: pause, resume, approve, reject, replace, and the list of what was said.

Whom it is for is found in `finding.py`; the office looks at it, writes it down and says what follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.acting import act, again, who_says
from cli.entrance import Cluster, Json, desk_of, with_office

if TYPE_CHECKING:
    from cli.answer import Answer
    from shared.desk.office import Office
    from shared.desk.overrides import Said
    from shared.desk.pages import Page

Why = Annotated[str, typer.Option("--why", help="The reason, for everybody who asks later.")]
Who = Annotated[str, typer.Option("--who", help="Who says so. Else the user of this computer.")]
For = Annotated[str, typer.Option("--for", help="For how long, such as 45m, 2h or 1d.")]
Incident = Annotated[str, typer.Argument(help="An incident's id, or its node's name or ending.")]
Node = Annotated[str, typer.Argument(help="A node's name or its ending.")]


def register(app: typer.Typer) -> None:
    for command in (pause, resume, approve, reject, replace, keep, overrides):
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
    from cli.answer import Answer
    from cli.finding import meant
    from shared.desk.orders import Pause

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        here, about = await meant(office, subject, cluster)
        done = await office.pause(here, Pause(why, about, duration), me)
        back = f"resume {about} --cluster {here}".replace("  ", " ")
        return Answer(done, again(context, back), "takes it back")

    act(context, as_json, word)


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

    Where several nodes wait under it to be helped, their number has to be typed too, with --nodes or when it is asked
    for. Exit code 1: this is not paused, or that is not their number.
    """
    from cli.answer import Answer
    from cli.finding import meant
    from shared.desk.orders import Resume

    me = who_says(context, who)

    async def word(office: Office, typed: int | None) -> Answer:
        here, about = await meant(office, subject, cluster)
        return Answer(await office.resume(here, Resume(why, about, typed), me))

    act(context, as_json, word, nodes)


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
    from cli.answer import Answer
    from cli.finding import open_incident
    from shared.desk.orders import Approve

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        here, found = await open_incident(office, incident, cluster)
        done = await office.approve(here, found.id, Approve(why, remedy, duration), me)
        return Answer(done, again(context, f"explain {found.node}"), "tells how far it is")

    act(context, as_json, word)


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
    from cli.answer import Answer
    from cli.finding import open_incident
    from shared.desk.orders import Reject

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        here, found = await open_incident(office, incident, cluster)
        done = await office.reject(here, found.id, Reject(why, duration), me)
        return Answer(done, again(context, f"approve {found.id} REMEDY --why ..."), "takes it back")

    act(context, as_json, word)


def replace(
    context: typer.Context,
    node: Annotated[str, typer.Argument(help="The node's whole name: an ending is not enough for this.")],
    why: Why,
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Have another machine in this one's place, whatever its condition. All guards are asked.

    Its successor joins first, where it still works, then its tasks move, then it is destroyed with its disks. Exit
    code 1: no node has this whole name.
    """
    from cli.answer import Answer
    from cli.finding import node_named
    from shared.desk.orders import Replace

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        here, name = await node_named(office, node, cluster)
        done = await office.replace_node(here, name, Replace(why, node), me)
        return Answer(done, again(context, f"keep {name} --cluster {here} --why ..."), "takes it back")

    act(context, as_json, word)


def keep(
    context: typer.Context,
    node: Node,
    why: Why,
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Take the wish for another machine back. Exit code 1: nobody wants another in place of this one."""
    from cli.answer import Answer
    from cli.finding import node_named
    from shared.desk.orders import Keep

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        return Answer(await office.keep_node(*await node_named(office, node, cluster), Keep(why), me))

    act(context, as_json, word)


def overrides(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """List what people have said: pauses, approvals, rejections and sizes, who, why and until when."""
    from cli.finding import everything, names_of
    from cli.overrides import show_overrides
    from cli.speech import say_outward
    from shared.desk.asked import OfOverrides
    from shared.desk.pages import MOST

    async def work(office: Office) -> None:
        found: list[Said] = []
        for here in await names_of(office, cluster):

            async def some(after: str, here: str = here) -> Page[Said]:
                return await office.overrides(here, OfOverrides(limit=MOST, after=after))

            found += await everything(some)
        if as_json:
            say_outward(found)
        else:
            show_overrides(found, desk_of(context).clock.now())

    with_office(context, work)
