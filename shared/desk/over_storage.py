"""The office over the app's own storage: each call reads what is there now, and writes through the clerk."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from shared.audit import AuditLog, Entry
from shared.model.audit import NOBODYS
from shared.model.incidents import Incident
from shared.model.mark import Mark
from shared.model.overrides import THE_CLUSTER
from shared.operate.clerk import Clerk
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.ports.clock import Clock
from shared.ports.queues import Queues
from shared.ports.store import Store
from shared.records import Records, open_incident_row
from shared.replay.again import Replays

from . import (
    again,
    asked,
    audit_pages,
    bodies,
    clusters,
    explain,
    history,
    incidents,
    nodes,
    operations,
    orders,
    overrides,
    people,
    policies,
    quarantine,
    rehearsal,
    replacing,
    schedules,
    sizes,
)
from .archive import Archive, open_archive
from .audit import Month, verify_months
from .bodies import KeptBody
from .clusters import ClusterView
from .explain import Explained
from .find import exact_case
from .history import PoolHistory
from .incidents import IncidentView
from .nodes import NodeView
from .office import Office
from .operations import OperationView
from .overrides import Said
from .pages import SCANNED, Page
from .people import Subject
from .policies import PolicyView
from .pools import PoolStatus
from .quarantine import Item
from .schedules import PoolSchedule
from .speaker import speaker_of
from .told import No, Told

LONGEST_NAME = 128


@dataclass(frozen=True)
class StorageOffice(Office):
    """`own` are the app's own object and application ids, `mark` is on its requests to Azure: by them events that are
    replayed are known as echoes. `looks`: how many of the newest entries of the audit are looked through for what is
    written of a node, or all."""

    store: Store
    queues: Queues
    log: AuditLog
    clock: Clock
    own: frozenset[str]
    mark: Mark
    looks: int | None = SCANNED

    @cached_property
    def records(self) -> Records:
        """Kept as long as the office is: what has not changed is not decoded again."""
        return Records(self.store)

    def rehearsed(self) -> Office:
        store = rehearsal.Unwritten(self.store)
        return dataclasses.replace(self, store=store, queues=rehearsal.Unsent(), log=rehearsal.Untold(store))

    async def clusters(self) -> tuple[ClusterView, ...]:
        archive = await self._archive()
        return tuple([await clusters.cluster_view(archive, here) for here in archive.policy.clusters])

    async def cluster(self, cluster: str) -> ClusterView:
        return await clusters.cluster_view(*await self._here(cluster))

    async def pools(self, cluster: str) -> tuple[PoolStatus, ...]:
        return (await clusters.cluster_status(*await self._here(cluster))).pools

    async def pool(self, cluster: str, pool: str) -> PoolStatus:
        archive, here = await self._here(cluster)
        wanted = _pool(here, pool)
        told = (await clusters.cluster_status(archive, here)).pools
        return next(one for one in told if one.pool == wanted.name)

    async def history(self, cluster: str, pool: str, wanted: asked.OfHistory) -> PoolHistory:
        archive, here = await self._here(cluster)
        return await history.history(archive, (here, _pool(here, pool)), wanted)

    async def nodes(self, cluster: str, wanted: asked.OfNodes) -> Page[NodeView]:
        return await nodes.nodes(*await self._here(cluster), wanted)

    async def node(self, cluster: str, node: str) -> NodeView:
        return await nodes.node(*await self._here(cluster), _name(node))

    async def incidents(self, cluster: str, wanted: asked.OfIncidents) -> Page[IncidentView]:
        return await incidents.incidents(*await self._here(cluster), wanted)

    async def incident(self, cluster: str, incident: str) -> IncidentView:
        return await incidents.incident(*await self._here(cluster), _name(incident))

    async def explain(self, cluster: str, subject: str) -> Explained:
        archive, here = await self._here(cluster)
        case = await exact_case(archive, here, _name(subject))
        return explain.explained(case, await explain.story_of(archive, case, self.looks), archive.now)

    async def operations(self, cluster: str, wanted: asked.OfOperations) -> Page[OperationView]:
        return await operations.operations(*await self._here(cluster), wanted)

    async def operation(self, cluster: str, operation: str) -> OperationView:
        return await operations.operation(*await self._here(cluster), _name(operation))

    async def audit(self, cluster: str, wanted: asked.OfAudit) -> Page[Entry]:
        return await audit_pages.audit(self.store, _whose(cluster), wanted, self.clock.now())

    async def verified(self, cluster: str, wanted: asked.OfMonths) -> tuple[Month, ...]:
        found = await verify_months(self.store, [_whose(cluster)], wanted.months, self.clock.now())
        return tuple(found)

    async def bodies(self, cluster: str) -> tuple[KeptBody, ...]:
        return await bodies.bodies(*await self._here(cluster))

    async def schedules(self, cluster: str, wanted: asked.OfSchedules) -> Page[PoolSchedule]:
        return await schedules.schedules(*await self._here(cluster), wanted)

    async def overrides(self, cluster: str, wanted: asked.OfOverrides) -> Page[Said]:
        return await overrides.overrides(*await self._here(cluster), wanted)

    async def quarantine(self, wanted: asked.OfQuarantine) -> Page[Item]:
        return await quarantine.page_of(self.store, wanted, self.clock.now())

    async def quarantined(self, row: str) -> Item:
        kept = await quarantine.exact_row(self.store, row)
        return await quarantine.shown_item(self.store, row, kept, self.clock.now())

    async def policy(self) -> PolicyView:
        return await policies.policy_view(self.store)

    async def pause(self, cluster: str, order: orders.Pause, who: str, etag: str = "") -> orders.Done:
        speaker = speaker_of(who, order.why, order.duration)
        archive, here = await self._here(cluster)
        subject = await self._subject(archive, here, order.subject)
        return await people.pause(archive, self._clerk(archive), subject, speaker, etag)

    async def resume(self, cluster: str, order: orders.Resume, who: str, etag: str = "") -> orders.Done:
        speaker = speaker_of(who, order.why or "no reason given")
        archive, here = await self._here(cluster)
        subject = Subject(here, order.subject)
        return await people.resume(archive, self._clerk(archive), subject, speaker, order.nodes, etag)

    async def hold(self, cluster: str, node: str, order: orders.Hold, who: str) -> orders.Done:
        speaker = speaker_of(who, order.why, order.duration)
        archive, here = await self._here(cluster)
        await nodes.node(archive, here, _name(node))
        done = await people.pause(archive, self._clerk(archive), Subject(here, node), speaker)
        return replace(done, undo="release")

    async def release(self, cluster: str, node: str, order: orders.Keep, who: str) -> orders.Done:
        speaker = speaker_of(who, order.why)
        archive, here = await self._here(cluster)
        clerk, subject = self._clerk(archive), Subject(here, _name(node))
        return replace(await people.resume(archive, clerk, subject, speaker, None), undo="hold")

    async def approve(
        self, cluster: str, incident: str, order: orders.Approve, who: str, etag: str = ""
    ) -> orders.Done:
        speaker = speaker_of(who, order.why, order.duration)
        archive, case = await self._case(cluster, incident, etag)
        return await people.approve(archive, self._clerk(archive), case, order.remedy, speaker)

    async def reject(
        self, cluster: str, incident: str, order: orders.Reject, who: str, etag: str = ""
    ) -> orders.Done:
        speaker = speaker_of(who, order.why, order.duration)
        archive, case = await self._case(cluster, incident, etag)
        return await people.reject(archive, self._clerk(archive), case, speaker)

    async def set_size(
        self, cluster: str, pool: str, order: orders.SetSize, who: str, etag: str = ""
    ) -> orders.Done:
        speaker = speaker_of(who, order.why, order.duration)
        archive, here = await self._here(cluster)
        whose = (here, _pool(here, pool))
        wanted = sizes.Wanted(sizes.Sizes(order.min, order.max, order.target), etag, order.nodes)
        return await sizes.set_size(archive, self._clerk(archive), whose, wanted, speaker)

    async def clear_size(
        self, cluster: str, pool: str, order: orders.ClearSize, who: str, etag: str = ""
    ) -> orders.Done:
        speaker = speaker_of(who, order.why or "no reason given")
        archive, here = await self._here(cluster)
        whose = (here, _pool(here, pool))
        return await sizes.clear_size(archive, self._clerk(archive), whose, speaker, (etag, order.nodes))

    async def replace_node(
        self, cluster: str, node: str, order: orders.Replace, who: str, etag: str = ""
    ) -> orders.Done:
        speaker = speaker_of(who, order.why)
        if order.node != node:
            sentence = (
                f"The name in the order is not {node!r}, so nothing was written: name the node once more."
            )
            raise Told(No.MISTAKEN, "another_node", sentence)
        archive, here = await self._here(cluster)
        return await replacing.replace_node(archive, self._clerk(archive), (here, _name(node)), speaker, etag)

    async def keep_node(self, cluster: str, node: str, order: orders.Keep, who: str) -> orders.Done:
        speaker = speaker_of(who, order.why)
        archive, here = await self._here(cluster)
        return await replacing.keep_node(archive, self._clerk(archive), (here, _name(node)), speaker)

    async def replay(self, row: str, order: orders.Replay, who: str, etag: str = "") -> orders.Done:
        speaker = speaker_of(who, order.why)
        replays, kept = await self._kept(row, etag)
        return await again.replay(replays, kept, order.again, speaker)

    async def drop(self, row: str, order: orders.Drop, who: str, etag: str = "") -> orders.Done:
        speaker = speaker_of(who, order.why)
        replays, kept = await self._kept(row, etag)
        return await again.drop(replays, kept, speaker)

    async def _archive(self) -> Archive:
        return await open_archive(self.store, self.clock.now(), self.records)

    async def _here(self, cluster: str) -> tuple[Archive, ClusterPolicy]:
        archive = await self._archive()
        return archive, archive.clusters(cluster)[0]

    def _clerk(self, archive: Archive) -> Clerk:
        return Clerk(self.records, self.log, self.queues, archive.now)

    async def _subject(self, archive: Archive, here: ClusterPolicy, name: str) -> Subject:
        """The cluster, a pool, or a node that is known."""
        if name != THE_CLUSTER and here.pool(name) is None:
            await nodes.node(archive, here, _name(name))
        return Subject(here, name)

    async def _case(
        self, cluster: str, incident: str, etag: str
    ) -> tuple[Archive, tuple[ClusterPolicy, Incident]]:
        """The open incident of this id."""
        archive, here = await self._here(cluster)
        row = open_incident_row(_name(incident).partition("@")[0])
        kept = await self.records.incidents.get(here.name, row)
        if kept is None or kept.value.id != incident:
            sentence = f"No incident {incident!r} is open in {here.name}, so nothing was written."
            raise Told(No.MISSING, "no_open_incident", sentence)
        if etag and kept.etag != etag:
            raise people.changed(incident)
        return archive, (here, kept.value)

    async def _kept(self, row: str, etag: str) -> tuple[Replays, again.Row]:
        kept = await quarantine.exact_row(self.store, row)
        if etag and kept.etag != etag:
            raise people.changed(row)
        archive = await self._archive()
        replays = Replays(self.store, self.queues, self.log, archive.policy, self.own, self.mark, archive.now)
        return replays, (row, kept)


def _name(name: str) -> str:
    """`Told` when nothing can have this name."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or "|" in name:
        raise _missing(name)
    return name


def _whose(cluster: str) -> str:
    """Whose audit: also that of a cluster which the policy does not name any more, or of nobody."""
    return cluster if cluster == NOBODYS else _name(cluster)


def _pool(here: ClusterPolicy, name: str) -> PoolPolicy:
    pool = here.pool(name)
    if pool is None:
        known = ", ".join(one.name for one in here.pools)
        raise Told(
            No.MISSING, "no_such_pool", f"There is no pool {name!r} in {here.name}: name one of {known}."
        )
    return pool


def _missing(name: str) -> Told:
    return Told(No.MISSING, "no_such_name", f"Nothing is called {name[:LONGEST_NAME]!r}.")
