"""The command that makes a key for the API. Nothing is stored: the key is for whoever is to use it, the entry for the
app's settings, which hold its digest and never the key.
"""

from __future__ import annotations

import re
from typing import Annotated

import typer

from cli.entrance import Json, give_up
from shared.model.roles import Role

NAME = re.compile(r"[\w.@-]{1,60}")


def register(app: typer.Typer) -> None:
    app.command("key")(make_key)


def make_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose key it is: what the audit will have.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.VIEW,
    as_json: Json = False,
) -> None:
    """Make a key for the API, for who can have no token of Entra, with the entry for POOLKEEPER_API_KEYS.

    It is shown this once. Exit code 2: the name has other characters than letters, digits and . @ - _.
    """
    import hashlib
    import secrets

    from cli.speech import say, say_json
    from cli.trouble import USAGE, Trouble

    if not NAME.fullmatch(name):
        give_up(
            context,
            Trouble("No key was made: a name has 1 to 60 letters, digits, or characters of .@-_", USAGE),
        )
    key = secrets.token_urlsafe(32)
    entry = f"{name}:{role.value}:{hashlib.sha256(key.encode()).hexdigest()}"
    if as_json:
        say_json({"key": key, "entry": entry})
        return
    say(f"key    {key}")
    say(f"entry  {entry}")
    say(
        "Give the key to whoever is to send it as x-api-key; add the entry to POOLKEEPER_API_KEYS, behind a comma."
    )
