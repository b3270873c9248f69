"""From what a person says to one node and its case.

A node's full name is long (`dcos-agent-private-633E21A3-vmss0_2`), so any ending of it that fits one node alone will
do: `vmss0_2`, or `_2`. An incident's id is the node's name, `@` and the time at which it was opened.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.incidents import Incident
from shared.model.nodes import NodeMemory
from shared.model.operations import Operation
from shared.model.overrides import Override
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.records import CLOSED, Kept, open_incident_row
from shared.records.evidence import Evidence, EvidenceRoom

from .archive import Archive
from .backward import newest_first
from .pages import MOST
from .told import No, Told

REMEMBERED = timedelta(days=90)
SHOWN = 8
LATELY = 50


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
    """`Told` when nothing has this name or its ending, or several things have."""
    known = [await _known(archive, one) for one in archive.clusters(cluster)]
    name, _, time = subject.partition("@")
    here, node = _one_of(known, name)
    return await _case(archive, here, node, time)


async def exact_case(archive: Archive, here: ClusterPolicy, subject: str) -> Case:
    """Of the node of this whole name, or the incident of this id. `Told` when there is none. Of those that are closed
    the cluster's last ones are known: `LATELY` for what happened before to a node that is there, else `MOST`."""
    node, _, time = subject.partition("@")
    memory, opened = None, None
    if node:
        memory, opened = await asyncio.gather(
            archive.records.inventory.get(here.name, node),
            archive.records.incidents.get(here.name, open_incident_row(node)),
        )
    is_over = bool(time) or (memory is None and opened is None)
    closed = await lately_closed(archive, here.name, MOST if is_over else LATELY)
    of_node = [one for one in closed if one.node == node]
    if memory is None and opened is None and not of_node:
        raise Told(No.MISSING, "no_such_node", f"Nothing is known of a node {node!r} in {here.name}.")
    inventory = {node: memory.value} if memory else {}
    known = _Known(here, inventory, {node: opened.value} if opened else {}, of_node)
    return await _case(archive, known, node, time)


async def _case(archive: Archive, here: _Known, node: str, time: str) -> Case:
    of_node = [incident for incident in here.closed if incident.node == node]
    opened = here.opened.get(node)
    incident = opened or (of_node[0] if of_node else None)
    if time:
        wanted = f"{node}@{time}"
        incident = next((one for one in (opened, *of_node) if one is not None and one.id == wanted), None)
        if incident is None:
            sentence = f"No incident {wanted!r} is known: what is told of {node} names those that are."
            raise Told(No.MISSING, "no_such_incident", sentence)
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


async def lately_closed(archive: Archive, cluster: str, most: int) -> list[Incident]:
    """The last that were closed, newest first."""

    async def between(first: str, last: str) -> dict[str, Kept[Incident]]:
        return await archive.records.incidents.between(cluster, first, last)

    times = archive.now - REMEMBERED, archive.now + timedelta(seconds=1)
    found: list[Incident] = []
    async for _, kept in newest_first(between, CLOSED, times):
        found.append(kept.value)
        if len(found) == most:
            break
    return found


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
        sentence = f"{subject!r} is no open incident; that of {node} is: {named}. Nothing was written."
        raise Told(No.MISSING, "no_open_incident", sentence)
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
        sentence = f"Nothing is known of {name!r}: give a node's name as it is shown here or in Azure, or its ending."
        raise Told(No.MISSING, "no_such_node", sentence)
    if len(found) > 1:
        names = ", ".join(f"{node} ({here.cluster.name})" for here, node in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        sentence = f"{name!r} may be any of {names}{more}: give more of the name, or its cluster."
        raise Told(No.UNCLEAR, "several_nodes", sentence)
    return found[0]
