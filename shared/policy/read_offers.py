"""Reading what a pool says that its agents offer."""

from __future__ import annotations

from typing import Annotated

from shared.policy.faults import joined
from shared.policy.limits import ATTRIBUTE, ATTRIBUTES
from shared.policy.offers import Offers, ports_of
from shared.policy.reading import KEYS, Opened, Reading
from shared.policy.tree import Scalar, Section
from shared.policy.values import Wrong, described, read_value

WORD, OF_MANY = "offers", "attributes"
MOST_ATTRIBUTES = 50

_TEXT = Annotated[str, ATTRIBUTE]


def read_offers(reading: Reading, pool: Opened) -> Offers | None:
    """None: it is not written, or has a fault."""
    section = reading.child(WORD, WORD, pool)
    if section is None:
        return None
    values = reading.values(section, Offers, tuple(name for name in KEYS[WORD] if name != OF_MANY))
    if values.get("ports") and not len(ports_of(values["ports"])):
        node = section.entries["ports"][1]
        reading.fault(node, f"{section.path}.ports", described(node), "at least one port of 0 to 65535")
    attributes = _attributes(reading, section)
    if not {"cpus", "mem"} <= values.keys():
        return None
    return Offers(**values, attributes=attributes)


def _attributes(reading: Reading, section: Opened) -> dict[str, str]:
    if OF_MANY not in section.entries:
        return {}
    path, node = joined(section.path, OF_MANY), section.entries[OF_MANY][1]
    if not isinstance(node, Section) or not 1 <= len(node.entries) <= MOST_ATTRIBUTES:
        reading.fault(node, path, described(node), ATTRIBUTES.allowed)
        return {}
    found: dict[str, str] = {}
    for key, value in node.entries.values():
        for part in (key, value):
            text = read_value(part, _TEXT)
            if isinstance(text, Wrong):
                reading.fault(part, joined(path, key.text), described(part), text.allowed, text.hint)
        if isinstance(value, Scalar):
            found[key.text] = value.text
    return found
