"""What can be read by the API: each route is one call of the office."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from msgspec import Struct

from shared.audit import Entry
from shared.desk import asked
from shared.desk.audit import Month
from shared.desk.bodies import KeptBody
from shared.desk.clusters import ClusterView
from shared.desk.explain import Explained
from shared.desk.history import PoolHistory
from shared.desk.incidents import IncidentView
from shared.desk.nodes import NodeView
from shared.desk.operations import OperationView
from shared.desk.overrides import Said
from shared.desk.pages import Page
from shared.desk.policies import PolicyView
from shared.desk.pools import PoolStatus
from shared.desk.quarantine import Item
from shared.desk.schedules import PoolSchedule

from .called import Called
from .route import CLUSTER, INCIDENT, NODE, POOL, ROW, Route
from .who import Caller


class All[T](Struct, frozen=True):
    """A list that is short enough to come as a whole."""

    items: tuple[T, ...]


async def _caller(call: Called) -> Caller:
    return call.caller


async def _all(items: Awaitable[tuple[Any, ...]]) -> All[Any]:
    return All(await items)


READS = (
    Route(
        path="me",
        name="me",
        says="Who calls, and in which role: what another role may do is not worth offering.",
        answer=Caller,
        does=lambda office, call: _caller(call),
    ),
    Route(
        path="policy",
        name="policy",
        says="The policy in force, what has changed by it, and the faults of a file that is not obeyed.",
        answer=PolicyView,
        does=lambda office, call: office.policy(),
    ),
    Route(
        path="clusters",
        name="clusters",
        says="All clusters of the policy.",
        answer=All[ClusterView],
        does=lambda office, call: _all(office.clusters()),
    ),
    Route(
        path=CLUSTER,
        name="cluster",
        says="One cluster.",
        answer=ClusterView,
        does=lambda office, call: office.cluster(call.names["cluster"]),
    ),
    Route(
        path=f"{CLUSTER}/pools",
        name="pools",
        says="Its pools: sizes, ledger, storm, who is wanted.",
        answer=All[PoolStatus],
        does=lambda office, call: _all(office.pools(call.names["cluster"])),
    ),
    Route(
        path=POOL,
        name="pool",
        says="One pool.",
        answer=PoolStatus,
        does=lambda office, call: office.pool(call.names["cluster"], call.names["pool"]),
    ),
    Route(
        path=f"{POOL}/history",
        name="history",
        says="What it was to have and had, and what its load asked for, over the last hours; columns for a chart.",
        answer=PoolHistory,
        does=lambda office, call: office.history(call.names["cluster"], call.names["pool"], call.query),
        query=asked.OfHistory,
    ),
    Route(
        path=f"{CLUSTER}/nodes",
        name="nodes",
        says="Nodes by name, as they are remembered.",
        answer=Page[NodeView],
        does=lambda office, call: office.nodes(call.names["cluster"], call.query),
        query=asked.OfNodes,
    ),
    Route(
        path=NODE,
        name="node",
        says="One node.",
        answer=NodeView,
        does=lambda office, call: office.node(call.names["cluster"], call.names["node"]),
    ),
    Route(
        path=f"{NODE}/explanation",
        name="explain_node",
        says="What was seen, judged and decided of a node, each guard's answer, and what happens next.",
        answer=Explained,
        does=lambda office, call: office.explain(call.names["cluster"], call.names["node"]),
    ),
    Route(
        path=f"{CLUSTER}/incidents",
        name="incidents",
        says="Open incidents by node, or closed ones, newest first.",
        answer=Page[IncidentView],
        does=lambda office, call: office.incidents(call.names["cluster"], call.query),
        query=asked.OfIncidents,
    ),
    Route(
        path=INCIDENT,
        name="incident",
        says="One incident by its id.",
        answer=IncidentView,
        does=lambda office, call: office.incident(call.names["cluster"], call.names["incident"]),
    ),
    Route(
        path=f"{INCIDENT}/explanation",
        name="explain_incident",
        says="The same as of its node, of this incident.",
        answer=Explained,
        does=lambda office, call: office.explain(call.names["cluster"], call.names["incident"]),
    ),
    Route(
        path=f"{CLUSTER}/operations",
        name="operations",
        says="Operations that are at work, or are over.",
        answer=Page[OperationView],
        does=lambda office, call: office.operations(call.names["cluster"], call.query),
        query=asked.OfOperations,
    ),
    Route(
        path=f"{CLUSTER}/operations/{{operation}}",
        name="operation",
        says="One operation with its steps.",
        answer=OperationView,
        does=lambda office, call: office.operation(call.names["cluster"], call.names["operation"]),
    ),
    Route(
        path=f"{CLUSTER}/audit",
        name="audit",
        says="The audit, newest first; of cluster `(none)` what is nobody's.",
        answer=Page[Entry],
        does=lambda office, call: office.audit(call.names["cluster"], call.query),
        query=asked.OfAudit,
    ),
    Route(
        path=f"{CLUSTER}/audit/verified",
        name="verified",
        says="Whether the audit of the last months is as it was written: each month with its breaks.",
        answer=All[Month],
        does=lambda office, call: _all(office.verified(call.names["cluster"], call.query)),
        query=asked.OfMonths,
    ),
    Route(
        path=f"{CLUSTER}/bodies",
        name="bodies",
        says="Failed machines that are kept, powered off, for somebody to look at.",
        answer=All[KeptBody],
        does=lambda office, call: _all(office.bodies(call.names["cluster"])),
    ),
    Route(
        path=f"{CLUSTER}/schedules",
        name="schedules",
        says="What the clock makes of pools in the coming time.",
        answer=Page[PoolSchedule],
        does=lambda office, call: office.schedules(call.names["cluster"], call.query),
        query=asked.OfSchedules,
    ),
    Route(
        path=f"{CLUSTER}/overrides",
        name="overrides",
        says="What people have said: pauses, approvals, rejections, sizes.",
        answer=Page[Said],
        does=lambda office, call: office.overrides(call.names["cluster"], call.query),
        query=asked.OfOverrides,
    ),
    Route(
        path="quarantine",
        name="quarantine",
        says="Work that could not be done, newest first.",
        answer=Page[Item],
        does=lambda office, call: office.quarantine(call.query),
        query=asked.OfQuarantine,
    ),
    Route(
        path=ROW,
        name="quarantined",
        says="One thing in the quarantine.",
        answer=Item,
        does=lambda office, call: office.quarantined(call.names["row"]),
    ),
)
