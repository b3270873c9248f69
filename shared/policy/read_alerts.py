"""The `alerts` of a cluster to `Alerts`, with every fault on the way.

What `Reading` does for all parts, for the two forms that only alerts have: a mapping of labels to values, and a list of
labels. Faults have the same shape and go to the same list.
"""

from __future__ import annotations

from typing import Any

from shared.policy.alerts import AlertRule, Alerts, Labels
from shared.policy.faults import joined, shown
from shared.policy.limits import LABEL, LABELS, NAMES_OF_LABELS
from shared.policy.reading import Opened, Reading
from shared.policy.tree import Broken, Listing, Node, Scalar, Section
from shared.policy.values import described, fits, is_nothing

MOST_VALUE = 200  # characters of a label's value
VALUE = f"a text of 1 to {MOST_VALUE} characters"


def read_alerts(reading: Reading, cluster: Opened) -> Alerts:
    """The section `alerts` of a cluster; the defaults when there is none."""
    opened = reading.child("alerts", "alerts", cluster)
    if opened is None:
        return Alerts()
    values: dict[str, Any] = {}
    for name in ("node_labels", "pool_labels"):
        names = _names(reading, opened, name)
        if names:
            values[name] = names
    rules = tuple(_rule(reading, one) for one in reading.named("rules", "rule", opened))
    return Alerts(labels=_labels(reading, opened), rules=rules, **values)


def _rule(reading: Reading, opened: Opened) -> AlertRule:
    values = reading.values(opened, AlertRule, ("alert", "means", "severity", "impairs"))
    return AlertRule(name=opened.key.text, labels=_labels(reading, opened), **values)


def _labels(reading: Reading, opened: Opened) -> Labels:
    if "labels" not in opened.entries:
        return Labels()
    path, node = joined(opened.path, "labels"), opened.entries["labels"][1]
    if not isinstance(node, Section) or not node.entries:
        reading.fault(node, path, described(node), LABELS.allowed)
        return Labels()
    pairs: list[tuple[str, str]] = []
    for key, value in node.entries.values():
        if not fits(key.text, LABEL):
            reading.fault(key, path, shown(key.text), LABEL.allowed)
        elif not _is_value(value):
            reading.fault(value, joined(path, key.text), described(value), VALUE)
        elif isinstance(value, Scalar):
            pairs.append((key.text, value.text))
    return Labels(tuple(pairs))


def _is_value(node: Node) -> bool:
    """A broken one has its fault already."""
    if isinstance(node, Scalar):
        return not is_nothing(node) and 0 < len(node.text) <= MOST_VALUE
    return isinstance(node, Broken)


def _names(reading: Reading, opened: Opened, name: str) -> tuple[str, ...]:
    """A list of labels; empty when it is not written, or not well."""
    if name not in opened.entries:
        return ()
    path, node = joined(opened.path, name), opened.entries[name][1]
    if not isinstance(node, Listing) or not node.items:
        reading.fault(node, path, described(node), NAMES_OF_LABELS.allowed)
        return ()
    names: list[str] = []
    for index, item in enumerate(node.items):
        text = item.text if isinstance(item, Scalar) else ""
        if not fits(text, LABEL):
            reading.fault(item, f"{path}[{index}]", described(item), LABEL.allowed)
        elif text in names:
            reading.fault(item, f"{path}[{index}]", described(item), "each label once")
        else:
            names.append(text)
    return tuple(names)
