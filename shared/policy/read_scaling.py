"""The `scaling` of a pool, a cluster or the `defaults`: signals, pace, and who goes when a pool shrinks.

What is written is merged field by field with what stands further out, the list of signals, the forecast and `spot` as a
whole. A pool follows load when it has signals after that; `signals: none` and `forecast: none` take away what stands
further out.
"""

from __future__ import annotations

from typing import Any, get_type_hints

from msgspec.structs import fields

from shared.policy.faults import joined, shown
from shared.policy.read_alternates import read_alternates
from shared.policy.read_windows import checked
from shared.policy.reading import KEYS, Opened, Reading
from shared.policy.scaling import (
    Aim,
    Allocated,
    Constant,
    Foresight,
    Metric,
    Pace,
    Resource,
    Scaling,
    Signal,
    Spot,
    Thin,
    Waiting,
)
from shared.policy.tree import Listing, Node, Scalar
from shared.policy.values import Wrong, described, read_value

MOST_SIGNALS = 10
WAITING, THIN = "waiting", "thin"
FORMS = (
    "{of: cpu, setpoint: 70%}, {of: waiting}, {of: thin, below: 40%}, {metric: queue.depth, per_node: 100}"
    " or {nodes: 3}"
)
WANTED = f"none, or a list of 1 to {MOST_SIGNALS} signals, each like {FORMS}"
OF = f"{' or '.join(Resource)} or {WAITING} or {THIN}"

PACE = tuple(one.name for one in fields(Pace))
OTHERS = {"goes_first": "age", "protect_new": "protect_new", "serving": "serving"}
"""Keys of the file to fields of `Scaling`."""

_BESIDE = {
    "of": ("of", "setpoint", "margin"),
    WAITING: ("of",),
    THIN: ("of", "below"),
    "metric": ("metric", "per_node", "margin"),
    "nodes": ("nodes",),
}
"""What a signal is of, to the keys that it may have; two words after `of` have keys of their own."""


def read_scaling(reading: Reading, opened: Opened) -> dict[str, Any] | None:
    """The fields of `Scaling` and `Pace` that are written in that layer; None where there is no `scaling`."""
    section = reading.child("scaling", "scaling", opened)
    if section is None:
        return None
    values = reading.values(section, Pace, PACE)
    hints = get_type_hints(Scaling, include_extras=True)
    for key, field in OTHERS.items():
        value = _value(reading, section, key, hints[field])
        if value is not None:
            values[field] = value
    if "signals" in section.entries:
        signals = _signals(reading, section)
        if signals is not None:
            values["signals"] = signals
    if "alternates" in section.entries:
        values |= read_alternates(reading, section)
    for key, kind in (("forecast", Foresight), ("spot", Spot)):
        if key in section.entries:
            values[key] = _mapping(reading, section, key, kind)
    return values


def scaling_of(values: dict[str, Any] | None) -> Scaling | None:
    """What the merged layers come to."""
    if values is None:
        return None
    pace = {name: value for name, value in values.items() if name in PACE}
    return Scaling(pace=Pace(**pace), **{name: value for name, value in values.items() if name not in PACE})


def _mapping[T: (Foresight, Spot)](reading: Reading, section: Opened, key: str, kind: type[T]) -> T | None:
    """None for `none`, and for one with a fault."""
    node = section.entries[key][1]
    if isinstance(node, Scalar) and node.text == "none":
        return None
    opened = reading.child(key, key, section)
    if opened is None:
        return None
    hints, values = get_type_hints(kind, include_extras=True), dict[str, Any]()
    for name in KEYS[key]:
        if name not in opened.entries:
            continue
        place = opened.entries[name][1]
        value = checked(place, name, hints[name])
        if isinstance(value, Wrong):
            reading.fault(place, f"{opened.path}.{name}", described(place), value.allowed, value.hint)
        else:
            values[name] = value
    return kind(**values)


