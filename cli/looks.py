"""The commands that look: status, incidents, bodies, explain. Options and help are here; what is shown is in the file
of that name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Cluster, Json, desk_of, with_office

if TYPE_CHECKING:
    from shared.desk.office import Office


def register(app: typer.Typer) -> None:
    for command in (status, incidents, bodies, explain):
        app.command()(command)


def status(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """Show the pools, what is open, and what happens next.

    Of every pool its wanted size, its nodes by condition, the use of its ledger, and a storm if there is
    one. As last remembered: nothing is asked of Azure or Mesos. Exit code 0, also while incidents are
    open.
    """
    from cli.finding import clusters_of
    from cli.seen import seen
    from cli.speech import busy, say_outward
    from cli.status import as_data, show_status

    async def work(office: Office) -> None:
        now, found = desk_of(context).clock.now(), []
        views = await clusters_of(office, cluster)
        with busy("reading clusters", len(views)) as tell:
            for done, view in enumerate(views):
                tell(done)
                found.append(await seen(office, view))
        policy = await office.policy()
        if as_json:
            say_outward(as_data(policy, found, now))
        else:
            show_status(policy, found, now)

    with_office(context, work)


def incidents(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are over instead.")] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Of how many days, with --closed.")] = 30,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """List what is wrong, or what was.

    The open incidents with their decision and what happens next, or the closed ones with their outcome.
    """
    from cli.finding import clusters_of
    from cli.seen import closed_ones, seen
    from cli.speech import say_json
    from cli.status import show_closed, show_opened

    async def work(office: Office) -> None:
        now, chosen = desk_of(context).clock.now(), await clusters_of(office, cluster)
        if closed:
            over = await closed_ones(office, [one.name for one in chosen], now - timedelta(days=days))
            return say_json(over) if as_json else show_closed(over)
        found = [await seen(office, one) for one in chosen]
        if as_json:
            return say_json([one.incident for each in found for one in each.incidents])
        return show_opened(found, now)

    with_office(context, work)


def bodies(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """List the failed machines that are kept for somebody to look at, and until when."""
    from cli.bodies import show_bodies
    from cli.finding import names_of
    from cli.speech import say_json

    async def work(office: Office) -> None:
        found = [one for here in await names_of(office, cluster) for one in await office.bodies(here)]
        if as_json:
            say_json(found)
        else:
            show_bodies(found, desk_of(context).clock.now())

    with_office(context, work)


def explain(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="A node's name or its ending, or an incident's id.")],
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Tell why, by which numbers, and what is next.

    Of a node or incident: what was heard, judged and decided, every guard's answer, the steps that were
    done and when,
    and what happens next and when. Exit code 1: nothing, or more than one thing, has this name.
    """
    from cli.explain import show_case
    from cli.finding import case_of
    from cli.speech import busy, say_json

    async def work(office: Office) -> None:
        with busy("looking it up"):
            case = await office.explain(*await case_of(office, subject, cluster))
        if as_json:
            say_json(case)
        else:
            show_case(case, desk_of(context).clock.now())

    with_office(context, work)
