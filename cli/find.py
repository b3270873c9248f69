"""From what an operator types to one node and its case.

A node's full name is long (`dcos-agent-private-633E21A3-vmss0_2`), so any ending of it that fits one node alone will
do: `vmss0_2`, or `_2`. An incident's id is the node's name, `@` and the time at which it was opened.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from cli.archive import Archive
from cli.trouble import NO, Trouble
from shared.model.incidents import Incident
from shared.model.nodes import NodeMemory
from shared.model.operations import Operation
from shared.model.overrides import Override
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.records.evidence import Evidence, EvidenceRoom

REMEMBERED = timedelta(days=90)
SHOWN = 8


class Case(Struct, frozen=True):
    """A node, and the incident that is asked about: the named one, else the open one, else the last one closed.
    `earlier` are other closed incidents of the node, newest first; `overrides` what people have said of the cluster
    that still holds."""

    cluster: str
    node: str
    pool: PoolPolicy | None
    memory: NodeMemory | None
    incident: Incident | None
    operation: Operation | None
    earlier: tuple[Incident, ...]
    overrides: tuple[Override, ...] = ()
    evidence: Evidence | None = None


class _Known(Struct, frozen=True):
    cluster: ClusterPolicy
    inventory: dict[str, NodeMemory]
    opened: dict[str, Incident]
    closed: list[Incident]

    def nodes(self) -> set[str]:
        return {*self.inventory, *self.opened, *(incident.node for incident in self.closed)}


async def find_case(archive: Archive, subject: str, cluster: str | None) -> Case:
    """`Trouble` when nothing has this name, or several things have."""
    known = [await _known(archive, one) for one in archive.clusters(cluster)]
    name, _, time = subject.partition("@")
    here, node = _one_of(known, name)
    of_node = [incident for incident in here.closed if incident.node == node]
    opened = here.opened.get(node)
    incident = opened or (of_node[0] if of_node else None)
    if time:
        wanted = f"{node}@{time}"
        incident = next((one for one in (opened, *of_node) if one is not None and one.id == wanted), None)
        if incident is None:
            raise Trouble(f"No incident {wanted!r} is known: `explain {node}` names those that are.", NO)
    memory = here.inventory.get(node)
    pool_name = incident.pool if incident else memory.pool if memory else ""
    operation = None
    if incident is not None and incident.operation is not None:
        operation = await archive.operation(here.cluster.name, incident.operation)
    said = await archive.records.overrides.between(here.cluster.name, "", "")
    evidence = await EvidenceRoom(archive.store).get(operation) if operation else None
    return Case(
        evidence=evidence,
        cluster=here.cluster.name,
        node=node,
        pool=here.cluster.pool(pool_name),
        memory=memory,
        incident=incident,
        operation=operation,
        earlier=tuple(one for one in of_node if incident is None or one.id != incident.id),
        overrides=tuple(kept.value for kept in said.values() if kept.value.holds_at(archive.now)),
    )


async def known_node(archive: Archive, name: str, cluster: str | None) -> tuple[ClusterPolicy, str]:
    """A node that is remembered or has an open incident, and its cluster; closed incidents do not count."""
    known = [replace(await _known(archive, one), closed=[]) for one in archive.clusters(cluster)]
    here, node = _one_of(known, name)
    return here.cluster, node


async def open_case(archive: Archive, subject: str, cluster: str | None) -> tuple[ClusterPolicy, Incident]:
    """The open incident of this id, or of the node of this name."""
    here, node = await known_node(archive, subject.partition("@")[0], cluster)
    incident = (await archive.records.open_incidents(here.name)).get(node)
    if incident is None or ("@" in subject and incident.value.id.lower() != subject.lower()):
        named = incident.value.id if incident else "none"
        raise Trouble(
            f"{subject!r} is no open incident; that of {node} is: {named}. Nothing was written.", NO
        )
    return here, incident.value


async def _known(archive: Archive, cluster: ClusterPolicy) -> _Known:
    inventory = await archive.records.inventory.between(cluster.name, "", "")
    opened = await archive.records.open_incidents(cluster.name)
    return _Known(
        cluster,
        {row: kept.value for row, kept in inventory.items()},
        {node: kept.value for node, kept in opened.items()},
        await archive.closed_incidents(cluster.name, REMEMBERED),
    )


def _one_of(known: list[_Known], name: str) -> tuple[_Known, str]:
    everything = [(here, node) for here in known for node in sorted(here.nodes())]
    found = [(here, node) for here, node in everything if node.lower() == name.lower()]
    found = found or [
        (here, node) for here, node in everything if name and node.lower().endswith(name.lower())
    ]
    if not found:
        raise Trouble(
            f"Nothing is known of {name!r}: give the name of a node as `status` or Azure shows it, or its ending.",
            NO,
        )
    if len(found) > 1:
        names = ", ".join(f"{node} ({here.cluster.name})" for here, node in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Trouble(f"{name!r} may be any of {names}{more}: give more of the name, or --cluster.", NO)
    return found[0]
