"""The commands that list: nodes and operations, a page after the other until there are enough of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Cluster, Json, desk_of, with_office

if TYPE_CHECKING:
    from shared.desk.nodes import NodeView
    from shared.desk.office import Office
    from shared.desk.operations import OperationView
    from shared.desk.pages import Page

Most = Annotated[int, typer.Option("-n", min=1, max=20_000, help="How many at the most, of each cluster.")]
Pool = Annotated[str, typer.Option("--pool", help="This pool alone.")]
PAGE = 1000


def register(app: typer.Typer) -> None:
    for command in (nodes, operations):
        app.command()(command)


def nodes(
    context: typer.Context,
    pool: Pool = "",
    condition: Annotated[str, typer.Option(help="Those in this condition alone, such as healthy.")] = "",
    text: Annotated[str, typer.Option(help="Those with these letters in their name or address.")] = "",
    number: Most = 1000,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """List nodes with their condition, place, agent and tasks, as last remembered."""
    from cli.finding import names_of
    from cli.fleet_rows import show_nodes
    from cli.speech import busy, say_outward
    from shared.desk.asked import OfNodes

    async def work(office: Office) -> None:
        async def some(here: str, limit: int, after: str) -> Page[NodeView]:
            wanted = OfNodes(limit=limit, after=after, pool=pool, condition=condition, text=text)
            return await office.nodes(here, wanted)

        with busy("reading nodes") as tell:
            found = await _first(await names_of(office, cluster), number, some, tell)
        return say_outward(found) if as_json else show_nodes(found)

    with_office(context, work)


def operations(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are over instead.")] = False,
    pool: Pool = "",
    node: Annotated[str, typer.Option(help="Those of this node alone, its whole name.")] = "",
    number: Most = 100,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """List operations: what is being done, at which step, and what it waits for; or what was done."""
    from cli.finding import names_of
    from cli.fleet_rows import show_operations
    from cli.speech import busy, say_outward
    from shared.desk.asked import Course, OfOperations

    state = Course.CLOSED if closed else Course.RUNNING

    async def work(office: Office) -> None:
        async def some(here: str, limit: int, after: str) -> Page[OperationView]:
            wanted = OfOperations(limit=limit, after=after, state=state, pool=pool, node=node)
            return await office.operations(here, wanted)

        with busy("reading operations") as tell:
            found = await _first(await names_of(office, cluster), number, some, tell)
        return say_outward(found) if as_json else show_operations(found, desk_of(context).clock.now())

    with_office(context, work)


async def _first[T](
    clusters: Iterable[str],
    number: int,
    some: Callable[[str, int, str], Awaitable[Page[T]]],
    tell: Callable[[int], None],
) -> list[T]:
    """The first so many of each cluster."""
    found: list[T] = []
    for here in clusters:
        left, after = number, ""
        while left:
            part = await some(here, min(PAGE, left), after)
            found += part.items
            tell(len(found))
            left, after = left - len(part.items), part.next
            if not after:
                break
    return found
