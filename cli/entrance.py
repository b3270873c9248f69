"""What all commands share: options that several have, and the way to the storage and out again.

Imports of the rest of the package stand in the functions, so that `--help` is quick.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli.trouble import Trouble

if TYPE_CHECKING:
    from cli.archive import Archive
    from cli.desk import Desk
    from shared.operate.clerk import Clerk
    from shared.ports.queues import Queues
    from shared.ports.store import Store

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Cluster = Annotated[str | None, typer.Option("--cluster", help="This cluster alone.")]
Newest = Annotated[int, typer.Option("-n", min=1, max=10000, help="How many, the newest ones.")]


def desk_of(context: typer.Context) -> Desk:
    from cli.desk import Desk

    desk = context.obj
    assert isinstance(desk, Desk)
    return desk


async def audited(store: Store, cluster: str | None, context: typer.Context) -> list[str]:
    """The named cluster, whether or not the policy still has it; or all of the policy and what is nobody's."""
    from cli.archive import open_archive
    from shared.model.audit import NOBODYS

    if cluster is not None:
        return [cluster]
    archive = await open_archive(store, desk_of(context).clock.now())
    return [*(one.name for one in archive.policy.clusters), NOBODYS]


def with_archive(context: typer.Context, work: Callable[[Archive], Awaitable[None]]) -> None:
    from cli.archive import open_archive

    async def opened(store: Store) -> None:
        await work(await open_archive(store, desk_of(context).clock.now()))

    with_store(context, opened)


def with_clerk(context: typer.Context, work: Callable[[Archive, Clerk], Awaitable[None]]) -> None:
    """For commands that write."""
    from cli.archive import open_archive
    from cli.desk import write
    from shared.audit import AuditLog
    from shared.operate.clerk import Clerk

    async def opened(store: Store, queues: Queues) -> None:
        archive = await open_archive(store, desk_of(context).clock.now())
        await work(archive, Clerk(archive.records, AuditLog(store), queues, archive.now))

    try:
        write(desk_of(context), opened)
    except Trouble as trouble:
        give_up(trouble)


def with_store[T](context: typer.Context, work: Callable[[Store], Awaitable[T]]) -> T:
    from cli.desk import read

    try:
        return read(desk_of(context), work)
    except Trouble as trouble:
        give_up(trouble)


def give_up(trouble: Trouble) -> NoReturn:
    from cli.speech import complain

    complain(trouble.sentence)
    raise typer.Exit(trouble.code) from None
