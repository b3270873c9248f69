"""Documents in Storage tables: what the product knows and did, with real conditional writes.

A row is one entity (see `entities`), its etag is the service's. A table is made by the first write that misses it,
not asked for before each call. Reads are repeated a little, writes never: a write whose answer got lost is `Unknown`,
and the caller finds out by reading the row, whose body it knows and whose etag it had.

One repetition is beyond our reach: aiohttp sends a PUT or DELETE again when a kept-alive connection breaks before any
answer. If the first one had arrived, the second fails its condition, so a `Conflict` may be with ourselves. Reading
again before deciding again, which a `Conflict` asks for anyway, is right in that case too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.azure import calls, entities, keys, storage_errors
from shared.azure.connected import Connected
from shared.azure.storage import StorageSettings
from shared.azure.table_writes import TableWrite, Verb, translate_all
from shared.errors import Conflict, PoolkeeperError
from shared.ports.store import Store, Stored, Table, Write

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient, TableServiceClient

PAGE = 1000
"""Rows that the service gives at once at most."""


class AzureStore(Connected["TableServiceClient", "TableClient"], Store):
    """Rows of all tables of one account."""

    def __init__(self, settings: StorageSettings) -> None:
        super().__init__(settings)
        self._timeout_s = settings.timeout_s

    async def get(self, table: Table, partition: str, row: str) -> Stored | None:
        key = (keys.encode(partition), keys.encode(row))
        client = self._client(table)
        try:
            entity = await calls.read(lambda: client.get_entity(*key), self._timeout_s)
        except calls.wire_errors() as error:
            if calls.status_of(error) == 404:
                return None
            # Without its cause: what an SDK prints of a request may hold what must not be in a log.
            raise storage_errors.for_read(error, _name(table, partition, row)) from None
        return _stored(entity)

    async def query(
        self, table: Table, partition: str, first: str, last: str, most: int | None = None
    ) -> tuple[Stored, ...]:
        condition = "PartitionKey eq @partition and RowKey ge @first"
        parameters = {"partition": keys.encode(partition), "first": keys.encode_bound(first)}
        if last:
            condition += " and RowKey lt @last"
            parameters["last"] = keys.encode_bound(last)
        client = self._client(table)

        async def collect() -> list[Stored]:
            found = client.query_entities(
                condition, parameters=parameters, results_per_page=min(most or PAGE, PAGE)
            )
            rows: list[Stored] = []
            async for entity in found:
                rows.append(_stored(entity))
                if len(rows) == most:
                    break
            return rows

        try:
            # A page is 1,000 rows at most; three times the time of one call is enough for some ten thousand.
            rows = await calls.read(collect, self._timeout_s * 3)
        except calls.wire_errors() as error:
            if calls.status_of(error) == 404:
                return ()
            raise storage_errors.for_read(error, _name(table, partition)) from None
        return tuple(sorted(rows, key=lambda stored: stored.row))

    async def write(self, table: Table, partition: str, write: Write) -> str:
        (etag,) = await self.write_all(table, partition, (write,))
        return etag

    async def write_all(self, table: Table, partition: str, writes: Sequence[Write]) -> tuple[str, ...]:
        todo = translate_all(partition, writes)
        if not todo:
            return ()
        what = _name(table, partition, *(write.row for write in writes[:3]))
        client = self._client(table)
        etags: dict[str, str] = {}
        # Each turn either ends this, or makes the table (once), or drops one delete that found nothing.
        for _ in range(len(todo) + 2):
            if not todo:
                break
            try:
                etags = await self._send(client, todo)
                break
            except calls.wire_errors() as error:
                await self._make_possible(client, todo, error, what)
        return tuple(etags.get(write.row, "") for write in writes)

    async def _send(self, client: TableClient, todo: Sequence[TableWrite]) -> dict[str, str]:
        """New etags by row. A single write goes as itself, except a conditional delete: the SDK's `delete_entity`
        hides that the row was not there, a transaction of one does not."""
        only = todo[0]
        if len(todo) == 1 and not (only.verb is Verb.DELETE and only.conditional):
            method = getattr(client, f"{only.verb}_entity")
            answer = await calls.send_once(lambda: method(dict(only.entity), **only.options), self._timeout_s)
            return {only.row: _etag(answer)}
        parts = [(write.verb.value, dict(write.entity), dict(write.options)) for write in todo]
        answers = await calls.send_once(lambda: client.submit_transaction(parts), self._timeout_s)
        return {write.row: _etag(answer) for write, answer in zip(todo, answers, strict=True)}

    async def _make_possible(
        self, client: TableClient, todo: list[TableWrite], error: Exception, what: str
    ) -> None:
        """After a 404, which means that nothing was done: remove the reason, so that the same can be sent again.
        Raises where there is nothing to remove."""
        if calls.status_of(error) != 404:
            raise storage_errors.for_write(error, what) from None
        index = min(getattr(error, "index", None) or 0, len(todo) - 1)
        culprit = todo[index]
        if storage_errors.code_of(error) != "TableNotFound" and not culprit.makes_a_row:
            if not culprit.may_find_nothing:
                raise Conflict(what) from None
            del todo[index]
            return
        if not any(write.makes_a_row for write in todo):
            if any(not write.may_find_nothing for write in todo):
                raise Conflict(what) from None
            todo.clear()
            return
        await self._make_table(client, what)

    async def _make_table(self, client: TableClient, what: str) -> None:
        try:
            await calls.send_once(client.create_table, self._timeout_s)
        except calls.wire_errors() as error:
            if storage_errors.code_of(error) != "TableAlreadyExists":
                refusal: PoolkeeperError = storage_errors.for_read(error, f"the table for {what}")
                raise refusal from None

    def _client(self, table: Table) -> TableClient:
        if table not in self._clients:
            self._clients[table] = self._open().get_table_client(self._settings.prefix + table.value)
        return self._clients[table]

    def _kind(self) -> tuple[type[TableServiceClient], str | None]:
        from azure.data.tables.aio import TableServiceClient

        return TableServiceClient, self._settings.tables_url


def _stored(entity: Mapping[str, Any]) -> Stored:
    metadata: Mapping[str, Any] = getattr(entity, "metadata", {})
    return Stored(keys.decode(entity["RowKey"]), entities.body_of(entity), metadata["etag"])


def _etag(answer: Mapping[str, Any] | None) -> str:
    return str(answer["etag"]) if answer and "etag" in answer else ""


def _name(table: Table, partition: str, *rows: str) -> str:
    what = f"partition {partition} of table {table}"
    return f"row {', '.join(rows)} in {what}" if rows else what
