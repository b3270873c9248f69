"""A policy file being read: sections, their keys, their fields, and the faults on the way.

What the readers of the parts share. `KEYS` is the form of the file; a section is opened against the keys that its kind
may have, a field is read against the type and limit that `schema.py` gives it. `read.py` begins at the top of the file.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from shared.policy.alerts import Alerts
from shared.policy.autoscale import AzureAutoscale
from shared.policy.faults import MOST_FAULTS, Fault, joined, shown
from shared.policy.limits import NAME
from shared.policy.notify import Target
from shared.policy.offers import Offers
from shared.policy.quorum import MasterRepair, Quorum
from shared.policy.read_firehose import KEYS as FIREHOSE_KEYS
from shared.policy.rebalance import Rebalance
from shared.policy.scaling import Foresight, Pace, Spot
from shared.policy.schema import Capacity, Disruption, Repair, Storm
from shared.policy.tree import EXPECTED, Broken, Node, Scalar, Section
from shared.policy.values import Wrong, described, is_nothing, nearest, read_value

SETTINGS: dict[str, type[Struct]] = {
    "repair": Repair,
    "disruption": Disruption,
    "storm": Storm,
    "rebalance": Rebalance,
}

KEYS: dict[str, tuple[str, ...]] = {
    "file": ("version", "defaults", "clusters", "calendars", "notify"),
    "notify": tuple(one.name for one in fields(Target)),
    "defaults": ("mode", "windows", "scaling", *SETTINGS),
    "cluster": (
        "subscription",
        "resource_group",
        "dcos",
        "pools",
        "masters",
        "mode",
        "windows",
        "scaling",
        "failover_hold_off",
        "at_once",
        "alerts",
        "firehose",
        "notify",
        *SETTINGS,
    ),
    "firehose": FIREHOSE_KEYS,
    "dcos": ("masters", "marathons", "login"),
    "masters": tuple(one.name for one in fields(Quorum)),
    "master repair": tuple(one.name for one in fields(MasterRepair)),
    "pool": (
        "scale_set",
        "capacity",
        "mode",
        "windows",
        "schedules",
        "scaling",
        "offers",
        "price",
        "azure_autoscale",
        "notify",
        *SETTINGS,
    ),
    "window": ("cron", "zone", "for"),
    "schedule": ("name", "cron", "zone", "for", "min", "max", "target", "except", "only"),
    "calendar": ("country", "subdivision", "dates", "ics"),
    "scaling": (
        "signals",
        "forecast",
        *(one.name for one in fields(Pace)),
        "goes_first",
        "alternates",
        "spot",
        "protect_new",
        "serving",
    ),
    "forecast": tuple(one.name for one in fields(Foresight)),
    "alternates": ("cheapest",),
    "spot": tuple(one.name for one in fields(Spot)),
    "signal": ("of", "setpoint", "margin", "metric", "per_node", "nodes", "below"),
    "capacity": tuple(one.name for one in fields(Capacity)),
    "azure_autoscale": tuple(one.name for one in fields(AzureAutoscale)),
    "offers": tuple(one.name for one in fields(Offers)),
    "alerts": tuple(one.name for one in fields(Alerts)),
    "rule": ("alert", "labels", "means", "severity", "impairs"),
    **{name: tuple(one.name for one in fields(kind)) for name, kind in SETTINGS.items()},
}
"""The keys that each kind of section may have."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "file": ("version", "clusters"),
    "notify": ("to",),
    "cluster": ("subscription", "resource_group", "dcos", "pools"),
    "dcos": ("masters",),
    "pool": ("scale_set", "capacity"),
    "alternates": ("cheapest",),
    "capacity": ("min", "max"),
    "azure_autoscale": ("min", "max"),
    "offers": ("cpus", "mem"),
    "window": ("cron", "zone", "for"),
    "schedule": ("name", "cron", "zone"),
}


class Opened(Struct, frozen=True):
    """A section whose keys were checked. `key` is where it is named, for faults about what it lacks."""

    key: Scalar
    path: str
    entries: dict[str, tuple[Scalar, Node]]


class Reading:
    """The faults of one file, which fill as its sections are opened and their fields read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def values(self, opened: Opened, kind: type[Struct], names: tuple[str, ...]) -> dict[str, Any]:
        """The fields `names` of `kind` that are written in the section and have no fault."""
        hints = _hints(kind)
        values: dict[str, Any] = {}
        for name in names:
            if name not in opened.entries:
                continue
            node = opened.entries[name][1]
            value = read_value(node, hints[name])
            if isinstance(value, Wrong):
                hint = value.hint or _advice(node)
                self.fault(node, f"{opened.path}.{name}", described(node), value.allowed, hint)
            else:
                values[name] = value
        return values

    def named(self, key: str, kind: str, opened: Opened) -> list[Opened]:
        """The sections under `key`, whose keys are names that the operator chose. At least one."""
        if key not in opened.entries:
            return []
        path = joined(opened.path, key)
        node = opened.entries[key][1]
        if not isinstance(node, Section) or not node.entries:
            self.fault(node, path, described(node), f"at least one {kind}, each under its name")
            return []
        sections: list[Opened | None] = []
        for name, value in node.entries.values():
            if isinstance(read_value(name, _NAME), Wrong):
                self.fault(name, path, shown(name.text), NAME.allowed)
            sections.append(self.open(kind, name, value, joined(path, name.text)))
        return [section for section in sections if section is not None]

    def child(self, key: str, kind: str, opened: Opened) -> Opened | None:
        if key not in opened.entries:
            return None
        name, node = opened.entries[key]
        return self.open(kind, name, node, joined(opened.path, key))

    def open(self, kind: str, key: Scalar, node: Node, path: str) -> Opened | None:
        """Check the keys of a section; None when it is no section at all."""
        known = list(KEYS[kind])
        if not isinstance(node, Section):
            expected = f"a mapping with {', '.join(known)}" if path else EXPECTED
            self.fault(node, path, described(node), expected, _advice(node))
            return None
        absent = [name for name in REQUIRED.get(kind, ()) if name not in node.entries]
        for name, _ in node.entries.values():
            if name.text not in known:
                near = nearest(name.text, known) if len(self.faults) < MOST_FAULTS else ""
                self._unknown_key(kind, name, path, near)
                absent = [one for one in absent if one != near]
        for one in absent:
            self.fault(key, joined(path, one), "no such key", f"the key '{one}', which must be there")
        return Opened(key, path, dict(node.entries))

    def _unknown_key(self, kind: str, key: Scalar, path: str, near: str) -> None:
        hint = f"did you mean '{near}'?" if near else _elsewhere(key.text)
        self.fault(key, joined(path, key.text), f"the key {shown(key.text)}", ", ".join(KEYS[kind]), hint)

    def fault(self, place: Node, path: str, found: str, allowed: str, hint: str = "") -> None:
        if not isinstance(place, Broken):
            self.faults.append(Fault(place.line, place.column, path, found, allowed, hint))


def _advice(node: Node) -> str:
    return "write a value or take the key out" if is_nothing(node) else ""


def _elsewhere(key: str) -> str:
    places = [kind for kind, keys in KEYS.items() if key in keys]
    return f"'{key}' belongs to: {', '.join(places)}" if places else ""


@cache
def _hints(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


_NAME = Annotated[str, NAME]
