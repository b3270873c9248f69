"""Which handler serves which path.

Azure Resource Manager takes paths in any case (the SDK itself sends `poweroff` to a set and `powerOff` to an
instance), so patterns are compared in lower case while the captured names keep their spelling.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.wire import Request, Response
from simulator.world.journal import Actor


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its caller and the names in its path (`sub`, `rg`, `ss`, `id`, `action`, ...)."""

    request: Request
    caller: Actor
    names: dict[str, str]

    @property
    def intent_url(self) -> str:
        """The URL as Event Grid shows it."""
        _, _, rest = self.request.url.partition("://")
        return f"https://management.azure.com/{rest.partition('/')[2]}"


Handler = Callable[[Call], Response]


class Routes:
    """Patterns as `/subscriptions/{sub}/providers/...`, tried in order."""

    def __init__(self) -> None:
        self._table: list[tuple[str, list[str], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        self._table.append((method, [part.lower() for part in pattern.strip("/").split("/")], handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        parts = path.strip("/").split("/")
        for wanted, pattern, handler in self._table:
            if wanted == method and len(pattern) == len(parts):
                names = _match(pattern, parts)
                if names is not None:
                    return handler, names
        return None


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            names[wanted[1:-1]] = part
        elif wanted != part.lower():
            return None
    return names
