"""The `windows` of a policy file: a list of mappings, or the word `always`.

Cron lines and zones are tried when the file is read, so that a window that never comes is a fault at its line and not a
pool that is never repaired.
"""

from __future__ import annotations

from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from shared.calendar.cron import cron
from shared.policy.faults import joined
from shared.policy.limits import CRON, ZONE
from shared.policy.reading import Opened, Reading
from shared.policy.tree import Listing, Node, Scalar
from shared.policy.values import Wrong, described, read_value
from shared.policy.windows import Window

ALWAYS = "always"
MOST_WINDOWS = 20
WANTED = f"a list of 1 to {MOST_WINDOWS} windows, or {ALWAYS}: [{{cron: 0 22 * * *, zone: Europe/London, for: 8h}}]"
_FIELDS = {"cron": "cron", "zone": "zone", "for": "lasts"}


def read_windows(reading: Reading, opened: Opened) -> tuple[Window, ...] | None:
    """None where nothing is written, or nothing without a fault; empty for `always`."""
    if "windows" not in opened.entries:
        return None
    path, node = joined(opened.path, "windows"), opened.entries["windows"][1]
    if isinstance(node, Scalar) and node.text == ALWAYS:
        return ()
    if not isinstance(node, Listing) or not 1 <= len(node.items) <= MOST_WINDOWS:
        reading.fault(node, path, described(node), WANTED)
        return None
    windows = [_window(reading, item, f"{path}[{index}]") for index, item in enumerate(node.items)]
    return tuple(window for window in windows if window is not None)


def _window(reading: Reading, node: Node, path: str) -> Window | None:
    opened = reading.open("window", Scalar(node.line, node.column, "", True), node, path)
    if opened is None:
        return None
    hints, values = get_type_hints(Window, include_extras=True), dict[str, Any]()
    for key, field in _FIELDS.items():
        if key not in opened.entries:
            continue
        value = checked(opened.entries[key][1], field, hints[field])
        if isinstance(value, Wrong):
            place = opened.entries[key][1]
            reading.fault(place, f"{path}.{key}", described(place), value.allowed, value.hint)
        else:
            values[field] = value
    return Window(**values) if len(values) == len(_FIELDS) else None


def checked(node: Node, field: str, hint: Any) -> Any:
    """The value of a field, or `Wrong`; a `cron` that comes and a `zone` that there is."""
    value = read_value(node, hint)
    if field == "cron" and isinstance(value, str) and not _comes(value):
        return Wrong(CRON.allowed, "it never comes, or is no time")
    if field == "zone" and isinstance(value, str) and not _is_zone(value):
        return Wrong(ZONE.allowed, "no zone has that name")
    return value


def _comes(line: str) -> bool:
    try:
        cron(line)
    except ValueError:
        return False
    return True


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, a folder, or a path that leads out
        return False
    return True
