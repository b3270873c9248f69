"""The desk's office through the app's API, call by call; how a call is sent and understood is told in `over_http.py`.

Who says something is known to the API from the credentials, so `who` goes nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cli.over_http import Asking
from shared.api.reads import All
from shared.audit import Entry
from shared.desk import asked, orders
from shared.desk.audit import Month
from shared.desk.bodies import KeptBody
from shared.desk.clusters import ClusterView
from shared.desk.explain import Explained
from shared.desk.history import PoolHistory
from shared.desk.incidents import IncidentView
from shared.desk.nodes import NodeView
from shared.desk.office import Office
from shared.desk.operations import OperationView
from shared.desk.orders import Done
from shared.desk.overrides import Said
from shared.desk.pages import Page
from shared.desk.policies import PolicyView
from shared.desk.pools import PoolStatus
from shared.desk.quarantine import Item
from shared.desk.schedules import PoolSchedule


@dataclass(frozen=True)
class ApiOffice(Office):
    """Raises `Told` for a no, `Trouble` for everything that stands in the way."""

    api: Asking

    def rehearsed(self) -> Office:
        return replace(self, api=replace(self.api, is_rehearsal=True))

    async def clusters(self) -> tuple[ClusterView, ...]:
        return (await self.api.read(All[ClusterView], "clusters")).items

    async def cluster(self, cluster: str) -> ClusterView:
        return await self.api.read(ClusterView, "cluster", cluster=cluster)

    async def pools(self, cluster: str) -> tuple[PoolStatus, ...]:
        return (await self.api.read(All[PoolStatus], "pools", cluster=cluster)).items

    async def pool(self, cluster: str, pool: str) -> PoolStatus:
        return await self.api.read(PoolStatus, "pool", cluster=cluster, pool=pool)

    async def history(self, cluster: str, pool: str, wanted: asked.OfHistory) -> PoolHistory:
        return await self.api.read(PoolHistory, "history", wanted, cluster=cluster, pool=pool)

    async def nodes(self, cluster: str, wanted: asked.OfNodes) -> Page[NodeView]:
        return await self.api.read(Page[NodeView], "nodes", wanted, cluster=cluster)

    async def node(self, cluster: str, node: str) -> NodeView:
        return await self.api.read(NodeView, "node", cluster=cluster, node=node)

    async def incidents(self, cluster: str, wanted: asked.OfIncidents) -> Page[IncidentView]:
        return await self.api.read(Page[IncidentView], "incidents", wanted, cluster=cluster)

    async def incident(self, cluster: str, incident: str) -> IncidentView:
        return await self.api.read(IncidentView, "incident", cluster=cluster, incident=incident)

    async def explain(self, cluster: str, subject: str) -> Explained:
        if "@" in subject:
            return await self.api.read(Explained, "explain_incident", cluster=cluster, incident=subject)
        return await self.api.read(Explained, "explain_node", cluster=cluster, node=subject)

    async def operations(self, cluster: str, wanted: asked.OfOperations) -> Page[OperationView]:
        return await self.api.read(Page[OperationView], "operations", wanted, cluster=cluster)

    async def operation(self, cluster: str, operation: str) -> OperationView:
        return await self.api.read(OperationView, "operation", cluster=cluster, operation=operation)

    async def audit(self, cluster: str, wanted: asked.OfAudit) -> Page[Entry]:
        return await self.api.read(Page[Entry], "audit", wanted, cluster=cluster)

    async def verified(self, cluster: str, wanted: asked.OfMonths) -> tuple[Month, ...]:
        return (await self.api.read(All[Month], "verified", wanted, cluster=cluster)).items

    async def bodies(self, cluster: str) -> tuple[KeptBody, ...]:
        return (await self.api.read(All[KeptBody], "bodies", cluster=cluster)).items

    async def schedules(self, cluster: str, wanted: asked.OfSchedules) -> Page[PoolSchedule]:
        return await self.api.read(Page[PoolSchedule], "schedules", wanted, cluster=cluster)

    async def overrides(self, cluster: str, wanted: asked.OfOverrides) -> Page[Said]:
        return await self.api.read(Page[Said], "overrides", wanted, cluster=cluster)

    async def quarantine(self, wanted: asked.OfQuarantine) -> Page[Item]:
        return await self.api.read(Page[Item], "quarantine", wanted)

    async def quarantined(self, row: str) -> Item:
        return await self.api.read(Item, "quarantined", row=row)

    async def policy(self) -> PolicyView:
        return await self.api.read(PolicyView, "policy")

    async def pause(self, cluster: str, order: orders.Pause, who: str, etag: str = "") -> Done:
        return await self.api.act("pause", order, etag, cluster=cluster)

    async def resume(self, cluster: str, order: orders.Resume, who: str, etag: str = "") -> Done:
        return await self.api.act("resume", order, etag, cluster=cluster)

    async def hold(self, cluster: str, node: str, order: orders.Hold, who: str) -> Done:
        return await self.api.act("hold", order, cluster=cluster, node=node)

    async def release(self, cluster: str, node: str, order: orders.Keep, who: str) -> Done:
        return await self.api.act("release", order, cluster=cluster, node=node)

    async def approve(
        self, cluster: str, incident: str, order: orders.Approve, who: str, etag: str = ""
    ) -> Done:
        return await self.api.act("approve", order, etag, cluster=cluster, incident=incident)

    async def reject(
        self, cluster: str, incident: str, order: orders.Reject, who: str, etag: str = ""
    ) -> Done:
        return await self.api.act("reject", order, etag, cluster=cluster, incident=incident)

    async def set_size(
        self, cluster: str, pool: str, order: orders.SetSize, who: str, etag: str = ""
    ) -> Done:
        return await self.api.act("set_size", order, etag, cluster=cluster, pool=pool)

    async def clear_size(
        self, cluster: str, pool: str, order: orders.ClearSize, who: str, etag: str = ""
    ) -> Done:
        return await self.api.act("clear_size", order, etag, cluster=cluster, pool=pool)

    async def replace_node(
        self, cluster: str, node: str, order: orders.Replace, who: str, etag: str = ""
    ) -> Done:
        return await self.api.act("replace_node", order, etag, cluster=cluster, node=node)

    async def keep_node(self, cluster: str, node: str, order: orders.Keep, who: str) -> Done:
        return await self.api.act("keep_node", order, cluster=cluster, node=node)

    async def replay(self, row: str, order: orders.Replay, who: str, etag: str = "") -> Done:
        return await self.api.act("replay", order, etag, row=row)

    async def drop(self, row: str, order: orders.Drop, who: str, etag: str = "") -> Done:
        return await self.api.act("drop", order, etag, row=row)
