"""What functions hand out arrives in queues and tables, and decides whether the invocation succeeded."""

from __future__ import annotations

import json
import time
from functools import partial

from azure.data.tables.aio import TableClient

from tests.host.conftest import Running, Start, Storage, an_event


async def _ask(running: Running, storage: Storage, **asked: object) -> None:
    before = len(running.outcomes)
    await storage.send("fan", json.dumps({"asked": asked}))
    await running.until(lambda: len(running.outcomes) > before)


async def test_an_event_reaches_the_queue_function_at_once(start: Start, storage: Storage) -> None:
    await storage.create("")
    # With the default interval of a minute, the listener would be asleep for seconds after a while of nothing.
    running = await start(AzureFunctionsJobHost__extensions__queues__maxPollingInterval="00:01:00")
    for n in range(3):
        began = time.perf_counter()
        await running.event(an_event(str(n), send=f"from {n}"))
        await running.until(partial(_has_run, running, n + 1))
        assert time.perf_counter() - began < 1


async def test_a_queue_output_creates_the_queue(start: Start, storage: Storage) -> None:
    running = await start()
    await running.event(an_event(send="first ever"))
    await running.until(lambda: running.seen("work"))
    assert running.seen("work")[0]["body"] == b"first ever"


async def test_events_that_arrive_together_may_all_create_the_queue(start: Start, storage: Storage) -> None:
    running = await start()
    answer = await running.event(*(an_event(str(n), send=f"m{n}") for n in range(12)))
    assert answer.status == 202
    await running.until(lambda: len(running.seen("work")) == 12)


async def test_a_list_becomes_one_message_per_item(start: Start, storage: Storage) -> None:
    await storage.create("fan")
    running = await start()
    await _ask(running, storage, texts=["one", "two", "three"])
    assert sorted(await storage.bodies("out")) == ["one", "three", "two"]


async def test_nothing_set_means_nothing_sent(start: Start, storage: Storage) -> None:
    await storage.create("fan", "out")
    running = await start()
    await _ask(running, storage)
    assert await storage.count("out") == 0
    assert running.outcomes[0][1].ok


async def test_a_returned_value_goes_to_the_return_binding(start: Start, storage: Storage) -> None:
    running = await start()
    assert (await running.host.run_now("echo", "me")).ok
    assert await storage.bodies("out") == ["echo of me"]


async def test_a_table_output_inserts_with_the_right_types(start: Start, storage: Storage) -> None:
    await storage.create("fan")
    running = await start()
    entity = {"PartitionKey": "p", "RowKey": "r", "small": 1, "large": 2**40, "text": "t", "deep": {"a": [1]}}
    await _ask(running, storage, entity=entity)
    async with _table(storage) as table:
        row = await table.get_entity("p", "r")
    assert (row["small"], row["large"].value, row["text"]) == (1, 2**40, "t")
    assert json.loads(row["deep"]) == {"a": [1]}


async def test_the_same_keys_a_second_time_fail_the_invocation(start: Start, storage: Storage) -> None:
    await storage.create("fan")
    running = await start(AzureFunctionsJobHost__extensions__queues__visibilityTimeout="00:05:00")
    entity = {"PartitionKey": "p", "RowKey": "r", "text": "first"}
    await _ask(running, storage, entity=entity)
    await _ask(running, storage, entity=entity | {"text": "second"})
    first, second = (outcome for _, outcome, _ in running.outcomes)
    assert first.ok
    assert "ResourceExistsError" in (second.error or "")
    async with _table(storage) as table:
        assert (await table.get_entity("p", "r"))["text"] == "first"


async def test_an_entity_with_an_etag_replaces_that_version_only(start: Start, storage: Storage) -> None:
    await storage.create("fan")
    running = await start(AzureFunctionsJobHost__extensions__queues__visibilityTimeout="00:05:00")
    keys = {"PartitionKey": "p", "RowKey": "r"}
    await _ask(running, storage, entity=keys | {"text": "first"})
    async with _table(storage) as table:
        etag = (await table.get_entity("p", "r")).metadata["etag"]
        await _ask(running, storage, entity=keys | {"text": "second", "odata.etag": etag})
        assert (await table.get_entity("p", "r"))["text"] == "second"
        await _ask(running, storage, entity=keys | {"text": "stale", "odata.etag": etag})
        assert (await table.get_entity("p", "r"))["text"] == "second"
    assert [outcome.ok for _, outcome, _ in running.outcomes] == [True, True, False]


async def test_a_message_too_large_for_a_queue_fails_the_invocation(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start()
    answer = await running.event(an_event(send="x" * 70_000))
    assert answer.status == 500
    assert "the queue output 'send' was not delivered" in (running.outcomes[0][1].error or "")


def _has_run(running: Running, times: int) -> bool:
    return len(running.seen("work")) == times


def _table(storage: Storage) -> TableClient:
    return TableClient.from_connection_string(storage.connection, f"{storage.name}table")
