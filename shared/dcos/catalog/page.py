"""The page `docs/catalog.md`, made from the catalog that the code knows.

A test compares the two, so the page cannot say what the code does not know. Written anew by
`python -m shared.dcos.catalog.page docs/catalog.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from shared.dcos.catalog.beside import BESIDE
from shared.dcos.catalog.entry import Entry
from shared.dcos.catalog.recognise import LISTED
from shared.model.catalog import (
    PLAIN,
    UNKNOWN_FRAMEWORK,
    UNKNOWN_RESIDENT,
    UNKNOWN_SDK,
    Members,
    Move,
    Package,
    Person,
    Quorum,
)

MOVES = {
    Move.NOTHING: "nothing to move, one on each agent",
    Move.RESCHEDULE: "killed without scaling, started elsewhere",
    Move.REPLACE_POD: "pod replace, one at a time, recovery complete before the next",
    Move.WIPE_WHEN_LOST: "killed with wipe, one at a time, only when the agent is lost",
    Move.PER_APP: "as each application says",
    Move.NEVER: "never by Poolkeeper",
}
PEOPLE = {
    Person.NEVER: "no",
    Person.BEFORE_LOSS: "before data is given up that could come back",
    Person.ALWAYS: "always",
}
QUORUMS = {
    Quorum.ANY: "all may be down",
    Quorum.MAJORITY: "the majority must stay",
    Quorum.ONE: "one may be down",
    Quorum.NONE: "none may be down",
}
HEAD = """\
# Packages and how they move

Made from `shared/dcos/catalog`; do not edit it here.

Before an agent goes, what runs on it must go elsewhere, and not everything may. This is what Poolkeeper knows of the
packages that DC/OS on Azure was offered on its first day: how a package is recognised, where its state is, how many of
its members may be down at once, how its tasks leave an agent, and when a person must decide. *Application* is what
Marathon runs (for most: the scheduler), *framework* what that scheduler runs. Of no service are two members ever taken
down at once, whatever the quorum allows.
"""
COLUMNS = (
    "package",
    "kind",
    "recognised by",
    "state",
    "members",
    "application moves",
    "framework moves",
    "a person decides",
    "healthy afterwards",
    "source",
)


def page() -> str:
    """The whole page."""
    lines = [
        HEAD,
        "## Packages",
        "",
        *_table(LISTED),
        "## Beside the packages",
        "",
        *_table(BESIDE),
        "## What is in no catalog",
        "",
        "| what it is | moves | a person decides |",
        "|---|---|---|",
        *_unknown("an application without local volumes", PLAIN, PLAIN.app),
        *_unknown("an application with local volumes", UNKNOWN_RESIDENT, UNKNOWN_RESIDENT.app),
        *_unknown("a service of the SDK (labels or page)", UNKNOWN_SDK, UNKNOWN_SDK.framework),
        *_unknown("a framework without reservations and volumes", PLAIN, PLAIN.framework),
        *_unknown("a framework with reservations or volumes", UNKNOWN_FRAMEWORK, UNKNOWN_FRAMEWORK.framework),
    ]
    return "\n".join(lines) + "\n"


def _table(entries: tuple[Entry, ...]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for entry in entries:
        package = entry.package
        cells = (
            f"**{entry.title}**{f'<br>{entry.note}' if entry.note else ''}",
            package.kind.value.replace("_", " "),
            _recognised(entry),
            package.keeps.value.replace("_", " "),
            "<br>".join(_members(one) for one in package.members),
            MOVES[package.app] if package.app else "-",
            MOVES[package.framework] if package.framework else "-",
            _person(package),
            package.healthy_after,
            package.source,
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _recognised(entry: Entry) -> str:
    ways = (
        ("package", entry.packages),
        ("id", tuple(f"*/{name}" for name in entry.apps)),
        ("framework", entry.frameworks),
        ("role", entry.roles),
        ("principal", entry.principals),
        ("image", entry.images),
    )
    return "<br>".join(f"{way} {', '.join(f'`{name}`' for name in names)}" for way, names in ways if names)


def _members(one: Members) -> str:
    return f"{one.name or 'members'}: {one.usual}, {QUORUMS[one.quorum]}"


def _person(package: Package) -> str:
    return f"{PEOPLE[package.person]}{f': {package.why_person}' if package.why_person else ''}"


def _unknown(what: str, package: Package, move: Move | None) -> Iterator[str]:
    yield f"| {what} | {MOVES[move] if move else '-'} | {_person(package)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
