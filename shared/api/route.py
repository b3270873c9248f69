"""One route of the API, and what all of its tables share.

A path is made of words and of names in braces; a name is one segment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from shared.desk.office import Office
from shared.model.roles import Role

from .called import Called

type Does = Callable[[Office, Called], Awaitable[Any]]

CLUSTER = "clusters/{cluster}"
POOL = f"{CLUSTER}/pools/{{pool}}"
NODE = f"{CLUSTER}/nodes/{{node}}"
INCIDENT = f"{CLUSTER}/incidents/{{incident}}"
ROW = "quarantine/{row}"


class Route(Struct, frozen=True, kw_only=True):
    """`name` is the operation's id. `query` and `body` are types of what comes in, None where nothing does; `answer` is
    that of what goes out. `says`: one sentence."""

    path: str
    name: str
    says: str
    answer: Any
    does: Does
    method: str = "GET"
    role: Role = Role.VIEW
    query: Any = None
    body: Any = None

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The names in the path, when it is this one."""
        pattern = self.path.split("/")
        if len(pattern) != len(segments):
            return None
        pairs = list(zip(pattern, segments, strict=True))
        if any(not want.startswith("{") and want != found for want, found in pairs):
            return None
        return {want[1:-1]: found for want, found in pairs if want.startswith("{")}
