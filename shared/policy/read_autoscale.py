"""Reading what a pool says of Azure's own autoscale, and refusing it beside what would move the size as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.policy.autoscale import AzureAutoscale
from shared.policy.reading import KEYS, Opened, Reading
from shared.policy.schema import Capacity

WORD = "azure_autoscale"
ALONE = "Azure's autoscale alone, or sizes by this app alone: each would undo what the other does"


def read_autoscale(
    reading: Reading,
    opened: Opened,
    capacity: Capacity | None,
    scaling: Mapping[str, Any] | None,
    spread: bool,
) -> AzureAutoscale | None:
    """None: it is not written, or has a fault. `scaling` and `spread` are what holds for the pool, wherever it is
    written."""
    section = reading.child(WORD, WORD, opened)
    if section is None:
        return None
    values = reading.values(section, AzureAutoscale, KEYS[WORD])
    if len(values) < 2:
        return None
    found = AzureAutoscale(**values)
    allowed = (capacity.min, capacity.max) if capacity else (1, 1000)
    for name, value, low, high in (
        ("min", found.min, allowed[0], min(found.max, allowed[1])),
        ("max", found.max, allowed[0], allowed[1]),
    ):
        if not low <= value <= high:
            place = section.entries[name][1]
            reading.fault(
                place, f"{section.path}.{name}", str(value), f"{low} to {high}, within the capacity"
            )
    written = scaling or {}
    besides = {
        "schedules": "schedules" in opened.entries,
        "scaling.signals": bool(written.get("signals")),
        "scaling.forecast": written.get("forecast") is not None,
        "rebalance.spread": spread,
    }
    for name, is_there in besides.items():
        if is_there:
            reading.fault(section.key, section.path, f"{WORD} beside {name}", ALONE)
    return found
