"""A node or an incident by its whole name, and the case that is made of it.

An incident's id is the node's name, `@` and the time at which it was opened. Finding something by the ending of its
name is for a terminal (`cli/finding.py`).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Struct

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
    about = memory.value if memory else None, opened.value if opened else None, of_node
    return await _case(archive, here, (node, time), about)


async def _case(
    archive: Archive,
    here: ClusterPolicy,
    subject: tuple[str, str],
    about: tuple[NodeMemory | None, Incident | None, list[Incident]],
) -> Case:
    """`about` is what is remembered of the node, its open incident, and its closed ones, newest first."""
    (node, time), (memory, opened, of_node) = subject, about
    incident = opened or (of_node[0] if of_node else None)
    if time:
        wanted = f"{node}@{time}"
        incident = next((one for one in (opened, *of_node) if one is not None and one.id == wanted), None)
        if incident is None:
            sentence = f"No incident {wanted!r} is known: what is told of {node} names those that are."
            raise Told(No.MISSING, "no_such_incident", sentence)
    pool_name = incident.pool if incident else memory.pool if memory else ""
    operation = None
    if incident is not None and incident.operation is not None:
        operation = await archive.operation(here.name, incident.operation)
    said = await archive.records.overrides.between(here.name, "", "")
    evidence = await EvidenceRoom(archive.store).get(operation) if operation else None
    return Case(
        evidence=evidence,
        cluster=here.name,
        node=node,
        pool=here.pool(pool_name),
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
