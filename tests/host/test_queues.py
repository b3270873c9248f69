"""Queue triggers: what is received, retried, poisoned and renewed, against a real Azurite."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulator.host import HostOptions
from tests.host.conftest import Running, Start, Storage, app_module


async def _until_gone(storage: Storage, suffix: str = "") -> None:
    async with asyncio.timeout(5):
        while await storage.count(suffix):  # noqa: ASYNC110 - a queue sets no event
            await asyncio.sleep(0.05)


async def test_a_message_runs_once_and_is_deleted(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start()
    await storage.send("", "hello")
    await running.until(lambda: running.seen("work-ended"))
    await _until_gone(storage)
    assert [one["body"] for one in running.seen("work")] == [b"hello"]


async def test_the_function_gets_the_metadata_of_the_message(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start()
    await storage.send("", "plain")
    await running.until(lambda: running.seen("work"))
    got = running.seen("work")[0]
    now = datetime.now(UTC)
    assert got["tries"] == 1
    assert len(got["id"]) == 36
    assert got["receipt"]
    assert abs(got["inserted"] - now) < timedelta(seconds=30)
    assert got["expires"] - got["inserted"] == timedelta(days=7)
    assert timedelta(minutes=9) < got["visible"] - now < timedelta(minutes=10)


async def test_members_of_a_json_body_overwrite_the_metadata(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start()
    await storage.send("", json.dumps({"id": "mine", "dequeuecount": 77}))
    await running.until(lambda: running.seen("work"))
    assert (running.seen("work")[0]["id"], running.seen("work")[0]["tries"]) == ("mine", 77)


async def test_bytes_that_are_not_text_arrive_as_they_are(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start()
    await storage.queue("").send_message("/wD+")
    await running.until(lambda: running.seen("work"))
    assert running.seen("work")[0]["body"] == b"\xff\x00\xfe"


async def test_a_failing_message_is_tried_three_times_and_moves_to_poison(
    start: Start, storage: Storage
) -> None:
    await storage.create("")
    running = await start()
    await storage.send("", '"fail"')
    await running.until(lambda: running.seen("bury"))
    assert [one["tries"] for one in running.seen("work")] == [1, 2, 3]
    assert running.seen("bury")[0]["body"] == b'"fail"'
    await _until_gone(storage)
    await _until_gone(storage, "-poison")


async def test_many_messages_may_be_poisoned_at_the_same_moment(start: Start, storage: Storage) -> None:
    await storage.create("")
    await asyncio.gather(*(storage.queue("").send_message(f"not base64 {n}!") for n in range(12)))
    await start(**{"AzureWebJobs.bury.Disabled": "true"})
    await _until_gone(storage)
    assert await storage.count("-poison") == 12


async def test_a_failed_message_waits_for_the_visibility_timeout(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start(AzureFunctionsJobHost__extensions__queues__visibilityTimeout="00:00:01")
    began = time.monotonic()
    await storage.send("", '"fail"')
    await running.until(lambda: len(running.seen("work")) == 2)
    assert time.monotonic() - began > 0.9


async def test_text_that_is_not_base64_goes_straight_to_poison(start: Start, storage: Storage) -> None:
    await storage.create("")
    # Nobody listens to the poison queue here, so what lies in it can be looked at.
    running = await start(**{"AzureWebJobs.bury.Disabled": "true"})
    await storage.queue("").send_message("not base64!")
    await _until_gone(storage)
    poisoned = await storage.queue("-poison").peek_messages()
    assert [one.content for one in poisoned] == ["not base64!"]
    assert running.seen("work") == []


async def test_with_encoding_none_the_text_is_the_body(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start(AzureFunctionsJobHost__extensions__queues__messageEncoding="none")
    await storage.queue("").send_message("plain text!")
    await running.until(lambda: running.seen("work"))
    assert running.seen("work")[0]["body"] == b"plain text!"


async def test_a_message_received_too_often_is_poisoned_without_running(
    start: Start, storage: Storage
) -> None:
    await storage.create("")
    await storage.send("", "crashed before")
    queue = storage.queue("")
    for _ in range(3):
        message = await queue.receive_message(visibility_timeout=60)
        assert message is not None
        await queue.update_message(message, visibility_timeout=0)
    running = await start()
    await running.until(lambda: running.seen("bury"))
    assert running.seen("work") == []


async def test_a_poison_queue_has_no_poison_queue_of_its_own(start: Start, storage: Storage) -> None:
    await storage.create("-poison")
    running = await start()
    await storage.send("-poison", "stubborn")
    await running.until(lambda: running.outcomes)
    await asyncio.sleep(0.6)
    assert len(running.seen("bury")) == 1
    assert await storage.count("-poison") == 1
    assert await storage.bodies("-poison") == []


async def test_a_missing_queue_is_waited_for_and_not_created(start: Start, storage: Storage) -> None:
    running = await start()
    await asyncio.sleep(0.3)
    queue = storage.queue("")
    await queue.create_queue()
    await storage.send("", "late")
    await running.until(lambda: running.seen("work"))


async def test_a_message_stays_invisible_for_as_long_as_its_function_runs(
    start: Start, storage: Storage, options: HostOptions
) -> None:
    await storage.create("")
    running = await start(replace(options, message_hold=timedelta(seconds=1)))
    await storage.send("", '{"wait": 2.5}')
    await running.until(lambda: running.seen("work-ended"))
    await _until_gone(storage)
    assert len(running.seen("work")) == 1


async def test_no_more_than_batch_and_threshold_run_at_once(start: Start, storage: Storage) -> None:
    await storage.create("")
    await storage.send("", *(json.dumps({"wait": 0.3, "n": n}) for n in range(12)))
    running = await start()
    most = 0
    async with asyncio.timeout(8):
        while len(running.seen("work-ended")) < 12:
            most = max(most, running.host.running)
            await asyncio.sleep(0.005)
    # batchSize 4 and newBatchThreshold 2 in the app's host.json: a batch of 4 comes when 2 still run.
    assert 4 <= most <= 6


async def test_a_synchronous_function_does_not_hold_up_the_others(start: Start, storage: Storage) -> None:
    await storage.create("", "slow")
    running = await start()
    await storage.send("slow", "s")
    await running.until(lambda: running.seen("slow"))
    await storage.send("", "quick")
    await running.until(lambda: running.seen("work-ended"))
    assert running.seen("slow-ended") == []
    app_module().RELEASE.set()
    await running.until(lambda: running.seen("slow-ended"))


async def test_a_hundred_messages_all_run_exactly_once(start: Start, storage: Storage) -> None:
    await storage.create("")
    running = await start()
    await asyncio.gather(*(storage.send("", *(f"m{n}" for n in range(k, 100, 4))) for k in range(4)))
    await running.until(lambda: len(running.seen("work-ended")) >= 100)
    assert sorted(_bodies(running)) == sorted(f"m{n}" for n in range(100))


def _bodies(running: Running) -> list[str]:
    return [one["body"].decode() for one in running.seen("work")]
