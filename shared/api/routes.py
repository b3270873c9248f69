"""The table of all routes: what can be read (`reads.py`) and what can be said (`actions.py`)."""

from __future__ import annotations

from collections.abc import Mapping

from .actions import ACTIONS
from .reads import READS
from .route import Route

ROUTES = (*READS, *ACTIONS)


def find(method: str, path: str) -> tuple[Route | None, dict[str, str], tuple[str, ...]]:
    """The route with the names in the path; else the methods that this path takes, none where it is no path at all."""
    segments = path.strip("/").split("/")
    matches = [(route, names) for route in ROUTES if (names := route.match(segments)) is not None]
    for route, names in matches:
        if route.method == method:
            return route, names, ()
    return None, {}, tuple(sorted({route.method for route, _ in matches}))


def by_path() -> Mapping[str, tuple[Route, ...]]:
    """In the order of the table."""
    found: dict[str, list[Route]] = {}
    for route in ROUTES:
        found.setdefault(route.path, []).append(route)
    return {path: tuple(routes) for path, routes in found.items()}
