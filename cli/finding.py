"""From what somebody types to whole names: a cluster, a pool, a node, an incident, a row of the quarantine.

A node's full name is long (`dcos-agent-private-633E21A3-vmss0_2`), so any ending of it that fits one node alone will
do: `vmss0_2`, or `_2`. An incident's id is the node's name, `@` and the time at which it was opened. It is looked up in
the lists of the office, so that names mean the same by the API and by the storage.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence

from shared.desk.asked import OfIncidents, OfNodes, OfQuarantine, Stage
from shared.desk.clusters import ClusterView
from shared.desk.office import Office
from shared.desk.pages import MOST, Page
from shared.desk.told import No, Told
from shared.model.incidents import Incident
from shared.model.overrides import THE_CLUSTER

SHOWN = 8


async def everything[T](some: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """All pages of a list, each asked for with `after`."""
    return await newest(sys.maxsize, some)


async def newest[T](number: int, some: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """The first so many of a list that begins with the newest."""
    page = await some("")
    found = [*page.items]
    while page.next and len(found) < number:
        page = await some(page.next)
        found += page.items
    return found[:number]


async def clusters_of(office: Office, cluster: str | None) -> tuple[ClusterView, ...]:
    """The named cluster, or all. `Told` when it is not in the policy."""
    return await office.clusters() if cluster is None else (await office.cluster(cluster),)


async def names_of(office: Office, cluster: str | None) -> list[str]:
    """The same, by name alone."""
    return [cluster] if cluster is not None else [one.name for one in await office.clusters()]


async def meant(office: Office, subject: str, cluster: str | None) -> tuple[str, str]:
    """What somebody means who says a cluster, a pool, a node or its ending, or nothing: the cluster. Its cluster, and
    what in it. `Told` where that is not clear."""
    chosen = await clusters_of(office, cluster)
    if not subject or subject in {one.name for one in chosen}:
        return _one([one for one in chosen if subject in {"", one.name}], "There are several clusters"), ""
    if any(subject in one.pools for one in chosen):
        return await pool_named(office, subject, cluster)
    return await _node(office, [one.name for one in chosen], subject, _at_hand)


async def pool_named(office: Office, pool: str, cluster: str | None) -> tuple[str, str]:
    """`Told` when no pool has this name, or those of several clusters."""
    chosen = await clusters_of(office, cluster)
    having = [one for one in chosen if pool in one.pools]
    if having:
        return _one(having, f"Several clusters have a pool {pool!r}"), pool
    known = ", ".join(name for one in chosen for name in one.pools)
    sentence = f"There is no pool {pool!r}, so nothing was written: name one of {known}."
    raise Told(No.MISSING, "no_such_pool", sentence)


async def node_named(office: Office, subject: str, cluster: str | None) -> tuple[str, str]:
    """A node that is remembered or has an open incident, and its cluster first."""
    return await _node(office, await names_of(office, cluster), subject, _at_hand)


async def case_of(office: Office, subject: str, cluster: str | None) -> tuple[str, str]:
    """The cluster, and what can be explained in it: a node, or an incident by its id. Also one of which only a closed
    incident is left."""
    name, at, time = subject.partition("@")
    here, node = await _node(office, await names_of(office, cluster), name, _ever)
    return here, f"{node}{at}{time}"


async def open_incident(office: Office, subject: str, cluster: str | None) -> tuple[str, Incident]:
    """The open incident of this id, or of the node of this name or ending."""
    here, node = await _node(office, await names_of(office, cluster), subject.partition("@")[0], _at_hand)
    opened = [one for one in await _incidents(office, here, node, Stage.OPEN) if one.node == node]
    incident = opened[0] if opened else None
    if incident is None or ("@" in subject and incident.id.lower() != subject.lower()):
        named = incident.id if incident else "none"
        sentence = f"{subject!r} is no open incident; that of {node} is: {named}. Nothing was written."
        raise Told(No.MISSING, "no_open_incident", sentence)
    return here, incident


async def row_of(office: Office, ending: str) -> str:
    """The row of the quarantine of this name; the end of its name is enough when only one ends so."""
    listed = await everything(lambda after: office.quarantine(OfQuarantine(limit=MOST, after=after)))
    found = [one.row for one in listed if one.row.endswith(ending)]
    if ending in found or (len(found) == 1 and ending):
        return ending if ending in found else found[0]
    kind, how = (No.UNCLEAR, "more than one row ends") if found else (No.MISSING, "no row ends")
    raise Told(kind, "no_such_row", f"In the quarantine {how} in {ending!r}.")


def _one(found: Sequence[ClusterView], several: str) -> str:
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise Told(No.UNCLEAR, "several_clusters", f"{several} ({names}), so nothing was written.")
    return found[0].name if found else THE_CLUSTER


async def _node(
    office: Office,
    clusters: Sequence[str],
    name: str,
    known: Callable[[Office, str, str], Awaitable[set[str]]],
) -> tuple[str, str]:
    ending = name.lower()
    candidates = [(here, node) for here in clusters for node in sorted(await known(office, here, name))]
    found = [(here, node) for here, node in candidates if node.lower() == ending]
    found = found or [(here, node) for here, node in candidates if ending and node.lower().endswith(ending)]
    if not found:
        sentence = f"Nothing is known of {name!r}: give a node's name as it is shown here or in Azure, or its ending."
        raise Told(No.MISSING, "no_such_node", sentence)
    if len(found) > 1:
        names = ", ".join(f"{node} ({here})" for here, node in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        sentence = f"{name!r} may be any of {names}{more}: give more of the name, or its cluster."
        raise Told(No.UNCLEAR, "several_nodes", sentence)
    return found[0]


async def _at_hand(office: Office, cluster: str, name: str) -> set[str]:
    """What is remembered, or has an open incident, and has these letters in its name."""

    async def some(after: str) -> Page[str]:
        page = await office.nodes(cluster, OfNodes(limit=MOST, after=after, text=name))
        return Page(tuple(one.name for one in page.items), page.next)

    opened = await _incidents(office, cluster, name, Stage.OPEN)
    return {*await everything(some), *(one.node for one in opened)}


async def _ever(office: Office, cluster: str, name: str) -> set[str]:
    """The same, and what has a closed incident."""
    closed = await _incidents(office, cluster, name, Stage.CLOSED)
    return {*await _at_hand(office, cluster, name), *(one.node for one in closed)}


async def _incidents(office: Office, cluster: str, text: str, state: Stage) -> list[Incident]:
    async def some(after: str) -> Page[Incident]:
        page = await office.incidents(cluster, OfIncidents(limit=MOST, after=after, state=state, text=text))
        return Page(tuple(one.incident for one in page.items), page.next)

    return await everything(some)
