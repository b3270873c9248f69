"""How a command says something to the app: who says it, the number that is to be typed, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer

from cli.entrance import desk_of, give_up, with_office
from cli.trouble import USAGE, Trouble

if TYPE_CHECKING:
    from cli.answer import Answer
    from shared.desk.office import Office
    from shared.desk.told import Told

USERS = ("USER", "USERNAME", "LOGNAME")


def who_says(context: typer.Context, who: str) -> str:
    """By the API that is known from the credentials, and empty here."""
    desk = desk_of(context)
    if desk.api:
        if who:
            sentence = (
                "Nothing was written: the API knows who says it by the key or the login, leave out --who."
            )
            give_up(context, Trouble(sentence, USAGE))
        return ""
    name = who.strip() or next((desk.env[key] for key in USERS if desk.env.get(key)), "")
    if not name:
        sentence = "It is not known who says this, so nothing was written: name yourself with --who."
        give_up(context, Trouble(sentence, USAGE))
    return name


def act(
    context: typer.Context,
    as_json: bool,
    word: Callable[[Office, int | None], Awaitable[Answer]],
    nodes: int | None = None,
) -> None:
    """Say it. `word` takes how many machines it moves, by what was typed. At a terminal it is asked for."""
    from cli.speech import complain

    refused = _try(context, as_json, word, nodes, is_asked=not as_json and desk_of(context).is_terminal)
    if refused is not None:
        complain(refused.sentence)
        typed = typer.prompt("If that is meant, type their number", type=int, err=True)
        _try(context, as_json, word, typed, is_asked=False)


def _try(
    context: typer.Context,
    as_json: bool,
    word: Callable[[Office, int | None], Awaitable[Answer]],
    nodes: int | None,
    *,
    is_asked: bool,
) -> Told | None:
    """The no of which the number is to be asked for; None: it was said."""
    from cli.answer import tell
    from shared.desk.told import NOT_THEIR_NUMBER, Told

    refused: list[Told] = []

    async def work(office: Office) -> None:
        try:
            tell(await word(office, nodes), as_json)
        except Told as told:
            if told.reason != NOT_THEIR_NUMBER or not is_asked:
                raise
            refused.append(told)

    with_office(context, work)
    return refused[0] if refused else None


def again(context: typer.Context, command: str) -> str:
    """A command as it is to be typed, by the same way."""
    from shared.news.words import COMMAND

    api = desk_of(context).api
    return f"{COMMAND} --api {api} {command}" if api else f"{COMMAND} {command}"
