"""What is known of an incident and its operations when it is told, read once for all news of a turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared.model.incidents import Incident
from shared.model.news import News
from shared.model.operations import Operation
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.records import Records

MOST_TRIES = 5  # operations of one incident that a hand-over tells of


class Context(Struct, frozen=True):
    """`incidents` are the open ones by id, `operations` by id, running or closed."""

    cluster: ClusterPolicy | None
    incidents: Mapping[str, Incident]
    operations: Mapping[str, Operation]

    def pool_of(self, news: News) -> PoolPolicy | None:
        if self.cluster is None:
            return None
        incident, operation = self.incidents.get(news.incident), self.operations.get(news.operation)
        name = incident.pool if incident else operation.pool if operation else news.subject
        named = self.cluster.pool(name)
        inside = (one for one in self.cluster.pools if news.subject.startswith(f"{one.scale_set}_"))
        return named or next(inside, None)

    def tried(self, incident: str) -> list[Operation]:
        """The operations of this incident, oldest first."""
        own = [one for one in self.operations.values() if one.incident == incident]
        return sorted(own, key=lambda one: one.created_at)[-MOST_TRIES:]


async def context_of(records: Records, cluster: ClusterPolicy | None, news: Iterable[News]) -> Context:
    """Only what these pieces of news are about."""
    if cluster is None:
        return Context(None, {}, {})
    wanted = {one.incident for one in news if one.incident}
    opened = (await records.open_incidents(cluster.name)).values() if wanted else ()
    incidents = {kept.value.id: kept.value for kept in opened if kept.value.id in wanted}
    ids = {one.operation for one in news if one.operation}
    for incident in incidents.values():
        ids |= {f"{incident.id}-{number}" for number in range(1, incident.tries + 2)}
        ids |= {incident.operation} if incident.operation else set()
    operations: dict[str, Operation] = {}
    for name in sorted(ids):
        running = await records.running_operation(cluster.name, name)
        found = running.value if running else await records.closed_operation(cluster.name, name)
        if found is not None:
            operations[name] = found
    return Context(cluster, incidents, operations)
