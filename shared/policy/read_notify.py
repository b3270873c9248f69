"""`notify` of the file, a cluster or a pool to targets, with every fault on the way.

What stands where the name of a setting should is never repeated in a fault: it is an address as often as not, and an
address holds a key.
"""

from __future__ import annotations

from shared.policy.faults import joined
from shared.policy.notify import MOST_TARGETS, SETTING, Target
from shared.policy.reading import Opened, Reading
from shared.policy.tree import Broken, Listing, Node, Scalar
from shared.policy.values import described, fits

WANTED = f"none, or a list of up to {MOST_TARGETS} targets: [{{to: ONCALL_URL}}]"
NO_ADDRESS = "put the address into an app setting, or a reference to a key vault, and name that setting here"


def read_notify(reading: Reading, opened: Opened) -> tuple[Target, ...] | None:
    """None when it is not written, so that what is further away counts."""
    if "notify" not in opened.entries:
        return None
    path, node = joined(opened.path, "notify"), opened.entries["notify"][1]
    if isinstance(node, Scalar) and node.text == "none":
        return ()
    if not isinstance(node, Listing) or not 0 < len(node.items) <= MOST_TARGETS:
        found = "a text" if isinstance(node, Scalar) else described(node)
        reading.fault(node, path, found, WANTED)
        return ()
    targets: list[Target] = []
    for index, item in enumerate(node.items):
        target = _target(reading, item, f"{path}[{index}]")
        if target is not None and any(target.to == other.to for other in targets):
            reading.fault(item, f"{path}[{index}]", f"{target.to} a second time", "each target once")
        elif target is not None:
            targets.append(target)
    return tuple(targets)


def _target(reading: Reading, item: Node, path: str) -> Target | None:
    if isinstance(item, Scalar):
        reading.fault(item, path, "a text", "a mapping with to, about, least, per_hour", NO_ADDRESS)
        return None
    opened = reading.open("notify", Scalar(item.line, item.column, "", True), item, path)
    if opened is None or "to" not in opened.entries:
        return None
    to = opened.entries["to"][1]
    if not isinstance(to, Scalar) or not fits(to.text, SETTING):
        if not isinstance(to, Broken):
            found = "a text that is none" if isinstance(to, Scalar) else described(to)
            reading.fault(to, f"{path}.to", found, SETTING.allowed, NO_ADDRESS)
        return None
    values = reading.values(opened, Target, ("about", "least", "per_hour"))
    return Target(to=to.text, **values)
