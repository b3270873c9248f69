"""What a command answers that wrote something: what came of it, and what to type next; for people or for programs."""

from __future__ import annotations

from msgspec import Struct

from cli.speech import say, say_json
from shared.desk.orders import Done


class Answer(Struct, frozen=True):
    """`command` is what to type next, `what` says what that does."""

    done: Done
    command: str = ""
    what: str = ""


def tell(answer: Answer, as_json: bool) -> None:
    """`--json`: the same document as the API answers with."""
    if as_json:
        return say_json(answer.done)
    say(*answer.done.says)
    if answer.command:
        say(f"`{answer.command}` {answer.what}.")
    if not answer.done.woken:
        say("The app could not be woken: it obeys with its next look, within a minute.")
    return None
