"""The `masters` of a cluster to `Quorum`, with every fault on the way.

What `Reading` does for all parts, for the two forms that only masters have: a ladder from which words are missing, and
a list of addresses that goes with another list.
"""

from __future__ import annotations

from typing import Any

from shared.policy.faults import joined, shown
from shared.policy.quorum import FOR_MASTERS, MasterRepair, Quorum
from shared.policy.reading import KEYS, Opened, Reading
from shared.policy.tree import Listing, Node, Scalar
from shared.policy.values import Wrong, described, read_host

NEVER = "masters are never reimaged or replaced: their disks hold the cluster's registry and ZooKeeper's data"
ADDRESS = "an IPv4 address without a port, like 172.16.0.5"


def read_quorum(reading: Reading, cluster: Opened, masters: int) -> Quorum:
    """The section `masters` of a cluster with so many masters; the defaults when there is none."""
    opened = reading.child("masters", "masters", cluster)
    if opened is None:
        return Quorum()
    values = reading.values(opened, Quorum, ("vms",))
    repair = reading.child("repair", "master repair", opened)
    if repair is not None:
        values["repair"] = _repair(reading, repair)
    return Quorum(addresses=_addresses(reading, opened, masters), **values)


def _repair(reading: Reading, opened: Opened) -> MasterRepair:
    names = KEYS["master repair"]
    nobody_is_asked = "approve" in opened.entries and _is_empty(opened.entries["approve"][1])
    values: dict[str, Any] = reading.values(
        opened, MasterRepair, tuple(name for name in names if name != "approve" or not nobody_is_asked)
    )
    if nobody_is_asked:
        values["approve"] = ()
    for name in ("ladder", "approve"):
        wrong = [remedy for remedy in values.get(name, ()) if remedy not in FOR_MASTERS]
        if wrong:
            found, allowed = ", ".join(wrong), f"a list of: {', '.join(FOR_MASTERS)}"
            reading.fault(opened.entries[name][1], joined(opened.path, name), found, allowed, NEVER)
            del values[name]
    return MasterRepair(**values)


def _is_empty(node: Node) -> bool:
    """`[]`, which for agents is what they have when nothing is written."""
    return isinstance(node, Listing) and not node.items


def _addresses(reading: Reading, opened: Opened, masters: int) -> tuple[str, ...]:
    if "addresses" not in opened.entries:
        return ()
    path, node = joined(opened.path, "addresses"), opened.entries["addresses"][1]
    if not isinstance(node, Listing) or len(node.items) != masters:
        wanted = f"a list of {masters} addresses, one for each of dcos.masters, in their order"
        reading.fault(node, path, described(node), wanted)
        return ()
    read = [item.text.strip() if isinstance(item, Scalar) else "" for item in node.items]
    for index, (item, text) in enumerate(zip(node.items, read, strict=True)):
        host = read_host(text)
        if isinstance(host, Wrong) or not host.replace(".", "").isdecimal():
            reading.fault(item, f"{path}[{index}]", described(item), ADDRESS)
        elif text in read[:index]:
            reading.fault(item, f"{path}[{index}]", shown(text), "each address once")
    return tuple(read)
