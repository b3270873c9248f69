"""Long lists, a page at a time.

A page says where the next one begins, in a token that is only for this list: it holds the key of the last row that was
looked at. A token comes back from outside, so it is no more than a bound of a range: it is checked for its form, and
whatever it says, nothing is read but rows of the list that was asked for.

A page may hold fewer things than its limit, or none, and still not be the last: where much has to be looked through for
few that are wanted, it ends after a while, so that every answer comes soon.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from msgspec import Meta, Struct

from shared.ports.store import LONGEST_KEY

from .told import No, Told

LIMIT = 100
MOST = 1000
SCANNED = 300  # rows that are looked through for one page
LONGEST = 4 * LONGEST_KEY


class Slice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list: `limit` things, 1 to 1000, behind those that came before `after`."""

    limit: Annotated[int, Meta(ge=1, le=MOST)] = LIMIT
    after: str = ""


class Page[T](Struct, frozen=True):
    """`next` goes into `after` for those that come next; empty: there are no more."""

    items: tuple[T, ...]
    next: str = ""


def checked(wanted: Slice) -> int:
    """The limit. `Told` when it is none."""
    if not 1 <= wanted.limit <= MOST:
        raise Told(No.MISTAKEN, "bad_limit", f"The limit is a number from 1 to {MOST}.")
    return wanted.limit


def token_of(key: str) -> str:
    """The key as it goes out. An empty one stays empty."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(token: str) -> str:
    """The key that came back. `Told` when it was not made here."""
    try:
        if len(token) > LONGEST:
            raise ValueError
        key = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise no_token() from None
    if token_of(key) != token or not key.isprintable() or len(key) > LONGEST_KEY:
        raise no_token()
    return key


def no_token() -> Told:
    """What is answered to a token that was not made here."""
    return Told(
        No.MISTAKEN, "bad_after", "`after` takes what `next` said of the page before, and nothing else."
    )


def behind(key: str) -> str:
    """The first key that comes after this one."""
    return key + "\x00"
