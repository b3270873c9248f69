"""The nodes of a cluster as they are remembered, in the order of their names, a page at a time.

What is remembered of a machine and what is wrong with it are rows of two tables, both in the order of names: they are
read side by side and merged, so that a page costs as much in a cluster of ten thousand as in one of ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from shared.model.incidents import Incident
from shared.model.nodes import NodeMemory
from shared.model.sizes import is_size
from shared.policy.schema import ClusterPolicy
from shared.records import Kept, open_incident_row

from .archive import Archive
from .asked import OfNodes
from .pages import SCANNED, Page, behind, checked, key_of, token_of
from .told import No, Told

STEP = 300  # rows of each table at a time where only some are wanted


class NodeView(Struct, frozen=True, kw_only=True):
    """`condition` as it was last judged, `because` why where an incident is open. `instance_id` and below are empty for
    a machine of which only an incident is left. `etag` is that of what is remembered of it."""

    cluster: str
    pool: str
    name: str
    condition: str
    because: str = ""
    since: datetime | None = None
    incident: str = ""
    operation: str = ""
    awaits: str = ""
    """The remedy that waits for somebody's approval."""
    instance_id: str = ""
    address: str = ""
    agent_id: str = ""
    hostname: str = ""
    fault_domain: int | None = None
    zone: str = ""
    first_seen_at: datetime | None = None
    joined_at: datetime | None = None
    tasks: Mapping[str, int] = {}
    losses: int = 0
    """How often it was lost within the last week."""
    etag: str = ""


def view_of(cluster: str, memory: Kept[NodeMemory] | None, incident: Incident | None) -> NodeView:
    """One of both is there."""
    known = memory.value if memory else None
    pool = known.pool if known else incident.pool if incident else ""
    name = known.name if known else incident.node if incident else ""
    well = "healthy" if known is not None and known.joined_at else "joining"
    return NodeView(
        cluster=cluster,
        pool=pool,
        name=name,
        condition=incident.condition.value if incident else well,
        because=incident.because if incident else "",
        since=incident.since if incident else None,
        incident=incident.id if incident else "",
        operation=(incident.operation or "") if incident else "",
        awaits=incident.proposed if incident else "",
        instance_id=known.instance_id if known else "",
        address=(known.address or "") if known else "",
        agent_id=(known.agent_id or "") if known else "",
        hostname=(known.hostname or "") if known else "",
        fault_domain=known.fault_domain if known else None,
        zone=(known.zone or "") if known else "",
        first_seen_at=known.first_seen_at if known else None,
        joined_at=known.joined_at if known else None,
        tasks=known.tasks if known else {},
        losses=len(known.losses) if known else 0,
        etag=memory.etag if memory else "",
    )


async def nodes(archive: Archive, here: ClusterPolicy, wanted: OfNodes) -> Page[NodeView]:
    """In the order of names."""
    limit, last = checked(wanted), key_of(wanted.after)
    step = STEP if wanted.pool or wanted.condition or wanted.text else limit
    found: list[NodeView] = []
    looked = 0
    while True:
        some, end = await _some(archive, here.name, last, step)
        for view in some:
            if _fits(view, wanted):
                found.append(view)
            if len(found) == limit and (end or view is not some[-1]):
                return Page(tuple(found), token_of(view.name))
        looked += step
        if not end or looked >= SCANNED:
            return Page(tuple(found), token_of(end))
        last = end


async def node(archive: Archive, here: ClusterPolicy, name: str) -> NodeView:
    """`Told` when nothing is remembered of it, and no incident is open."""
    memory = await archive.records.inventory.get(here.name, name)
    incident = await archive.records.incidents.get(here.name, open_incident_row(name))
    if memory is None and incident is None:
        raise Told(No.MISSING, "no_such_node", f"Nothing is known of a node {name!r} in {here.name}.")
    return view_of(here.name, memory, incident.value if incident else None)


async def _some(archive: Archive, cluster: str, last: str, step: int) -> tuple[list[NodeView], str]:
    """Those that come next, and how far that is; empty: there are no more."""
    begin = behind(last) if last else ""
    memories = await archive.records.inventory.found(cluster, begin, "", step)
    opened = await archive.records.open_incidents_from(cluster, begin, step)
    ends = [
        max([*each.kept, *each.unread])
        for each in (memories, opened)
        if len(each.kept) + len(each.unread) == step
    ]
    end = min(ends, default="")
    names = sorted({*memories.kept, *(name for name in opened.kept if not is_size(name))})
    views = [
        view_of(cluster, memories.kept.get(name), opened.kept[name].value if name in opened.kept else None)
        for name in names
        if not end or name <= end
    ]
    return views, end


def _fits(view: NodeView, wanted: OfNodes) -> bool:
    text = wanted.text.lower()
    return (
        wanted.pool in ("", view.pool)
        and wanted.condition in ("", view.condition)
        and (not text or text in view.name.lower() or text in view.address.lower())
    )
