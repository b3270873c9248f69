"""A cluster as the office tells of it, all that `status` and `incidents` show, whichever way it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from cli.finding import everything
from shared.desk.asked import OfIncidents, OfOperations, OfOverrides, Stage
from shared.desk.clusters import ClusterView
from shared.desk.incidents import IncidentView
from shared.desk.office import Office
from shared.desk.operations import OperationView
from shared.desk.pages import MOST
from shared.desk.pools import PoolStatus
from shared.model.incidents import Incident
from shared.model.overrides import Override


class Seen(Struct, frozen=True):
    """`incidents` are the open ones and those that wait for a person, oldest first, as `operations` at work are;
    `overrides` are those that hold."""

    view: ClusterView
    pools: tuple[PoolStatus, ...]
    incidents: tuple[IncidentView, ...]
    operations: tuple[OperationView, ...]
    overrides: tuple[Override, ...]


async def seen(office: Office, view: ClusterView) -> Seen:
    name = view.name
    opened = await everything(lambda after: office.incidents(name, OfIncidents(limit=MOST, after=after)))
    running = await everything(lambda after: office.operations(name, OfOperations(limit=MOST, after=after)))
    said = await everything(
        lambda after: office.overrides(name, OfOverrides(limit=MOST, after=after, holds=True))
    )
    return Seen(
        view,
        await office.pools(name),
        tuple(sorted(opened, key=lambda one: one.incident.opened_at)),
        tuple(sorted(running, key=lambda one: one.created_at)),
        tuple(one.override for one in said),
    )


async def closed_ones(office: Office, clusters: Sequence[str], since: datetime) -> list[Incident]:
    """Those that were closed since then, newest first."""
    over: list[Incident] = []
    for here in clusters:
        over += [one.incident for one in await _closed(office, here, since)]
    return sorted(over, key=lambda incident: incident.closed_at or incident.opened_at, reverse=True)


async def _closed(office: Office, cluster: str, since: datetime) -> list[IncidentView]:
    return await everything(
        lambda after: office.incidents(
            cluster, OfIncidents(limit=MOST, after=after, state=Stage.CLOSED, since=since)
        )
    )
