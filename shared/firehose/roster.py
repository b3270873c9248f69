"""Who a host is: from any of its names to the node of a pool.

A node is known by its address, the host name and id of its agent, its own name, and the computer name that Azure
makes of a scale set's prefix and the instance id in base 36 (MicrosoftDocs/azure-compute-docs
virtual-machine-scale-sets-instance-ids.md), where the prefix is the set's name. A master is known by its address in
the policy. Two clusters may use the same private addresses: such a name is ambiguous unless the sender names its
cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from shared.model.masters import MASTERS
from shared.model.nodes import NodeMemory
from shared.policy.schema import ClusterPolicy

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Subject(Struct, frozen=True):
    """A node, or a master (`pool` is `MASTERS` then, and `node` its address)."""

    cluster: str
    pool: str
    node: str

    @property
    def is_master(self) -> bool:
        return self.pool == MASTERS


class Roster:
    """All names of all nodes. Made anew when the inventory was read; cheap for ten thousand nodes."""

    def __init__(self, clusters: Iterable[tuple[ClusterPolicy, Mapping[str, NodeMemory]]] = ()) -> None:
        self.names: dict[str, Subject | None] = {}
        """Lower case; None: ambiguous."""
        self.sizes: Counter[tuple[str, str]] = Counter()
        self.agents: dict[str, set[str]] = {}
        """Addresses of nodes, by cluster."""
        self._of: dict[str, dict[str, Subject]] = {}
        for cluster, memories in clusters:
            self._add(cluster, memories)

    def find(self, name: str, cluster: str = "") -> Subject | None:
        """The node of that name, in that cluster if one is named. A port is no part of a name."""
        names = self._of.get(cluster, {}) if cluster else self.names
        plain = name.lower()
        found = names.get(plain)
        return found or names.get(plain.partition(":")[0])

    def is_ambiguous(self, name: str) -> bool:
        return self.names.get(name.lower().partition(":")[0], self) is None

    def size(self, cluster: str, pool: str) -> int:
        return self.sizes[(cluster, pool)]

    def _add(self, cluster: ClusterPolicy, memories: Mapping[str, NodeMemory]) -> None:
        own = self._of.setdefault(cluster.name, {})
        agents = [one for one in memories.values() if one.pool != MASTERS]
        self.agents[cluster.name] = {one.address for one in agents if one.address}
        for master in cluster.masters:
            host = master.partition(":")[0]
            own[host.lower()] = Subject(cluster.name, MASTERS, host)
            self.sizes[(cluster.name, MASTERS)] += 1
        # An address is given again to the next machine: of two nodes the one that was seen first later has it.
        for memory in sorted(agents, key=lambda one: one.first_seen_at, reverse=True):
            subject = Subject(cluster.name, memory.pool, memory.name)
            self.sizes[(cluster.name, memory.pool)] += 1
            for name in _names(memory):
                own.setdefault(name.lower(), subject)
        for name, subject in own.items():
            self.names[name] = None if name in self.names else subject


def _names(memory: NodeMemory) -> Iterator[str]:
    yield memory.name
    for name in (memory.address, memory.hostname, memory.agent_id):
        if name:
            yield name
    prefix = memory.name.rpartition("_")[0]
    if memory.instance_id.isdecimal() and len(memory.instance_id) < 10:
        yield prefix + _base36(int(memory.instance_id))


def _base36(number: int) -> str:
    """Six digits, as in the computer names of scale set instances."""
    digits = ""
    while number or len(digits) < 6:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
