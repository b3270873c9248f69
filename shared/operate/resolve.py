"""Which node an alert means by an address, a host name or an agent id. No I/O.

The doors answer at once and know no addresses; a pass knows them, from its readings and from the inventory. Addresses
are used again by later machines, so of several nodes that have or had one, the youngest counts that was there when the
alert began. What no node is known by stays unnamed: the audit says so, and the cluster is looked at all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from shared.model.nodes import Finding, Node
from shared.model.signals import Signal

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def with_nodes(signals: tuple[Signal, ...], findings: Iterable[Finding]) -> tuple[Signal, ...]:
    """The signals, each with its node where `about` names one that is known."""
    if not any(signal.about and signal.node is None for signal in signals):
        return signals
    known: dict[str, list[Node]] = defaultdict(list)
    for finding in findings:
        for called in set(_names(finding.node)):
            known[called].append(finding.node)
    return tuple(_with_node(signal, known) for signal in signals)


def _with_node(signal: Signal, known: Mapping[str, Sequence[Node]]) -> Signal:
    if not signal.about or signal.node is not None:
        return signal
    called = signal.about.lower()
    nodes = known.get(called) or known.get(called.partition(".")[0] if called[:1].isalpha() else "", ())
    there = [
        node
        for node in nodes
        if _since(node) <= signal.occurred_at and (signal.pool is None or node.pool == signal.pool)
    ]
    if not there:
        return signal
    node = max(there, key=_since)
    return replace(signal, node=node.name, pool=node.pool)


def _names(node: Node) -> Iterator[str]:
    """Everything that a node is or was called, lower case. The instance id of a Flexible machine is its name."""
    agent, memory = node.agent, node.memory
    called = [node.name, node.address]
    if node.instance is not None:
        called += [node.instance.vm_id, node.instance.instance_id]
    if agent is not None:
        called += [agent.agent_id, agent.hostname, agent.address]
    if memory is not None:
        called += [memory.agent_id, memory.hostname, memory.address, memory.vm_id, memory.instance_id]
    return (name.lower() for name in called if name and not name.isdigit())


def _since(node: Node) -> datetime:
    """When it came to be; long ago where nobody knows."""
    if node.instance is not None and node.instance.created_at is not None:
        return node.instance.created_at
    return node.memory.first_seen_at if node.memory is not None else _ALWAYS