def _signals(reading: Reading, section: Opened) -> tuple[Signal, ...] | None:
    path, node = joined(section.path, "signals"), section.entries["signals"][1]
    if isinstance(node, Scalar) and node.text == "none":
        return ()
    if not isinstance(node, Listing) or not 1 <= len(node.items) <= MOST_SIGNALS:
        reading.fault(node, path, described(node), WANTED)
        return None
    found: list[Signal] = []
    seen: dict[str, int] = {}
    for index, item in enumerate(node.items):
        place = f"{path}[{index}]"
        signal = _signal(reading, item, place)
        if signal is None:
            continue
        follows = _follows(signal)
        if seen.setdefault(follows, item.line) != item.line or any(_follows(one) == follows for one in found):
            told = f"{follows}, which is on line {seen[follows]} already"
            reading.fault(item, place, told, "each signal once")
        found.append(signal)
    return tuple(found)


def _follows(signal: Signal) -> str:
    match signal:
        case Allocated(of=of):
            return of.value
        case Metric(name=name):
            return f"the metric {shown(name)}"
        case Waiting():
            return WAITING
        case Thin():
            return THIN
        case Constant():
            return "a count of nodes"


def _signal(reading: Reading, item: Node, path: str) -> Signal | None:
    opened = reading.open("signal", Scalar(item.line, item.column, "", True), item, path)
    if opened is None:
        return None
    kinds = [key for key in ("of", "metric", "nodes") if key in opened.entries]
    if len(kinds) != 1:
        reading.fault(item, path, " and ".join(kinds) or "a signal of nothing", FORMS)
        return None
    (kind,) = kinds
    before = len(reading.faults)
    allowed = _BESIDE.get(_word(opened), _BESIDE[kind])
    for key, (name, _) in opened.entries.items():
        if key not in allowed:
            reading.fault(name, f"{path}.{key}", f"{key} beside {kind}", ", ".join(allowed))
    signal = {"of": _of, "metric": _metric, "nodes": _constant}[kind](reading, opened)
    return signal if len(reading.faults) == before else None


def _word(opened: Opened) -> str:
    """What stands after `of`, if it is one that is no resource."""
    node = opened.entries.get("of", (None, None))[1]
    return node.text if isinstance(node, Scalar) and node.text in {WAITING, THIN} else ""


def _of(reading: Reading, opened: Opened) -> Signal | None:
    if _word(opened) == WAITING:
        return Waiting()
    if _word(opened) == THIN:
        return Thin(**reading.values(opened, Thin, ("below",)))
    node = opened.entries["of"][1]
    resource = read_value(node, Resource)
    if isinstance(resource, Wrong):
        reading.fault(node, f"{opened.path}.of", described(node), OF, resource.hint)
        return None
    values = reading.values(opened, Aim, ("setpoint", "margin"))
    setpoint, margin = values.get("setpoint", Aim().setpoint), values.get("margin", Aim().margin)
    if not margin < setpoint or round(setpoint + margin / 2, 9) > 1:
        key = "margin" if "margin" in values else "setpoint"
        place, found = opened.entries[key][1], f"a margin of {margin:.0%} around {setpoint:.0%}"
        allowed = "a margin below the setpoint, and half of it and the setpoint together at most 100%"
        reading.fault(place, f"{opened.path}.{key}", found, allowed)
        return None
    return Allocated(resource, Aim(setpoint, margin))


def _metric(reading: Reading, opened: Opened) -> Signal | None:
    name = _value(reading, opened, "metric", get_type_hints(Metric, include_extras=True)["name"])
    values = reading.values(opened, Metric, ("per_node", "margin"))
    if "per_node" not in opened.entries:
        allowed = "the key 'per_node': how much of it is right for each node"
        reading.fault(opened.key, f"{opened.path}.per_node", "no such key", allowed)
    return Metric(name=name, **values) if name and "per_node" in values else None


def _constant(reading: Reading, opened: Opened) -> Signal | None:
    values = reading.values(opened, Constant, ("nodes",))
    return Constant(**values) if values else None


def _value(reading: Reading, opened: Opened, key: str, hint: Any) -> Any:
    """The value under a key that is another one than its field; None without one, or with a fault."""
    if key not in opened.entries:
        return None
    node = opened.entries[key][1]
    value = read_value(node, hint)
    if isinstance(value, Wrong):
        reading.fault(node, f"{opened.path}.{key}", described(node), value.allowed, value.hint)
        return None
    return value
