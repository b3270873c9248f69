"""Etags: of an answer, so that it need not be sent again, and of a row, so that nobody speaks about what has changed.

The etag of an answer is `"ROW.BODY"`: which writing of its row it shows (empty for lists), and a digest of everything
in it. `If-None-Match` compares the whole. `If-Match` of an action takes it as it came, or the `etag` of one thing in a
list, and means the row alone: numbers that count along in an answer do not make it another one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from .problem import Answered, problem

FIELD = "etag"
LONGEST = 512


def outward(value: Any) -> Any:
    """What goes out, in built-in types: with etags of rows as they are taken back."""
    if isinstance(value, dict):
        return {
            key: row_token(one) if key == FIELD and isinstance(one, str) else outward(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [outward(one) for one in value]
    return value


def row_token(etag: str) -> str:
    """Of letters that may stand in a header."""
    return base64.urlsafe_b64encode(etag.encode()).decode().rstrip("=")


def answer_etag(value: Any, body: bytes) -> str:
    row = value.get(FIELD, "") if isinstance(value, dict) else ""
    return f'"{row}.{hashlib.sha256(body).hexdigest()[:16]}"'


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether the caller has it."""
    given = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag in given or "*" in given


def row_of(if_match: str) -> str:
    """The etag of the row that is meant; empty: of whatever is there. `Answered` with 412 when it can be none."""
    given = if_match.strip().removeprefix("W/")
    if given in ("", "*"):
        return ""
    token = given.strip('"').partition(".")[0]
    try:
        if not token or len(token) > LONGEST:
            raise ValueError
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        detail = "If-Match takes the ETag of what was read, or the `etag` of one thing in a list."
        raise Answered(problem(412, "no_such_etag", detail)) from None
