"""The page `docs/components.md`, made from the components that the code knows.

A test compares the two, so the page cannot say what the code does not know. Written anew by
`python -m shared.dcos.component_page docs/components.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from shared.dcos.component import RELEASES, Component, Kind, Units
from shared.dcos.component_beside import BESIDE
from shared.dcos.components import LISTED
from shared.model.health import Role

LETTERS = {Role.MASTER: "M", Role.AGENT: "A", Role.AGENT_PUBLIC: "P"}
HEAD = """\
# Components of DC/OS

Made from `shared/dcos/component_services.py`, `component_beside.py` and `component_parts.py` beside it; do not edit it
here.

When a unit fails, Poolkeeper names its component and says what that takes down. Services have units, so DC/OS reports
their health; parts are built into the image and have a version, but no health of their own. Roles: M master, A private
agent, P public agent. Reach: how far a failure on one node goes. Releases are those of DC/OS, both ends included.
"""


def page() -> str:
    """The whole page."""
    services = [one for one in LISTED if one.kind is Kind.SERVICE]
    parts = [one for one in LISTED if one.kind is Kind.PART]
    lines = [
        HEAD,
        "## Services",
        "",
        *_services(services),
        "## Parts",
        "",
        "| part | what it is | what its failure takes down | source |",
        "|---|---|---|---|",
        *(f"| {one.name} | {one.what} | {one.takes_down} | {one.source} |" for one in parts),
        "",
        "## Services beside the list",
        "",
        "They took over from a component above, or stand beside it.",
        "",
        *_services(list(BESIDE)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _services(components: list[Component]) -> Iterator[str]:
    yield "| component | units | what it is | what its failure takes down | reach, severity | source |"
    yield "|---|---|---|---|---|---|"
    for one in components:
        units = "<br>".join(
            [*map(_units, one.units), *(f"from {since}: {heir}" for since, heir in one.successors)]
        )
        yield (
            f"| {one.name} | {units} | {one.what} | {one.takes_down} | "
            f"{one.reach.value}, {one.severity.value} | {one.source} |"
        )
    yield ""


def _units(units: Units) -> str:
    names = ", ".join(f"`{name}`" for name in units.names)
    roles = "".join(letter for role, letter in LETTERS.items() if role in units.roles)
    when = f"{units.since} to {units.until}"
    if (units.since, units.until) == (RELEASES[0], RELEASES[-1]):
        when = "all releases"
    return f"{names} ({roles}, {when}{', Enterprise' if units.enterprise else ''})"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
