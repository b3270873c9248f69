"""The `scaling.alternates` of pools: names of other pools of the cluster, each once; in the order in which they are
asked, or as `cheapest`.

That each of them is there, and says how many nodes it needs of its own, is known when all pools of the cluster have
been read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.policy.faults import joined, shown
from shared.policy.reading import Opened, Reading
from shared.policy.scaling import Allocated, Constant, Metric
from shared.policy.schema import PoolPolicy
from shared.policy.tree import Listing, Node, Scalar, Section
from shared.policy.values import described

MOST_ALTERNATES = 10
LIST = f"a list of 1 to {MOST_ALTERNATES} names of other pools of the cluster, each once: [standby]"
ALTERNATES = (
    f"none, or {LIST}, in the order in which they are asked; or the same as {{cheapest: [standby, reserve]}}"
)
BY_ITSELF = Allocated | Metric | Constant
"""Signals that say how many nodes a pool needs, whatever size it has."""


def read_alternates(reading: Reading, section: Opened) -> dict[str, Any]:
    """The fields of `Scaling` that it says: the names as they are written, and whether prices order them. Nothing with
    a fault."""
    path, node = joined(section.path, "alternates"), section.entries["alternates"][1]
    if not isinstance(node, Section):
        names = _names(reading, node, path, ALTERNATES)
        return {} if names is None else {"alternates": names, "by_price": False}
    opened = reading.child("alternates", "alternates", section)
    if opened is None or "cheapest" not in opened.entries:
        return {}
    names = _names(reading, opened.entries["cheapest"][1], joined(path, "cheapest"), LIST)
    return {} if names is None else {"alternates": names, "by_price": True}


def _names(reading: Reading, node: Node, path: str, wanted: str) -> tuple[str, ...] | None:
    if wanted is ALTERNATES and isinstance(node, Scalar) and node.text == "none":
        return ()
    names = [one.text for one in node.items if isinstance(one, Scalar)] if isinstance(node, Listing) else []
    is_list = isinstance(node, Listing) and len(names) == len(node.items) == len(set(names))
    if not is_list or not 1 <= len(names) <= MOST_ALTERNATES:
        reading.fault(node, path, described(node), wanted)
        return None
    return tuple(names)


def check_alternates(reading: Reading, sections: Sequence[Opened], pools: Sequence[PoolPolicy]) -> None:
    """Each is another pool of the cluster that has a signal of its own."""
    known = {pool.name: pool for pool in pools}
    for opened, pool in zip(sections, pools, strict=True):
        for name in pool.scaling.alternates if pool.scaling is not None else ():
            told = _against(name, pool, known.get(name))
            if told:
                found, allowed = told
                reading.fault(_place(opened), joined(opened.path, "scaling.alternates"), found, allowed)


def _against(name: str, pool: PoolPolicy, alternate: PoolPolicy | None) -> tuple[str, str] | None:
    """What is found and what may stand there; None: it may."""
    if alternate is None:
        return shown(name), "a pool of this cluster"
    if name == pool.name:
        return f"{shown(name)}, which is the pool itself", "another pool of this cluster"
    signals = alternate.scaling.signals if alternate.scaling is not None else ()
    if not any(isinstance(one, BY_ITSELF) for one in signals):
        found = f"{shown(name)}, of which nobody knows how many nodes it needs of its own"
        return found, "a pool that follows a resource, a metric or {nodes: N}"
    return None


def _place(opened: Opened) -> Node:
    """Where it is written in the pool, or the pool where it stands further out."""
    scaling = opened.entries.get("scaling", (opened.key, opened.key))[1]
    if isinstance(scaling, Section) and "alternates" in scaling.entries:
        return scaling.entries["alternates"][1]
    return opened.key
