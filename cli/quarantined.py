"""The commands about the quarantine: list, show, replay, drop. Options and help are here; `quarantine.py` shows what is
there, `replay.py` has it tried once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Json, Newest, desk_of, with_clerk, with_store
from cli.people import Who, Why, speaker

if TYPE_CHECKING:
    from shared.desk.archive import Archive
    from shared.operate.clerk import Clerk
    from shared.ports.store import Store

Row = Annotated[str, typer.Argument(help="The row, as `quarantine list` shows it, or its ending.")]


def register(group: typer.Typer) -> None:
    for name, command in (("list", list_all), ("show", show), ("replay", replay), ("drop", drop)):
        group.command(name)(command)


def list_all(context: typer.Context, number: Newest = 50, as_json: Json = False) -> None:
    """List what is in the quarantine, newest first, with its age, the reason, and what it is about."""
    from cli.quarantine import show_list
    from cli.speech import say_json
    from shared.desk.quarantine import quarantined

    async def work(store: Store) -> None:
        items = await quarantined(store)
        if as_json:
            say_json(items[:number])
        else:
            show_list(items, number, desk_of(context).clock.now())

    with_store(context, work)


def show(context: typer.Context, row: Row, as_json: Json = False) -> None:
    """Show one thing in the quarantine with its body, and how its incident or operation stands.

    Exit code 1: there is no such row.
    """
    from cli.quarantine import show_item
    from cli.speech import say_json
    from shared.desk.quarantine import quarantined_row, shown_item

    async def work(store: Store) -> None:
        now = desk_of(context).clock.now()
        item = await shown_item(store, *await quarantined_row(store, row), now)
        if as_json:
            say_json(item)
        else:
            show_item(item, now)

    with_store(context, work)


def replay(
    context: typer.Context,
    row: Row,
    why: Why,
    again: Annotated[bool, typer.Option("--again", help="Also when it was replayed before.")] = False,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Have it tried once more, after its cause was mended.

    The app judges anew, by what is so now: of what was heard more than ten minutes ago only a look at its cluster is
    left. Exit code 1: there is no such row, it was replayed before, or it could not be worked on now either.
    """
    from cli.answer import tell
    from cli.replay import replay_it

    said = speaker(context, who, why, "")

    async def work(archive: Archive, clerk: Clerk) -> None:
        settings = desk_of(context).settings()
        tell(await replay_it(archive, clerk, settings, (row, again), said), as_json)

    with_clerk(context, work)


def drop(context: typer.Context, row: Row, why: Why, who: Who = "", as_json: Json = False) -> None:
    """Take it out of the quarantine for good. The audit keeps that it was there, without its body.

    Exit code 1: there is no such row.
    """
    from cli.answer import tell
    from cli.replay import drop_it

    said = speaker(context, who, why, "")

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await drop_it(archive, clerk, desk_of(context).settings(), row, said), as_json)

    with_clerk(context, work)
