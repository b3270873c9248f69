"""A request as a route sees it: its names, filters, body and etag, all checked for their form.

What has not the form that the description tells is a 400; what has it and makes no sense is the office's to refuse, and
a 422.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

import msgspec

from .etags import row_of
from .problem import Answered, problem
from .who import Caller

MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Request:
    """As it came, without what belongs to the Functions host. `path` is below the API's root and decoded; names of
    headers are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True)
class Called:
    """`query` and `body` are of the types that the route names; None where it names none."""

    caller: Caller
    names: Mapping[str, str]
    query: Any
    body: Any
    etag: str


def called(caller: Caller, names: Mapping[str, str], request: Request, types: tuple[Any, Any]) -> Called:
    """`Answered` when something of it has not the form that the route wants."""
    query_type, body_type = types
    query = _query(request, query_type)
    body = _body(request, body_type)
    return Called(caller, names, query, body, row_of(request.header("if-match")) if body_type else "")


def _query(request: Request, wanted: Any) -> Any:
    if wanted is None:
        if request.query:
            unknown = ", ".join(sorted(request.query))[:200]
            raise Answered(
                problem(400, "unknown_filter", f"This takes no filters, and these came: {unknown}.")
            )
        return None
    kinds = {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}
    given = {  # the host leaves empty ones out
        name: _number_or_flag(value, kinds.get(name)) for name, value in request.query.items() if value
    }
    try:
        return msgspec.convert(given, wanted)
    except msgspec.ValidationError as error:
        raise Answered(problem(400, "bad_filter", f"{error}.")) from None


def _number_or_flag(value: str, kind: Any) -> Any:
    """What stands in a query is text; of numbers and flags that is not meant."""
    if _is_of(kind, int) and re.fullmatch(r"-?[0-9]{1,30}", value):
        return int(value)
    if _is_of(kind, bool) and value in ("true", "false"):
        return value == "true"
    return value


def _is_of(kind: Any, wanted: type) -> bool:
    """Also where the type has bounds."""
    return kind is wanted or (get_origin(kind) is Annotated and get_args(kind)[0] is wanted)


def _body(request: Request, wanted: Any) -> Any:
    if wanted is None:
        return None
    if len(request.body) > MOST_BYTES:
        raise Answered(problem(413, "too_large", f"A body takes at most {MOST_BYTES} bytes."))
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind != "application/json" or request.header("content-encoding").lower() not in ("", "identity"):
        raise Answered(problem(415, "not_json", "Send application/json, not compressed."))
    try:
        return msgspec.json.decode(request.body, type=wanted)
    except msgspec.ValidationError as error:
        raise Answered(problem(400, "bad_body", f"{error}.")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Answered(problem(400, "no_json", "The body is not valid JSON.")) from None
