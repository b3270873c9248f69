"""Evidence: what was known of a machine just before something was done to it that cannot be undone.

    Evidence   cluster   <time the operation began>|<operation id>

A destroyed machine cannot be asked any more, and one that was restarted has forgotten most. So what ran there, what
Azure and Mesos said last, the rules that fired, the failed units with what they printed, and where Azure keeps the
machine's console are written down first. A row is at most `LARGEST` bytes: what there may be much of is cut to the
first of it, and `left_out` says what is missing and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from shared.model.azure import Instance
from shared.model.complaints import Complaint
from shared.model.health import NodeHealth
from shared.model.mesos import Agent
from shared.model.nodes import Condition
from shared.model.operations import Operation
from shared.model.remedies import Remedy
from shared.model.signals import Signal
from shared.ports.store import Store, Table, Write

from .alert_states import AlertState
from .rows import Rows

LARGEST = 64 * 1024
MOST = 100  # of anything that is a list
CHUNK = 100  # writes in one transaction


class Evidence(Struct, frozen=True):
    """`tasks` is what ran there when its agent was last connected, by workload; `task_ids` are the ids, as Mesos has
    them now. `complaints` are failed units and checks by name, `alerts` the rules that were pending or firing with
    their last value. `console` is where Azure shows the machine's boot diagnostics, for who is allowed to see it.
    """

    at: datetime
    node: str
    pool: str
    incident: str
    operation: str
    remedy: Remedy
    condition: Condition
    because: str
    console: str
    instance: Instance | None = None
    agent: Agent | None = None
    tasks: Mapping[str, int] = field(default_factory=dict[str, int])
    health: NodeHealth | None = None
    complaints: Mapping[str, Complaint] = field(default_factory=dict[str, Complaint])
    alerts: tuple[AlertState, ...] = ()
    signals: tuple[Signal, ...] = ()
    left_out: tuple[str, ...] = ()


def evidence_row(operation: Operation) -> str:
    return f"{operation.created_at:%Y%m%dT%H%M%S}|{operation.id}"


class EvidenceRoom:
    """The evidence of all clusters over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = Rows(store, Table.EVIDENCE, Evidence)

    async def put(self, operation: Operation, evidence: Evidence) -> int:
        """Over what the same operation has kept before. How many bytes were written."""
        body = msgspec.json.encode(fitting(evidence))
        await self._store.write(Table.EVIDENCE, operation.cluster, Write(evidence_row(operation), body, "*"))
        return len(body)

    async def get(self, operation: Operation) -> Evidence | None:
        kept = await self._rows.get(operation.cluster, evidence_row(operation))
        return kept.value if kept else None

    async def forget(self, cluster: str, before: datetime) -> int:
        """Drop what was kept before this time, a hundred rows at the most. How many were dropped."""
        old = await self._store.query(Table.EVIDENCE, cluster, "", f"{before:%Y%m%dT%H%M%S}")
        writes = [Write(row.row, None, "*") for row in old[:CHUNK]]
        await self._store.write_all(Table.EVIDENCE, cluster, writes)
        return len(writes)


def fitting(evidence: Evidence) -> Evidence:
    """The same in at most `LARGEST` bytes: the beginning of every list, and of what is then still too much, the
    largest part not at all."""
    small = replace(evidence, alerts=evidence.alerts[:MOST], complaints=_first(evidence.complaints))
    if evidence.agent is not None:
        agent, ids = evidence.agent, dict[str, tuple[str, ...]]()
        for framework in sorted(agent.task_ids)[:MOST]:
            ids[framework] = agent.task_ids[framework][:MOST]
        volumes, held = agent.volumes[:MOST], agent.reservations[:MOST]
        small = replace(
            small,
            agent=replace(agent, task_ids=ids, volumes=volumes, reservations=held),
            tasks=evidence.tasks,
        )
    while len(msgspec.json.encode(small)) > LARGEST:
        name = max(_PARTS, key=lambda part: len(msgspec.json.encode(getattr(small, part))))
        said = (*small.left_out, f"{name}: too much to be kept")
        small = msgspec.convert(
            {**msgspec.structs.asdict(small), name: _PARTS[name], "left_out": said}, Evidence
        )
    return small


_PARTS: Mapping[str, object] = {"alerts": (), "signals": (), "complaints": {}, "agent": None, "tasks": {}}
"""What may be large, and what stands there instead."""


def _first[T](things: Mapping[str, T]) -> dict[str, T]:
    return {name: things[name] for name in sorted(things)[:MOST]}
