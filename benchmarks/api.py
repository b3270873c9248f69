"""What people ask of a cluster with 10,000 nodes and 100,000 entries in its audit, a page of 100 at a time.

How: Azurite with those rows, 200 of the nodes with an open incident, 1,000 closed ones. Then the office that answers
the API (`shared/desk/over_storage.py`), through the real adapter: each question in turn, a hundred rounds of all, one
question at a time, each page encoded as JSON. Pages are taken from all over the lists, filters such that few fit. Told
is the 99th of a hundred. Limit: 500 ms, but for a page of 1,000 nodes. The yardstick is a single query for 100 rows by
the Tables SDK alone.

Honest remarks: Azurite, one process of Node.js, shares this machine; the host and its worker in front of the app are
not counted here, nor is the network.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from benchmarks.api_rows import CLUSTER, ENTRIES, ILL, NODES, NOW, fill, first_row, node_name
from benchmarks.figures import Figure, Measured, Unit, rank
from shared.audit import AuditLog
from shared.azure.queues import AzureQueues
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.desk.asked import (
    Course,
    OfAudit,
    OfIncidents,
    OfNodes,
    OfOperations,
    OfOverrides,
    OfQuarantine,
    OfSchedules,
    Stage,
)
from shared.desk.over_storage import StorageOffice
from shared.desk.pages import token_of
from shared.memory.clock import SteppedClock
from shared.model.mark import NO_MARK
from shared.ports.store import Table
from simulator.azurite import Azurite

ROUNDS = 100
LIMIT_MS = 500.0
LARGE = "nodes, a page of 1,000 somewhere"

type Ask = Callable[[StorageOffice, random.Random], Awaitable[object]]


def _after(dice: random.Random) -> str:
    return token_of(node_name(dice.randrange(NODES) // 20 * 20 + 1))


ASKS: Mapping[str, Ask] = {
    "clusters": lambda office, _: office.clusters(),
    "pools of a cluster": lambda office, _: office.pools(CLUSTER),
    "nodes, a page somewhere": lambda office, dice: office.nodes(CLUSTER, OfNodes(after=_after(dice))),
    LARGE: lambda office, dice: office.nodes(CLUSTER, OfNodes(after=_after(dice), limit=1000)),
    "nodes that are unreachable": lambda office, _: office.nodes(CLUSTER, OfNodes(condition="unreachable")),
    "nodes of the public pool": lambda office, dice: office.nodes(CLUSTER, OfNodes(pool="public")),
    "nodes by a part of the name": lambda office, dice: office.nodes(
        CLUSTER, OfNodes(text=f"_{dice.randrange(NODES):05d}")
    ),
    "one node": lambda office, dice: office.node(CLUSTER, node_name(dice.randrange(NODES))),
    "incidents, open": lambda office, _: office.incidents(CLUSTER, OfIncidents()),
    "incidents, closed": lambda office, _: office.incidents(CLUSTER, OfIncidents(state=Stage.CLOSED)),
    "operations, running": lambda office, _: office.operations(CLUSTER, OfOperations()),
    "operations, closed": lambda office, _: office.operations(CLUSTER, OfOperations(state=Course.CLOSED)),
    "what people have said": lambda office, _: office.overrides(CLUSTER, OfOverrides()),
    "quarantine": lambda office, _: office.quarantine(OfQuarantine()),
    "schedules": lambda office, _: office.schedules(CLUSTER, OfSchedules()),
    "audit, a page somewhere": lambda office, dice: office.audit(
        CLUSTER, OfAudit(after=token_of(f"{NOW:%Y-%m}|{dice.randrange(1000, ENTRIES)}"))
    ),
    "audit of an hour": lambda office, dice: office.audit(CLUSTER, _hour(dice)),
    "audit of one node": lambda office, dice: office.audit(
        CLUSTER, OfAudit(subject=node_name(dice.randrange(NODES)))
    ),
    "explanation of a node": lambda office, dice: office.explain(
        CLUSTER, node_name(dice.randrange(ILL) * (NODES // ILL))
    ),
}


def _hour(dice: random.Random) -> OfAudit:
    since = NOW - timedelta(hours=dice.randrange(2, 24 * 20))
    return OfAudit(since=since, until=since + timedelta(hours=1))


def measure() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        kept_in = Path(folder)
        with Azurite.start(kept_in=kept_in) as storage:
            asyncio.run(first_row(storage.connection_string))
        fill(kept_in)
        with Azurite.start(kept_in=kept_in) as storage:
            return asyncio.run(_measured(storage.connection_string))


async def _measured(connection: str) -> Measured:
    settings = StorageSettings(connection_string=connection)
    clock = SteppedClock(NOW)
    async with AzureStore(settings) as store, AzureQueues(settings) as queues:
        office = StorageOffice(store, queues, AuditLog(store), clock, frozenset(), NO_MARK)
        taken: dict[str, list[float]] = {name: [] for name in ASKS}
        bare: list[float] = []
        dice = random.Random(7)
        for _ in range(ROUNDS):
            first = node_name(dice.randrange(NODES - 2000))
            bare.append(await _timed(store.query(Table.INVENTORY, CLUSTER, first, "", 100)))
            for name, ask in ASKS.items():
                taken[name].append(await _timed(ask(office, dice)))
    yardstick = rank(bare, 0.99)
    figures = tuple(
        Figure(name, rank(each, 0.99), Unit.MILLISECONDS, None if name == LARGE else LIMIT_MS, yardstick)
        for name, each in taken.items()
    )
    return Measured("api", "one query for 100 rows by the Tables SDK alone", figures)


async def _timed(work: Awaitable[object]) -> float:
    """Milliseconds until the answer is there as JSON."""
    begun = time.perf_counter()
    msgspec.json.encode(await work, enc_hook=str)
    return (time.perf_counter() - begun) * 1000
