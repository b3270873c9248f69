"""One HTTP exchange with a machine of the cluster. What the DC/OS adapters stand on.

Raises `TimeoutError` when no answer came in time and `ConnectionError` (or another `OSError`) when nothing could be
sent; every HTTP status is an answer, not an error. Redirects are not followed: where a master sends us is a fact that
the caller wants to see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class HttpAnswer(Struct, frozen=True):
    """Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpCall(Struct, frozen=True):
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout_s: float


class Http(Protocol):
    async def send(self, call: HttpCall) -> HttpAnswer: ...
