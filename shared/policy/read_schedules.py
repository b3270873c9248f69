"""The `schedules` of a pool: a list of mappings, each a cron line with what it says of the size.

Everything that can be known when the file is read is a fault at its line: a line that never comes, a zone or calendar
that nobody knows, sizes that contradict each other or the hard bounds. What contradicts itself only at some times is
told by the preview (`shared/decide/preview.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from shared.calendar.cron import cron
from shared.policy.faults import joined, shown
from shared.policy.limits import CRON
from shared.policy.read_windows import checked
from shared.policy.reading import Opened, Reading
from shared.policy.schedules import Calendar, Schedule
from shared.policy.schema import Capacity
from shared.policy.tree import Listing, Node, Scalar
from shared.policy.values import Wrong, described, nearest

MOST_SCHEDULES = 50
MOST_TIMES = 24
"""Of one line in a day. Machines take minutes to come and go; who wants more of it than that wants scaling by load."""

EXAMPLE = "{name: office, cron: 0 7 * * MON-FRI, zone: Europe/London, for: 12h, min: 10}"
WANTED = f"a list of 1 to {MOST_SCHEDULES} schedules: [{EXAMPLE}]"
SIZES = ("min", "max", "target")
_FIELDS = {"name": "name", "cron": "cron", "zone": "zone", "for": "lasts"} | {one: one for one in SIZES}
_CALENDARS = {"except": "besides", "only": "only"}


def read_schedules(
    reading: Reading, pool: Opened, capacity: Capacity | None, calendars: Mapping[str, Calendar]
) -> tuple[Schedule, ...]:
    """Those of a pool that have no fault, in the order of the file. `capacity` None: it has a fault itself, and sizes
    are not compared with it."""
    if "schedules" not in pool.entries:
        return ()
    path, node = joined(pool.path, "schedules"), pool.entries["schedules"][1]
    if not isinstance(node, Listing) or not 1 <= len(node.items) <= MOST_SCHEDULES:
        reading.fault(node, path, described(node), WANTED)
        return ()
    found: list[Schedule] = []
    names: dict[str, int] = {}
    for index, item in enumerate(node.items):
        opened = reading.open("schedule", Scalar(item.line, item.column, "", True), item, f"{path}[{index}]")
        if opened is not None:
            before = len(reading.faults)
            values = _values(reading, opened, capacity)
            values |= _calendars(reading, opened, calendars)
            _named_once(reading, opened, names)
            if len(reading.faults) == before and {"name", "cron", "zone"} <= values.keys():
                found.append(Schedule(**values))
    return tuple(found)


def _values(reading: Reading, opened: Opened, capacity: Capacity | None) -> dict[str, Any]:
    hints, values = get_type_hints(Schedule, include_extras=True), dict[str, Any]()
    for key, field in _FIELDS.items():
        if key not in opened.entries:
            continue
        place = opened.entries[key][1]
        value = checked(place, field, hints[field])
        if field == "cron" and isinstance(value, str) and len(cron(value).times) > MOST_TIMES:
            value = Wrong(CRON.allowed, f"it comes more than {MOST_TIMES} times a day")
        if isinstance(value, Wrong):
            reading.fault(place, f"{opened.path}.{key}", described(place), value.allowed, value.hint)
        else:
            values[field] = value
    if not opened.entries.keys() & set(SIZES):
        reading.fault(opened.key, opened.path, "a schedule that says no size", "min, max, both, or target")
    _sizes(reading, opened, {one: values[one] for one in SIZES if values.get(one) is not None}, capacity)
    return values


def _sizes(reading: Reading, opened: Opened, sizes: dict[str, int], capacity: Capacity | None) -> None:
    """Faults of sizes that contradict each other or the hard bounds."""
    if "target" in sizes and len(sizes) > 1:
        found = "a target beside min or max"
        reading.fault(
            _place(opened, "target"), f"{opened.path}.target", found, "min and max, or target alone"
        )
    elif "min" in sizes and "max" in sizes and sizes["min"] > sizes["max"]:
        allowed = f"at most the max, which is {sizes['max']}"
        reading.fault(_place(opened, "min"), f"{opened.path}.min", str(sizes["min"]), allowed)
    if capacity is None:
        return
    for name, nodes in sizes.items():
        if not capacity.min <= nodes <= capacity.max:
            allowed = f"within the pool's capacity, {capacity.min} to {capacity.max}"
            reading.fault(_place(opened, name), f"{opened.path}.{name}", str(nodes), allowed)


def _calendars(reading: Reading, opened: Opened, calendars: Mapping[str, Calendar]) -> dict[str, Calendar]:
    found: dict[str, Calendar] = {}
    for key, field in _CALENDARS.items():
        if key not in opened.entries:
            continue
        node = _place(opened, key)
        calendar = calendars.get(node.text) if isinstance(node, Scalar) else None
        if calendar is None:
            near = nearest(node.text, list(calendars)) if isinstance(node, Scalar) else ""
            allowed = f"a calendar of this file: {', '.join(calendars) or 'there is none'}"
            hint = f"did you mean '{near}'?" if near else ""
            reading.fault(node, f"{opened.path}.{key}", described(node), allowed, hint)
        else:
            found[field] = calendar
    return found


def _named_once(reading: Reading, opened: Opened, names: dict[str, int]) -> None:
    """`names` are those of the schedules before, with their lines; this one's is added."""
    node = _place(opened, "name") if "name" in opened.entries else None
    if not isinstance(node, Scalar):
        return
    if node.text not in names:
        names[node.text] = node.line
    else:
        found = f"{shown(node.text)}, which is the name of the schedule on line {names[node.text]} already"
        reading.fault(node, f"{opened.path}.name", found, "a name that no other schedule of the pool has")


def _place(opened: Opened, key: str) -> Node:
    return opened.entries[key][1]
