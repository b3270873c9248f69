"""What a step can say when it has looked or acted. Exactly one of these; an error is none of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct, field


class Done(Struct, frozen=True):
    """On to the next step. `notes` are kept for later steps."""

    text: str
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


class Wait(Struct, frozen=True):
    """Not yet; look at this step again after `after`. `token` is that of a long operation that was started.
    `blind` says that nothing is known of how far it is, because nobody answers, `paused` that a person stopped it: the
    step's patience begins anew when it goes on."""

    text: str
    after: timedelta
    token: str | None = None
    blind: bool = False
    paused: bool = False


class Withdraw(Struct, frozen=True):
    """Nothing irreversible was done and the reason to act is gone: end it."""

    text: str


class Failed(Struct, frozen=True):
    """It was done, and it did not help; the pass decides what is tried next."""

    text: str


class HandOver(Struct, frozen=True):
    """This cannot go on; a person must look."""

    text: str


type Outcome = Done | Wait | Withdraw | Failed | HandOver
