"""The `dcos.marathons` of a cluster: names of further Marathons, each once.

A name is checked here because it becomes a part of a path on the masters. That of DC/OS's own Marathon is refused: it
is asked anyway, and what waits there would count twice.
"""

from __future__ import annotations

from typing import Annotated

from shared.policy.faults import joined, shown
from shared.policy.limits import MARATHON
from shared.policy.reading import Opened, Reading
from shared.policy.tree import Listing
from shared.policy.values import Wrong, described, read_value

MOST_MARATHONS = 10
OWN = "marathon"
WANTED = f"a list of 1 to {MOST_MARATHONS} names of frameworks: [marathon-user]"

_NAME = Annotated[str, MARATHON]


def read_marathons(reading: Reading, dcos: Opened) -> tuple[str, ...]:
    """Those that have no fault, in the order of the file."""
    if "marathons" not in dcos.entries:
        return ()
    path, node = joined(dcos.path, "marathons"), dcos.entries["marathons"][1]
    if not isinstance(node, Listing) or not 1 <= len(node.items) <= MOST_MARATHONS:
        reading.fault(node, path, described(node), WANTED)
        return ()
    lines: dict[str, int] = {}
    for index, item in enumerate(node.items):
        place, name = f"{path}[{index}]", read_value(item, _NAME)
        if isinstance(name, Wrong):
            reading.fault(item, place, described(item), name.allowed, name.hint)
        elif name == OWN:
            reading.fault(item, place, shown(name), "another one than DC/OS's own, which is asked anyway")
        elif name in lines:
            found = f"{shown(name)}, which is on line {lines[name]} already"
            reading.fault(item, place, found, "each Marathon once")
        else:
            lines[name] = item.line
    return tuple(lines)
