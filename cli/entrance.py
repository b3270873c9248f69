"""What all commands share: options that several have, and the way to the storage and out again.

Imports of the rest of the package stand in the functions, so that `--help` is quick.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from cli.trouble import USAGE, Trouble

if TYPE_CHECKING:
    from cli.desk import Desk
    from shared.desk.archive import Archive
    from shared.desk.office import Office
    from shared.operate.clerk import Clerk
    from shared.ports.queues import Queues
    from shared.ports.store import Store

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Cluster = Annotated[str | None, typer.Option("--cluster", help="This cluster alone.")]
Newest = Annotated[int, typer.Option("-n", min=1, max=10000, help="How many, the newest ones.")]


IS_JSON = "poolkeeper.is_json"
BY_API = frozenset({"nodes", "operations", "overrides", "pause", "resume"})


def desk_of(context: typer.Context) -> Desk:
    return cast("Desk", context.obj)


async def audited(store: Store, cluster: str | None, context: typer.Context) -> list[str]:
    """The named cluster, whether or not the policy still has it; or all of the policy and what is nobody's."""
    from shared.desk.archive import open_archive
    from shared.model.audit import NOBODYS

    if cluster is not None:
        return [cluster]
    archive = await open_archive(store, desk_of(context).clock.now())
    return [*(one.name for one in archive.policy.clusters), NOBODYS]


def with_archive(context: typer.Context, work: Callable[[Archive], Awaitable[None]]) -> None:
    from shared.desk.archive import open_archive

    async def opened(store: Store) -> None:
        await work(await open_archive(store, desk_of(context).clock.now()))

    with_store(context, opened)


def with_clerk(context: typer.Context, work: Callable[[Archive, Clerk], Awaitable[None]]) -> None:
    """For commands that write."""
    from cli.desk import write
    from shared.audit import AuditLog
    from shared.desk.archive import open_archive
    from shared.operate.clerk import Clerk

    async def opened(store: Store, queues: Queues) -> None:
        archive = await open_archive(store, desk_of(context).clock.now())
        await work(archive, Clerk(archive.records, AuditLog(store), queues, archive.now))

    try:
        write(desk_of(context), opened)
    except Trouble as trouble:
        give_up(context, trouble)


def with_office(context: typer.Context, work: Callable[[Office], Awaitable[None]]) -> None:
    """For commands that go through the API as well; they are in `BY_API`."""
    import asyncio

    try:
        asyncio.run(desk_of(context).visit_office(work))
    except Trouble as trouble:
        give_up(context, trouble)


def check_way(context: typer.Context) -> None:
    """With `--api` a command that works on the storage says so, rather than to do something else than was meant."""
    name = context.invoked_subcommand
    if desk_of(context).api and name not in BY_API:
        sentence = f"Nothing was done: `{name}` is not asked of the API but of the storage, leave out --api."
        give_up(context, Trouble(sentence, USAGE))


async def names_of(office: Office, cluster: str | None) -> list[str]:
    """The named cluster, or all of them."""
    return [cluster] if cluster is not None else [one.name for one in await office.clusters()]


def with_store[T](context: typer.Context, work: Callable[[Store], Awaitable[T]]) -> T:
    from cli.desk import read

    try:
        return read(desk_of(context), work)
    except Trouble as trouble:
        give_up(context, trouble)


def give_up(context: typer.Context, trouble: Trouble) -> NoReturn:
    """One sentence to stderr; with `--json` one document to stdout too, so that a program always gets one."""
    from cli.speech import complain, say_json

    if context.params.get("as_json") or (context.parent is None and context.meta.get(IS_JSON)):
        say_json({"error": trouble.sentence, "exit_code": trouble.code})
    complain(trouble.sentence)
    raise typer.Exit(trouble.code) from None
