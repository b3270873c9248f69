"""The commands about the quarantine: list, show, replay, drop. Options and help are here; `quarantine.py` shows what is
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.acting import act, again, who_says
from cli.entrance import Json, Newest, desk_of, with_office
from cli.people import Who, Why

if TYPE_CHECKING:
    from cli.answer import Answer
    from shared.desk.office import Office
    from shared.desk.pages import Page
    from shared.desk.quarantine import Item

Row = Annotated[str, typer.Argument(help="The row, as `quarantine list` shows it, or its ending.")]


def register(group: typer.Typer) -> None:
    for name, command in (("list", list_all), ("show", show), ("replay", replay), ("drop", drop)):
        group.command(name)(command)


def list_all(context: typer.Context, number: Newest = 50, as_json: Json = False) -> None:
    """List what is in the quarantine, newest first, with its age, the reason, and what it is about."""
    from cli.finding import everything
    from cli.quarantine import show_list
    from cli.speech import say_outward
    from shared.desk.asked import OfQuarantine
    from shared.desk.pages import MOST

    async def work(office: Office) -> None:
        async def some(after: str) -> Page[Item]:
            return await office.quarantine(OfQuarantine(limit=MOST, after=after))

        items = await everything(some)
        if as_json:
            say_outward(items[:number])
        else:
            show_list(items, number, desk_of(context).clock.now())

    with_office(context, work)


def show(context: typer.Context, row: Row, as_json: Json = False) -> None:
    """Show one thing in the quarantine with its body, and how its incident or operation stands.

    Exit code 1: there is no such row.
    """
    from cli.finding import row_of
    from cli.quarantine import show_item
    from cli.speech import say_outward

    async def work(office: Office) -> None:
        item = await office.quarantined(await row_of(office, row))
        if as_json:
            say_outward(item)
        else:
            show_item(item, desk_of(context).clock.now())

    with_office(context, work)


def replay(
    context: typer.Context,
    row: Row,
    why: Why,
    once_more: Annotated[bool, typer.Option("--again", help="Also when it was replayed before.")] = False,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Have it tried once more, after its cause was mended.

    The app judges anew, by what is so now: of what was heard more than ten minutes ago only a look at its cluster is
    left. Exit code 1: there is no such row, it was replayed before, or it could not be worked on now either.
    """
    from cli.answer import Answer
    from cli.finding import row_of
    from shared.desk.orders import Replay

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        done = await office.replay(await row_of(office, row), Replay(why, once_more), me)
        return Answer(done, again(context, "incidents"), "tells how far it is")

    act(context, as_json, word)


def drop(context: typer.Context, row: Row, why: Why, who: Who = "", as_json: Json = False) -> None:
    """Take it out of the quarantine for good. The audit keeps that it was there, without its body.

    Exit code 1: there is no such row.
    """
    from cli.answer import Answer
    from cli.finding import row_of
    from shared.desk.orders import Drop

    me = who_says(context, who)

    async def word(office: Office, _: int | None) -> Answer:
        return Answer(await office.drop(await row_of(office, row), Drop(why), me))

    act(context, as_json, word)
