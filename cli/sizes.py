"""The commands by which a person sets a pool's size: their options. `resize.py` finds out what it means and says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Cluster, Json, desk_of, give_up, with_clerk
from cli.people import For, Who, Why, speaker
from cli.trouble import Trouble

if TYPE_CHECKING:
    from shared.desk.archive import Archive
    from shared.operate.clerk import Clerk

size = typer.Typer(help="A person's word on the size of a pool.", no_args_is_help=True, rich_markup_mode=None)

Pool = Annotated[str, typer.Argument(help="The pool.")]


@size.command("set")
def size_set(
    context: typer.Context,
    pool: Pool,
    why: Why,
    target: Annotated[
        int | None, typer.Option("--target", min=0, max=1000, help="The size, whatever the load.")
    ] = None,
    least: Annotated[int | None, typer.Option("--min", min=0, max=1000, help="The fewest nodes.")] = None,
    most: Annotated[int | None, typer.Option("--max", min=0, max=1000, help="The most nodes.")] = None,
    duration: For = "",
    until: Annotated[
        str, typer.Option("--until", help="Until when, such as 18:00 or 2026-11-23T18:00, instead of --for.")
    ] = "",
    zone: Annotated[str, typer.Option(help="The time zone of --until.")] = "UTC",
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Have a pool this size, before all schedules and load, within its capacity.

    Holds until `size clear`, for the time of --for or until that of --until. A new word takes the place of the one
    before. It tells what follows now. Exit code 1: there is no such pool, or the size is not one that it may have.
    """
    from cli.answer import tell
    from cli.resize import set_size, until_then
    from shared.desk.sizes import Sizes

    said, sizes = speaker(context, who, why, duration), Sizes(least, most, target)
    try:
        said = until_then(said, until, zone, desk_of(context).clock.now()) if until else said
    except Trouble as trouble:
        give_up(context, trouble)

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await set_size(archive, clerk, (pool, cluster), sizes, said), as_json)

    with_clerk(context, work)


@size.command("clear")
def size_clear(
    context: typer.Context,
    pool: Pool,
    why: Why = "",
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Take a size back: schedules and load have the pool again. Exit code 1: nobody has set one."""
    from cli.answer import tell
    from cli.resize import clear_size

    said = speaker(context, who, why or "no reason given", "")

    async def work(archive: Archive, clerk: Clerk) -> None:
        tell(await clear_size(archive, clerk, (pool, cluster), said), as_json)

    with_clerk(context, work)
