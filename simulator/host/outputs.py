"""Output bindings: what a function hands out is delivered before its invocation counts as succeeded.

* queue: one message for a text or bytes, one per item of a list; the queue is created when it is missing. A
  listener of this host on the same queue is woken, so the message runs at once.
* table: an insert, not an upsert. The same keys a second time fail the invocation with 409 (Azure/azure-sdk-for-net,
  Microsoft.Azure.WebJobs.Extensions.Tables); an entity that carries an ETag replaces that version. The table is
  created when it is missing.
* http: read by ``http_routes``, nothing to deliver.

A ``func.QueueMessage`` as output is sent as the JSON object that the worker makes of it, id and body, because that is
what the host does with any JSON object; send texts.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.data.tables import EdmType, EntityProperty, UpdateMode
from azure.data.tables.aio import TableClient
from azure.functions.meta import Datum

from simulator.host.invocations import OutputFailed
from simulator.host.storage import Storage, encode_message, send_creating
from simulator.host.worker import Binding, IndexedFunction, Outcome

DELIVERED = frozenset({"queue", "table", "http"})
_INT32_MAX = 2**31 - 1


class Outputs:
    """Delivers the outputs of one invocation after the other. ``wake`` is told (connection setting, queue name)."""

    def __init__(self, storage: Storage, wake: Callable[[str, str], None], *, is_base64: bool) -> None:
        self._storage = storage
        self._wake = wake
        self._is_base64 = is_base64

    async def deliver(self, function: IndexedFunction, outcome: Outcome) -> None:
        """Deliver everything that ``outcome`` holds. Raises ``OutputFailed``; what was delivered before stays."""
        values = dict(outcome.outputs)
        if outcome.returned is not None:
            values["$return"] = outcome.returned
        for binding in function.outputs:
            value = values.get(binding.name)
            if value is None or value.type is None or binding.type == "http":
                continue
            try:
                await self._deliver(binding, value)
            except (AzureError, ValueError, TypeError) as problem:
                told = str(problem).splitlines()[0] if str(problem) else ""
                raise OutputFailed(
                    f"the {binding.type} output {binding.name!r} was not delivered: {type(problem).__name__}: {told}"
                ) from problem

    async def _deliver(self, binding: Binding, value: Datum) -> None:
        if binding.type == "queue":
            await self._send(binding, queue_bodies(value))
        elif binding.type == "table":
            await self._insert(binding, table_entities(value))
        else:
            raise ValueError("this host delivers queue, table and http outputs only")

    async def _send(self, binding: Binding, bodies: Iterable[str | bytes]) -> None:
        setting, name = binding.text("connection"), binding.text("queueName")
        queue = self._storage.queue(setting, name)
        for body in bodies:
            await send_creating(queue, encode_message(body, is_base64=self._is_base64))
            self._wake(setting, name)

    async def _insert(self, binding: Binding, entities: Iterable[dict[str, Any]]) -> None:
        table = self._storage.table(binding.text("connection"), binding.text("tableName"))
        keys = {"PartitionKey": binding.text("partitionKey"), "RowKey": binding.text("rowKey")}
        for entity in entities:
            row = {name: key for name, key in keys.items() if key} | _storable(entity)
            try:
                await _write(table, row)
            except ResourceNotFoundError:
                with contextlib.suppress(ResourceExistsError):
                    await table.create_table()
                await _write(table, row)


def queue_bodies(value: Datum) -> list[str | bytes]:
    """The message bodies in one queue output."""
    if value.type in ("string", "bytes"):
        return [value.value]
    content = json.loads(value.value) if value.type == "json" else value.value
    items = content if isinstance(content, list) else [content]
    return [item if isinstance(item, (str, bytes)) else json.dumps(item) for item in items]


def table_entities(value: Datum) -> list[dict[str, Any]]:
    """The entities in one table output: a JSON object, or an array of them. Raises ValueError for anything else."""
    content = json.loads(value.value) if value.type in ("json", "string", "bytes") else value.value
    entities = content if isinstance(content, list) else [content]
    if not all(isinstance(entity, dict) for entity in entities):
        raise ValueError("a table output must be a JSON object or an array of JSON objects")
    return entities


async def _write(table: TableClient, row: dict[str, Any]) -> None:
    etag = next((row.pop(name) for name in ("odata.etag", "ETag", "etag") if name in row), None)
    if etag is None:
        await table.create_entity(row)
    elif etag == "*":
        await table.update_entity(row, mode=UpdateMode.REPLACE)
    else:
        await table.update_entity(
            row, mode=UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
        )


def _storable(entity: dict[str, Any]) -> dict[str, Any]:
    return {name: _property(value) for name, value in entity.items() if value is not None}


def _property(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) > _INT32_MAX:
        return EntityProperty(value, EdmType.INT64)
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return value
