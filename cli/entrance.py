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
    from shared.desk.office import Office
    from shared.ports.store import Store

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Cluster = Annotated[str | None, typer.Option("--cluster", help="This cluster alone.")]
Newest = Annotated[int, typer.Option("-n", min=1, max=10000, help="How many, the newest ones.")]


IS_JSON = "poolkeeper.is_json"
ADDRESS = "POOLKEEPER_API"
"""The environment's name for where the API is, when `--api` does not say it."""
NOT_BY_API = frozenset({"decide", "doctor", "hear", "key", "policy", "schedule", "snapshot"})
"""Commands that work on files, on this computer, or need more than the app tells."""


def desk_of(context: typer.Context) -> Desk:
    return cast("Desk", context.obj)


def with_office(context: typer.Context, work: Callable[[Office], Awaitable[None]]) -> None:
    """For commands that go by the API and by the storage."""
    import asyncio

    try:
        asyncio.run(desk_of(context).visit_office(work))
    except Trouble as trouble:
        give_up(context, trouble)


def way_of(context: typer.Context, api: str, is_storage: bool) -> str:
    """Where the API is that is asked; empty: the storage is. With `--api` a command that can't go that way says so,
    rather than to do something else than was meant."""
    by_api = context.invoked_subcommand not in NOT_BY_API
    if api and is_storage:
        give_up(context, Trouble("Nothing was done: give --api or --storage, not both.", USAGE))
    if api and not by_api:
        name = context.invoked_subcommand
        sentence = f"Nothing was done: `{name}` is not asked of the API, leave out --api."
        give_up(context, Trouble(sentence, USAGE))
    return "" if is_storage or not by_api else api or desk_of(context).env.get(ADDRESS, "")


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
