"""A cluster with 10,000 nodes and 100,000 entries in its audit, as Azurite keeps it in a file.

Azurite takes each new row more slowly the more there are, so that these would take it half an hour. So one row is
written, which tells what Azurite makes of rows, and the others are put into its file beside that one before it starts
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.audit.chain import link
from shared.audit.month import HEAD, Head, partition_of, row_of
from shared.azure.entities import pack
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.decide.roll import rolls_of
from shared.model.audit import AuditKind, AuditRecord
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition, NodeMemory
from shared.model.sweeps import LastSweep
from shared.policy.in_force import LAST_GOOD, PARTITION, LastGood
from shared.policy.load import load
from shared.ports.store import Table, Write
from shared.records import LAST, closed_incident_row, open_incident_row
from simulator.azurite import ACCOUNT

NODES, ENTRIES, ILL, CLOSED = 10_000, 100_000, 200, 1_000
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
CLUSTER = "prod"
FILE = "__azurite_db_table__.json"
POLICY = """\
version: 1
clusters:
  prod:
    subscription: 00000000-0000-4000-8000-000000000001
    resource_group: prod
    dcos: {masters: ["172.16.0.5"]}
    pools:
      private: {scale_set: private-vmss, capacity: {min: 1, max: 1000}}
      public: {scale_set: public-vmss, capacity: {min: 1, max: 1000}}
"""


class Row(Struct, frozen=True):
    table: Table
    partition: str
    key: str
    value: object


def node_name(number: int) -> str:
    """The names in order are the numbers in order, the public pool's behind the private one's."""
    return f"dcos-agent-{'public' if number % 20 == 0 else 'private'}-633E21A3-vmss0_{number:05d}"


async def first_row(connection: str) -> None:
    """So that Azurite makes the tables."""
    async with AzureStore(StorageSettings(connection_string=connection)) as store:
        for table in (Table.POLICY, Table.INVENTORY, Table.INCIDENTS, Table.AUDIT, Table.SWEEPS):
            await store.write(table, "nobody's", Write("first", b"{}", "*"))


def fill(kept_in: Path) -> None:
    """The file of an Azurite that has ended and was told `first_row`."""
    file = kept_in / FILE
    kept: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    collections: dict[str, dict[str, Any]] = {one["name"]: one for one in kept["collections"]}
    for row in (*nodes_and_incidents(), *_audit()):
        collection = collections[f"{ACCOUNT}${row.table.value}"]
        collection["data"].append(_as_azurite_has_it(row, collection["data"][0], len(collection["data"])))
    for collection in collections.values():
        _put_in_order(collection)
    file.write_bytes(msgspec.json.encode(kept))


def _as_azurite_has_it(row: Row, like: Mapping[str, Any], number: int) -> dict[str, Any]:
    entity = pack(row.partition, row.key, msgspec.json.encode(row.value))
    keys = {name: entity[name] for name in ("PartitionKey", "RowKey")}
    return {**like, **keys, "properties": {**like["properties"], **entity}, "$loki": number + 1}


def _put_in_order(collection: dict[str, Any]) -> None:
    """Its indices, which are positions in the order of a property."""
    data: list[dict[str, Any]] = collection["data"]
    collection["maxId"] = len(data)
    for name, index in collection["binaryIndices"].items():
        index["values"] = sorted(range(len(data)), key=lambda place: str(data[place][name]))


def nodes_and_incidents() -> Iterator[Row]:
    """All but the audit."""
    good = LastGood("benchmark", "policy.yaml", POLICY, NOW - timedelta(days=9))
    yield Row(Table.POLICY, PARTITION, LAST_GOOD, good)
    memories = [_memory(number, NOW - timedelta(days=30)) for number in range(NODES)]
    for memory in memories:
        yield Row(Table.INVENTORY, CLUSTER, memory.name, memory)
    rolls = rolls_of(load(POLICY, "policy.yaml").clusters[0], memories, NOW)
    yield Row(Table.SWEEPS, CLUSTER, LAST, LastSweep(NOW - timedelta(seconds=20), rolls=rolls))
    for number in range(ILL):
        opened = _incident(memories[number * (NODES // ILL)], NOW - timedelta(minutes=9))
        yield Row(Table.INCIDENTS, CLUSTER, open_incident_row(opened.node), opened)
    for number in range(CLOSED):
        closed = _closed(memories[number], number)
        yield Row(Table.INCIDENTS, CLUSTER, closed_incident_row(closed), closed)


def fallen_ill(number: int) -> Row:
    """The incident of one more node."""
    opened = _incident(_memory(number, NOW - timedelta(days=30)), NOW)
    return Row(Table.INCIDENTS, CLUSTER, open_incident_row(opened.node), opened)


def _memory(number: int, since: datetime) -> NodeMemory:
    return NodeMemory(
        node_name(number),
        "public" if number % 20 == 0 else "private",
        f"{number}",
        f"{number:032x}",
        since,
        number % 5,
        f"{number % 3 + 1}",
        f"10.{number // 62_500}.{number // 250 % 250}.{number % 250 + 1}",
        f"{number:08x}-S{number}",
        joined_at=since,
        tasks={"marathon/web": 3},
    )


def _audit() -> Iterator[Row]:
    """Evenly over the month until now."""
    begin = NOW.replace(day=1, hour=0)
    step = (NOW - begin) / ENTRIES
    partition, before = partition_of(CLUSTER, NOW), ""
    for number in range(1, ENTRIES + 1):
        node = node_name(number * 7 % NODES)
        text = f"unreachable: its agent is lost for {number} s; {'confirming that it stays so ' * 4}"
        data = {"answers": [{"guard": "storm", "allowed": True, "numbers": {"unwell": number % 9}}]}
        record = AuditRecord(begin + number * step, CLUSTER, AuditKind.DECIDED, node, text, data=data)
        entry = link(record, number, before)
        before = entry.digest
        yield Row(Table.AUDIT, partition, row_of(number), entry)
    yield Row(Table.AUDIT, partition, HEAD, Head(ENTRIES, before))


def _incident(memory: NodeMemory, at: datetime) -> Incident:
    name = f"{memory.name}@{at:%Y%m%dT%H%M%SZ}"
    because = "its agent is lost, and the machine runs"
    return Incident(name, CLUSTER, memory.pool, memory.name, Condition.UNREACHABLE, because, at, at)


def _closed(memory: NodeMemory, number: int) -> Incident:
    at = NOW - timedelta(minutes=31 * number)
    opened = _incident(memory, at - timedelta(minutes=9))
    return replace(opened, state=IncidentState.RESOLVED, closed_at=at, outcome="it was replaced")
