"""Requests and responses without a web framework.

The faces (`simulator.arm`, `simulator.mesos`) speak these two types. `simulator.serve` puts them on sockets,
`simulator.in_process` hands them over directly, so that tests in virtual time and the demo on real sockets get
their answers from the same code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

JSON = "application/json"


class Silence(StrEnum):
    """How a server can fail to answer."""

    REFUSED = "refused"
    """Nothing listens: the connection is refused."""
    DROPPED = "dropped"
    """The connection breaks after the request was read; whether it was carried out is unknown to the caller."""
    HANGING = "hanging"
    """No byte ever comes back; the caller waits until its own time-out."""


class NoAnswer(Exception):
    """A face gives no answer at all. Whoever carries the request turns this into what a network would do."""

    def __init__(self, how: Silence) -> None:
        super().__init__(f"no answer: {how}")
        self.how = how


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `path` has no query; `headers` have lower-case names; `url` is absolute."""

    method: str
    url: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(
        cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> "Request":
        """Build from an absolute URL; query values are decoded, the last of equal names wins."""
        host, path, query = _parts(url)
        named = {name.lower(): value for name, value in (headers or {}).items()}
        named.setdefault("host", host)
        return cls(method.upper(), url, path, query, named, body)

    @property
    def base_url(self) -> str:
        """Scheme and host as the caller addressed them, for links that point back to this server."""
        return f"{urlsplit(self.url).scheme or 'http'}://{self.headers.get('host', 'localhost')}"

    def json(self) -> Any:
        """The body as JSON, None when there is none. Raises msgspec.DecodeError."""
        return msgspec.json.decode(self.body) if self.body else None


@lru_cache(1024)
def _parts(url: str) -> tuple[str, str, Mapping[str, str]]:
    """Host, path and query; the same are asked for again and again."""
    parts = urlsplit(url)
    return parts.netloc, parts.path or "/", dict(parse_qsl(parts.query, keep_blank_values=True))


@dataclass(slots=True)
class Response:
    """One HTTP response."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_response(status: int, data: Any, headers: Mapping[str, str] | None = None) -> Response:
    """`data` may hold msgspec.Raw parts that were encoded before."""
    return Response(status, {"Content-Type": JSON, **(headers or {})}, msgspec.json.encode(data))


def text_response(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}, text.encode())
