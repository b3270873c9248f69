"""The commands by which a person sets a pool's size: their options. What it means is found out by the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.acting import act, again, who_says
from cli.entrance import Cluster, Json, desk_of, give_up
from cli.people import For, Who, Why
from cli.trouble import USAGE, Trouble

if TYPE_CHECKING:
    from cli.answer import Answer
    from shared.desk.office import Office

size = typer.Typer(help="A person's word on the size of a pool.", no_args_is_help=True, rich_markup_mode=None)

Pool = Annotated[str, typer.Argument(help="The pool.")]
Moved = Annotated[
    int | None, typer.Option("--nodes", help="How many machines come or go by that, where several.")
]


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
    nodes: Moved = None,
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Have a pool this size, before all schedules and load, within its capacity.

    Holds until `size clear`, for the time of --for or until that of --until. A new word takes the place of the one
    before. Where several machines come or go by it, their number has to be typed too, with --nodes or when it is asked
    for. It tells what follows now. Exit code 1: there is no such pool, the size is not one that it may have, or that is
    not their number.
    """
    from cli.answer import Answer
    from cli.finding import pool_named
    from cli.resize import until_then
    from shared.desk.orders import SetSize

    me = who_says(context, who)
    try:
        if until and duration:
            raise Trouble("Nothing was written: give --for or --until, not both.", USAGE)
        span = until_then(until, zone, desk_of(context).clock.now()) if until else duration
    except Trouble as trouble:
        give_up(context, trouble)

    async def word(office: Office, typed: int | None) -> Answer:
        here, name = await pool_named(office, pool, cluster)
        order = SetSize(why, least, most, target, span, typed)
        done = await office.set_size(here, name, order, me)
        return Answer(done, again(context, f"size clear {name} --cluster {here}"), "takes it back")

    act(context, as_json, word, nodes)


@size.command("clear")
def size_clear(
    context: typer.Context,
    pool: Pool,
    why: Why = "",
    nodes: Moved = None,
    cluster: Cluster = None,
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Take a size back: schedules and load have the pool again.

    Exit code 1: nobody has set one, or several machines come or go by that, and their number was not typed.
    """
    from cli.answer import Answer
    from cli.finding import pool_named
    from shared.desk.orders import ClearSize

    me = who_says(context, who)

    async def word(office: Office, typed: int | None) -> Answer:
        here, name = await pool_named(office, pool, cluster)
        return Answer(await office.clear_size(here, name, ClearSize(why, typed), me))

    act(context, as_json, word, nodes)
