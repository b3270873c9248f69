"""Joining the three worlds: which instance, which address, which agent are one machine.

An instance is known by scale set and instance id, which are never used twice. Its agent is found by the private
address of its network interface, because DC/OS agents announce exactly that address
(dcos/dcos:gen/ip-detect/azure.sh) and no name that Azure knows. But addresses are used again by new machines, so an
agent id that the inventory remembers for one node is not taken for another's, an address that a machine has now finds
no agent for one that only had it once, and one that two machines have finds none at all.
Conditions are judged next door.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain

from msgspec.structs import replace

from shared.model.azure import Instance
from shared.model.mesos import Agent
from shared.model.nodes import Node, NodeMemory
from shared.model.readings import Value
from shared.model.snapshot import PoolReadings, Snapshot


class _Agents:
    """The registered agents, to be found by id and by address. Where every node has the agent that is remembered for
    it, nobody asks for the rest, and it is not worked out."""

    def __init__(self, agents: Iterable[Agent], memory: Mapping[str, NodeMemory]) -> None:
        self.by_id = {agent.agent_id: agent for agent in agents}
        self._memory = memory

    @cached_property
    def owner(self) -> Mapping[str, str]:
        return {node.agent_id: node.name for node in self._memory.values() if node.agent_id}

    @cached_property
    def by_address(self) -> Mapping[str, list[Agent]]:
        found: dict[str, list[Agent]] = defaultdict(list)
        for agent in self.by_id.values():
            found[agent.address].append(agent)
        return found

    def of(
        self, name: str, address: str | None, remembered: str | None, made: datetime | None
    ) -> tuple[Agent | None, int]:
        """The node's agent, and how many agents there are between which nobody could choose. `made` is when Azure
        created its machine.

        1. The agent that is remembered for this node, if it is connected.
        2. Else the one connected agent at its address that is not remembered for another node.
        3. Else the remembered one, connected or not.
        4. Else the one agent at its address that is not remembered for another node, and that did not register before
           the machine was made: Mesos lists who had the address before for minutes.
        """
        known = self.by_id.get(remembered) if remembered else None
        if known and known.active:
            return known, 0
        at_address = self.by_address.get(address, []) if address else []
        free = [agent for agent in at_address if self.owner.get(agent.agent_id, name) == name]
        connected = [agent for agent in free if agent.active]
        if len(connected) > 1:
            return None, len(connected)
        if connected:
            return connected[0], 0
        if known:
            return known, 0
        free = [agent for agent in free if not _is_older(agent, made)]
        if len(free) > 1:
            return None, len(free)
        return (free[0], 0) if free else (None, 0)


def _is_older(agent: Agent, made: datetime | None) -> bool:
    return made is not None and agent.registered_at is not None and agent.registered_at < made


def nodes_of_pool(snapshot: Snapshot, pool: str, memory: Mapping[str, NodeMemory]) -> tuple[Node, ...]:
    """Every node of a pool that Azure lists or that the inventory remembers, in the order of their names."""
    readings = snapshot.pools[pool]
    scheduler = snapshot.scheduler
    listed: dict[str, Instance] = {}
    if isinstance(readings.instances, Value):
        listed = {instance.name: instance for instance in readings.instances.value}
    registered = scheduler.value.agents if isinstance(scheduler, Value) else ()
    addresses = _addresses(readings)
    remembered = {name: node for name, node in memory.items() if node.pool == pool}
    cleared = _cleared(registered, listed, addresses, remembered)
    remembered |= cleared
    agents = _Agents(registered, {**memory, **cleared} if cleared else memory)
    held = Counter(chain.from_iterable([_addresses(one).values() for one in snapshot.pools.values()]))

    nodes: list[Node] = []
    for name in sorted({**listed, **remembered}, key=_natural):
        instance, past = listed.get(name), remembered.get(name)
        known = instance or past
        own = addresses.get(known.instance_id) if known else None
        once = past.address if past else None
        search = own or (once if once not in held else None)
        if search is not None and held[search] > 1:
            search = None
        made = instance.created_at if instance else None
        agent, rivals = agents.of(name, search, past.agent_id if past else None, made)
        nodes.append(Node(name, pool, instance, agent, past, own or once, rivals))
    return tuple(nodes)


def _cleared(
    registered: Sequence[Agent],
    listed: Mapping[str, Instance],
    addresses: Mapping[str, str],
    remembered: Mapping[str, NodeMemory],
) -> dict[str, NodeMemory]:
    """The nodes that Azure does not list and that are remembered with an agent which they cannot have, without it."""
    gone = [node for name, node in remembered.items() if name not in listed and node.agent_id is not None]
    mistaken = _mistaken(registered, listed, addresses) if gone else frozenset[str]()
    return {node.name: replace(node, agent_id=None) for node in gone if node.agent_id in mistaken}


def _mistaken(
    registered: Iterable[Agent], listed: Mapping[str, Instance], addresses: Mapping[str, str]
) -> frozenset[str]:
    """Agents that no node can have which Azure does not list, whatever is remembered: a machine that is listed has
    their address now, and they registered after it was made. An answer of Azure that came late may have shown such an
    agent at the machine that had the address before."""
    made = {
        addresses[one.instance_id]: one.created_at for one in listed.values() if one.instance_id in addresses
    }
    return frozenset(
        [
            agent.agent_id
            for agent in registered
            if (since := made.get(agent.address)) is not None
            and agent.registered_at is not None
            and agent.registered_at > since
        ]
    )


def _addresses(readings: PoolReadings) -> Mapping[str, str]:
    """Instance id to address; empty when they could not be read."""
    return readings.addresses.value if isinstance(readings.addresses, Value) else {}


def _natural(name: str) -> tuple[str, int, str]:
    """`set_10` after `set_9`."""
    head, _, tail = name.rpartition("_")
    return (head, int(tail) if tail.isdecimal() else -1, tail)
