"""Storage that does not answer, or not well: reads may be tried again, writes are unknown unless certainly not done."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.azure.queues import AzureQueues
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.errors import Poison, PoolkeeperError, Refused, Retry, Unknown
from shared.ports.queues import Queue
from shared.ports.store import Table, Write
from tests.azure.scripted import CUT, Answer, Script

KEY = "a2V5"
NEW = Write("row", b"{}", None)
WRITES = [
    NEW,
    Write("row", b"{}", "*"),
    Write("row", b"{}", 'W/"1"'),
    Write("row", None, "*"),
    Write("row", None, 'W/"1"'),
]
WRITE_NAMES = ["insert", "upsert", "replace", "delete", "delete-etag"]


def trouble(status: int, code: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"x-ms-error-code": code}
    body = {"odata.error": {"code": code, "message": {"lang": "en-us", "value": "Trouble."}}}
    return Answer(status, body, {**named, "Content-Type": "application/json;odata=minimalmetadata"})


def settings(url: str, timeout_s: float = 1.0) -> StorageSettings:
    endpoints = f"TableEndpoint={url}/acc;QueueEndpoint={url}/acc"
    connection = f"DefaultEndpointsProtocol=http;AccountName=acc;AccountKey={KEY};{endpoints}"
    return StorageSettings(connection_string=connection, timeout_s=timeout_s)


@pytest.fixture
async def store(arm: Script) -> AsyncIterator[AzureStore]:
    async with AzureStore(settings(arm.url)) as real:
        yield real


@pytest.fixture
async def queues(arm: Script) -> AsyncIterator[AzureQueues]:
    async with AzureQueues(settings(arm.url)) as real:
        yield real


@pytest.mark.parametrize("write", WRITES, ids=WRITE_NAMES)
@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        trouble(500, "InternalError"),
        trouble(500, "OperationTimedOut"),
        trouble(504, "x"),
        Answer(late_s=5.0),
    ],
    ids=["cut", "500", "timed-out", "504", "late"],
)
async def test_a_write_without_an_answer_is_unknown(arm: Script, write: Write, answer: Answer) -> None:
    arm.will(answer)

    async with AzureStore(settings(arm.url, timeout_s=0.3)) as store:
        with pytest.raises(Unknown, match="row"):
            await store.write(Table.LEDGER, "prod", write)


@pytest.mark.parametrize("write", WRITES, ids=WRITE_NAMES)
async def test_a_write_to_a_busy_storage_was_not_done_and_may_be_tried_again(
    arm: Script, store: AzureStore, write: Write
) -> None:
    arm.will(trouble(503, "ServerBusy", Retry_After="7"))

    with pytest.raises(Retry) as retry:
        await store.write(Table.LEDGER, "prod", write)

    assert retry.value.after == timedelta(seconds=7)
    assert len(arm.asked) == 1


async def test_a_read_is_tried_three_times(arm: Script, store: AzureStore) -> None:
    arm.will(trouble(500, "InternalError"))

    for call in (store.get(Table.LEDGER, "prod", "row"), store.query(Table.LEDGER, "prod", "", "")):
        arm.asked.clear()
        with pytest.raises(Retry):
            await call
        assert len(arm.asked) == 3


async def test_a_storage_that_is_not_there_is_tried_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nowhere = settings(f"http://127.0.0.1:{port}")

    async with AzureStore(nowhere) as store, AzureQueues(nowhere) as queues:
        for call in (
            store.get(Table.LEDGER, "prod", "row"),
            store.query(Table.LEDGER, "prod", "", ""),
            store.write(Table.LEDGER, "prod", NEW),
            store.write_all(Table.LEDGER, "prod", [NEW, Write("other", b"{}", "*")]),
            queues.send(Queue.SIGNALS, b"{}", timedelta(0)),
        ):
            with pytest.raises(Retry):
                await call


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (trouble(403, "AuthorizationPermissionMismatch"), Refused),
        (trouble(401, "InvalidAuthenticationInfo"), Refused),
        (trouble(400, "InvalidInput"), Poison),
        (trouble(413, "RequestBodyTooLarge"), Poison),
        (trouble(409, "TableBeingDeleted"), Retry),
        (trouble(429, "TooManyRequests"), Retry),
    ],
    ids=["403", "401", "400", "413", "409", "429"],
)
async def test_what_storage_says_decides_for_reads_writes_and_messages(
    arm: Script, store: AzureStore, queues: AzureQueues, answer: Answer, kind: type[PoolkeeperError]
) -> None:
    arm.will(answer)

    for call in (
        store.get(Table.LEDGER, "prod", "row"),
        store.write(Table.LEDGER, "prod", Write("row", b"{}", "*")),
        store.write(Table.LEDGER, "prod", NEW),
        queues.send(Queue.SIGNALS, b"{}", timedelta(0)),
    ):
        with pytest.raises(kind) as caught:
            await call
        assert type(caught.value) is kind


@pytest.mark.parametrize("answer", [CUT, trouble(500, "InternalError"), trouble(503, "ServerBusy")])
async def test_a_message_that_may_be_lost_is_sent_again_by_the_caller(
    arm: Script, queues: AzureQueues, answer: Answer
) -> None:
    arm.will(answer)

    with pytest.raises(Retry):
        await queues.send(Queue.SIGNALS, b"{}", timedelta(0))

    assert len(arm.asked) == 1
