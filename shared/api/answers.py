"""What goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from .etags import answer_etag, is_known, outward
from .problem import Answered

JSON, PROBLEM = "application/json", "application/problem+json"
ALWAYS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
"""A cache asks each time, with the etag of what it has."""


class Answer(Struct, frozen=True):
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    kind: str = JSON

    @property
    def all_headers(self) -> dict[str, str]:
        return {**ALWAYS, **self.headers}


def told(value: Any, if_none_match: str) -> Answer:
    """What was asked for, or that the caller has it already."""
    built = outward(msgspec.to_builtins(value))
    body = msgspec.json.encode(built)
    etag = answer_etag(built, body)
    if if_none_match and is_known(if_none_match, etag):
        return Answer(304, b"", {"ETag": etag})
    return Answer(200, body, {"ETag": etag})


def done(value: Any) -> Answer:
    """What came of an action."""
    return Answer(200, msgspec.json.encode(outward(msgspec.to_builtins(value))))


def trouble(answered: Answered, instance: str) -> Answer:
    """A problem document."""
    document = msgspec.structs.replace(answered.problem, instance=instance)
    return Answer(document.status, msgspec.json.encode(document), answered.headers, PROBLEM)
