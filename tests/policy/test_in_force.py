"""A policy with an error keeps the last good version in force, also across restarts, and says so once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Refused, Retry, Unknown
from shared.memory.store import MemoryStore
from shared.policy.in_force import LAST_GOOD, PARTITION, REJECTED, Change, PolicyInForce
from shared.policy.schema import Mode
from shared.ports.store import Stored, Table, Write
from tests.policy.texts import GOOD, policy_of, with_pool

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BETTER = with_pool("mode: enforce")
BAD = with_pool("mode: bold")


class File:
    """The file as the operator leaves it; None when it is not there."""

    def __init__(self, text: str | bytes | None) -> None:
        self.text = text

    async def read(self) -> str | bytes:
        if self.text is None:
            raise FileNotFoundError("policy.yaml")
        return self.text


class DistantStore(MemoryStore):
    """Others get their turn while an answer is on its way."""

    async def get(self, table: Table, partition: str, row: str) -> Stored | None:
        await asyncio.sleep(0)
        return await super().get(table, partition, row)


def app(file: File, store: MemoryStore) -> PolicyInForce:
    """One instance of the app, just started."""
    return PolicyInForce(file.read, "policy.yaml", store)


async def test_a_valid_text_is_in_force_and_told_once() -> None:
    keeper = app(File(GOOD), MemoryStore())
    first, again = await keeper.current(NOW), await keeper.current(NOW)
    assert first.policy == again.policy == policy_of(GOOD)
    assert (first.change, again.change) == (Change.LOADED, Change.UNCHANGED)
    assert first.faults == ()


async def test_a_changed_text_is_in_force_at_the_next_look() -> None:
    file = File(GOOD)
    keeper = app(file, MemoryStore())
    before = await keeper.current(NOW)
    file.text = BETTER
    after = await keeper.current(NOW)
    assert after.change is Change.LOADED
    assert after.policy.clusters[0].pools[0].mode is Mode.ENFORCE
    assert after.version != before.version


async def test_a_text_with_a_fault_keeps_the_last_good_version_in_force() -> None:
    file = File(BETTER)
    keeper = app(file, MemoryStore())
    good = await keeper.current(NOW)
    file.text = BAD
    told, again = await keeper.current(NOW), await keeper.current(NOW)
    assert told.policy == again.policy == policy_of(BETTER)
    assert told.version == good.version
    assert (told.change, again.change) == (Change.REJECTED, Change.UNCHANGED)
    assert [fault.line for fault in told.faults] == [fault.line for fault in again.faults] == [11]


async def test_the_last_good_version_survives_a_restart_with_a_broken_file() -> None:
    store = MemoryStore()
    await app(File(BETTER), store).current(NOW)
    after = await app(File(BAD), store).current(NOW)
    assert (after.policy, after.change) == (policy_of(BETTER), Change.REJECTED)


async def test_a_fault_is_told_by_one_of_many_instances() -> None:
    store = MemoryStore()
    await app(File(GOOD), store).current(NOW)
    changes = [(await app(File(BAD), store).current(NOW)).change for _ in range(3)]
    assert changes == [Change.REJECTED, Change.UNCHANGED, Change.UNCHANGED]


async def test_a_change_is_told_to_one_of_many_that_ask_at_the_same_time() -> None:
    file = File(GOOD)
    keeper = app(file, DistantStore())
    for text, change in ((GOOD, Change.LOADED), (BAD, Change.REJECTED), (BETTER, Change.LOADED)):
        file.text = text
        told = await asyncio.gather(*(keeper.current(NOW) for _ in range(5)))
        assert sorted(one.change for one in told) == sorted([change, *[Change.UNCHANGED] * 4])


async def test_a_restart_with_the_same_text_is_no_change() -> None:
    store = MemoryStore()
    await app(File(GOOD), store).current(NOW)
    assert (await app(File(GOOD), store).current(NOW)).change is Change.UNCHANGED


async def test_a_file_that_is_gone_keeps_the_last_good_version_in_force() -> None:
    store = MemoryStore()
    await app(File(GOOD), store).current(NOW)
    after = await app(File(None), store).current(NOW)
    assert (after.policy, after.change) == (policy_of(GOOD), Change.REJECTED)
    assert "FileNotFoundError" in after.faults[0].found


@pytest.mark.parametrize("text", [BAD, "", None, b"\xff"])
async def test_with_neither_file_nor_last_good_version_everything_is_refused(
    text: str | bytes | None,
) -> None:
    keeper = app(File(text), MemoryStore())
    for _ in range(2):
        with pytest.raises(Refused, match="nothing was done") as caught:
            await keeper.current(NOW)
        assert (caught.value.guard, caught.value.reason) == ("policy", "no_valid_policy")
        assert caught.value.numbers["faults"] == 1


async def test_going_back_to_the_last_good_text_is_told_and_clears_the_faults() -> None:
    store = MemoryStore()
    file = File(GOOD)
    keeper = app(file, store)
    await keeper.current(NOW)
    file.text = BAD
    await keeper.current(NOW)
    assert await store.get(Table.POLICY, PARTITION, REJECTED) is not None
    file.text = GOOD
    assert (await keeper.current(NOW)).change is Change.LOADED
    assert await store.get(Table.POLICY, PARTITION, REJECTED) is None


async def test_a_last_good_version_that_this_app_cannot_read_is_not_obeyed() -> None:
    store = MemoryStore()
    await app(File(GOOD), store).current(NOW)
    row = await store.get(Table.POLICY, PARTITION, LAST_GOOD)
    assert row is not None
    newer = Write(LAST_GOOD, row.body.replace(b"version: 1", b"version: 2"), row.etag)
    await store.write(Table.POLICY, PARTITION, newer)
    with pytest.raises(Refused) as caught:
        await app(File(BAD), store).current(NOW)
    assert "version" in str(caught.value.numbers["last_good"])


async def test_storage_that_does_not_answer_stops_the_change_and_it_is_told_later() -> None:
    store = MemoryStore()
    file = File(GOOD)
    keeper = app(file, store)
    await keeper.current(NOW)
    file.text = BETTER
    store.faults.next("get", Retry("throttled", timedelta(seconds=5)))
    with pytest.raises(Retry):
        await keeper.current(NOW)
    assert (await keeper.current(NOW)).change is Change.LOADED


async def test_a_write_whose_answer_is_lost_ends_with_the_new_text_in_force() -> None:
    store = MemoryStore()
    store.faults.next("write_all", Unknown("the write of the policy"), done=True)
    keeper = app(File(GOOD), store)
    with pytest.raises(Unknown):
        await keeper.current(NOW)
    assert (await keeper.current(NOW)).policy == policy_of(GOOD)


async def test_an_unchanged_text_asks_nothing_of_storage() -> None:
    store = MemoryStore()
    keeper = app(File(GOOD), store)
    await keeper.current(NOW)
    for call in ("get", "write", "write_all", "query"):
        store.faults.always(call, Retry("storage is away", timedelta(seconds=5)))
    assert (await keeper.current(NOW)).policy == policy_of(GOOD)


async def test_a_file_with_a_byte_order_mark_is_kept_and_read_again() -> None:
    store = MemoryStore()
    await app(File(b"\xef\xbb\xbf" + GOOD.encode()), store).current(NOW)
    assert (await app(File(BAD), store).current(NOW)).policy == policy_of(GOOD)
