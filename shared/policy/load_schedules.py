"""The calendars and schedules of a policy file, without all the rest of it.

For the preview: it can be asked of a file before the app is given it. Faults of other parts are not looked for here,
`policy check` tells them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.policy.faults import joined
from shared.policy.load import read_text
from shared.policy.pool_schedules import PoolSchedules
from shared.policy.read_calendars import read_calendars
from shared.policy.read_schedules import read_schedules
from shared.policy.reading import KEYS, Opened, Reading
from shared.policy.schedules import Calendar
from shared.policy.schema import Capacity
from shared.policy.tree import EXPECTED, Node, Scalar, Section
from shared.policy.values import described

_PRICE = re.compile(r"[0-9]{1,5}(\.[0-9]{1,6})?")


def load_schedules(
    text: str | bytes, source: str, ics: Mapping[str, str] | None = None
) -> tuple[PoolSchedules, ...]:
    """Every pool of the file that has schedules, in its order. `source` names the file in messages; `ics` has the texts
    of iCalendar files by their names. `PolicyError` carries every fault in these parts."""
    reading = Reading()
    return read_text(text, source, reading, lambda root: tuple(_pools(reading, root, ics or {})))


def _pools(reading: Reading, root: Node | None, ics: Mapping[str, str]) -> list[PoolSchedules]:
    if root is None:
        return []
    if not isinstance(root, Section):
        reading.fault(root, "", described(root), EXPECTED)
        return []
    top = Opened(Scalar(root.line, root.column, "", True), "", dict(root.entries))
    calendars = read_calendars(reading, top, ics)
    return [
        found
        for cluster in _sections(top, "clusters")
        for pool in _sections(cluster, "pools")
        if (found := _pool(reading, cluster, pool, calendars)).schedules
    ]


def _sections(parent: Opened, key: str) -> list[Opened]:
    """The sections under a key; nothing where there are none, whatever else stands there."""
    if key not in parent.entries:
        return []
    node, path = parent.entries[key][1], joined(parent.path, key)
    named = node.entries.values() if isinstance(node, Section) else ()
    return [
        Opened(name, joined(path, name.text), dict(value.entries))
        for name, value in named
        if isinstance(value, Section)
    ]


def _pool(
    reading: Reading, cluster: Opened, pool: Opened, calendars: Mapping[str, Calendar]
) -> PoolSchedules:
    capacity = _capacity(reading, pool) if "schedules" in pool.entries else None
    return PoolSchedules(
        cluster=cluster.key.text,
        pool=pool.key.text,
        capacity=capacity or Capacity(min=0, max=1),
        schedules=read_schedules(reading, pool, capacity, calendars),
        price=_price(reading, pool),
    )


def _capacity(reading: Reading, pool: Opened) -> Capacity | None:
    opened = reading.child("capacity", "capacity", pool)
    if opened is None:
        if "capacity" not in pool.entries:
            allowed = "the key 'capacity', within which schedules move the size"
            reading.fault(pool.key, joined(pool.path, "capacity"), "no such key", allowed)
        return None
    values = reading.values(opened, Capacity, KEYS["capacity"])
    if len(values) < 2:
        return None
    if values["min"] > values["max"]:
        place, allowed = opened.entries["min"][1], f"at most the max, which is {values['max']}"
        reading.fault(place, f"{opened.path}.min", str(values["min"]), allowed)
        return None
    return Capacity(**values)


def _price(reading: Reading, pool: Opened) -> float | None:
    if "price" not in pool.entries:
        return None
    node = pool.entries["price"][1]
    if isinstance(node, Scalar) and _PRICE.fullmatch(node.text):
        return float(node.text)
    allowed = "the price of a node for an hour, a number like 0.19"
    reading.fault(node, joined(pool.path, "price"), described(node), allowed)
    return None
