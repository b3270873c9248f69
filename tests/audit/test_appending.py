"""The log over a store: order, several writers, lost answers, and the turn of a month."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.audit import AuditLog, verify
from shared.errors import Conflict, Retry, Unknown
from shared.memory.store import MemoryStore
from shared.model.audit import AuditKind, AuditRecord
from tests.watched import Call, Interleaved, watched

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LOST = Unknown("the connection was closed")


def record(text: str, at: datetime = AT) -> AuditRecord:
    return AuditRecord(at, "prod", AuditKind.STEP, "node", text)


async def texts(store: MemoryStore, month: datetime = AT) -> list[str]:
    return [entry.record.text for entry in await AuditLog(store).read("prod", month)]


async def test_entries_come_back_in_the_order_in_which_they_were_told() -> None:
    store = MemoryStore()
    log = AuditLog(store)
    await log.append("prod", [record("1"), record("2")])
    await log.append("prod", [])
    await log.append("prod", [record("3")])
    assert await texts(store) == ["1", "2", "3"]


async def test_more_records_than_one_transaction_holds_are_all_kept() -> None:
    store = MemoryStore()
    await AuditLog(store).append("prod", [record(str(n)) for n in range(250)])
    assert await texts(store) == [str(n) for n in range(250)]
    assert verify(await AuditLog(store).read("prod", AT), "") == ()


async def test_clusters_have_chains_of_their_own() -> None:
    store = MemoryStore()
    log = AuditLog(store)
    await log.append("prod", [record("1")])
    await log.append("test", [record("2")])
    assert [entry.number for entry in await log.read("test", AT)] == [1]
    assert await texts(store) == ["1"]


@pytest.mark.parametrize("seed", range(5))
async def test_many_writers_at_once_lose_nothing_and_keep_the_chain(seed: int) -> None:
    store = MemoryStore()
    logs = [AuditLog(watched("store", store, Interleaved(seed))) for _ in range(3)]
    told = [f"{writer} {n}" for n in range(20) for writer in range(3)]
    await asyncio.gather(
        *(logs[writer].append("prod", [record(f"{writer} {n}")]) for n in range(20) for writer in range(3))
    )
    assert Counter(await texts(store)) == Counter(told)
    assert verify(await AuditLog(store).read("prod", AT), "") == ()


async def test_a_hundred_at_once_in_one_process_wait_for_each_other() -> None:
    store = MemoryStore()
    log = AuditLog(watched("store", store, Interleaved(1)))
    await asyncio.gather(*(log.append("prod", [record(str(n))]) for n in range(100)))
    assert len(await texts(store)) == 100


@pytest.mark.parametrize("done", [False, True], ids=["before it was written", "after it was written"])
async def test_a_lost_answer_neither_loses_nor_doubles_a_record(done: bool) -> None:
    store = MemoryStore()
    log = AuditLog(store)
    await log.append("prod", [record("1")])
    store.faults.next("write_all", LOST, done=done)
    await log.append("prod", [record("2"), record("3")])
    await log.append("prod", [record("4")])
    assert await texts(store) == ["1", "2", "3", "4"]
    assert verify(await log.read("prod", AT), "") == ()


async def test_a_lost_answer_does_not_double_even_if_somebody_has_written_since() -> None:
    store = MemoryStore()
    other = AuditLog(store)

    async def another_writes_before_the_answer_is_missed(call: Call) -> Any:
        answer = await call.go()
        if call.name == "store.write_all" and "mine" not in await texts(store):
            return answer
        if call.name == "store.write_all" and "other" not in await texts(store):
            await other.append("prod", [record("other")])
            raise LOST
        return answer

    await AuditLog(watched("store", store, another_writes_before_the_answer_is_missed)).append(
        "prod", [record("mine")]
    )
    assert await texts(store) == ["mine", "other"]


async def test_a_head_that_somebody_else_moved_is_read_again() -> None:
    store = MemoryStore()
    one, other = AuditLog(store), AuditLog(store)
    for n in range(3):
        await one.append("prod", [record(f"one {n}")])
        await other.append("prod", [record(f"other {n}")])
    assert len(await texts(store)) == 6
    assert verify(await one.read("prod", AT), "") == ()


async def test_a_month_follows_the_last_entry_of_the_month_before() -> None:
    store = MemoryStore()
    log = AuditLog(store)
    december = AT + timedelta(days=10)
    await log.append("prod", [record("november")])
    await log.append("prod", [record("december", december), record("still", december)])
    (november,) = await log.read("prod", AT)
    entries = await log.read("prod", december)
    assert [entry.number for entry in entries] == [1, 2]
    assert verify(entries, november.digest) == ()
    assert verify(entries, "") != ()


async def test_the_turn_of_the_year_is_a_turn_of_a_month() -> None:
    store = MemoryStore()
    log = AuditLog(store)
    eve, new_year = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    await log.append("prod", [record("old", eve)])
    await log.append("prod", [record("new", new_year)])
    (old,) = await log.read("prod", eve)
    assert verify(await log.read("prod", new_year), old.digest) == ()


async def test_a_log_that_can_never_win_says_so() -> None:
    store = MemoryStore()
    store.faults.always("write_all", Conflict("the head"))
    with pytest.raises(Retry, match="too many at once"):
        await AuditLog(store).append("prod", [record("1")])


async def test_who_follows_the_log_reads_only_what_is_new() -> None:
    store = MemoryStore()
    log = AuditLog(store)
    await log.append("prod", [record(str(n)) for n in range(4)])
    assert [entry.record.text for entry in await log.read("prod", AT, after=2)] == ["2", "3"]


async def test_what_is_told_late_stands_in_the_month_that_has_begun_and_breaks_no_chain() -> None:
    """One worker has told something of the last second of a month, another one of the next month was faster."""
    store = MemoryStore()
    late, fast = AuditLog(store), AuditLog(store)
    last, first = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    await late.append("prod", [record("1", last)])
    await fast.append("prod", [record("2", first)])
    await late.append("prod", [record("3", last)])
    await fast.append("prod", [record("4", first)])
    november, december = await late.read("prod", last), await late.read("prod", first)
    assert [entry.record.text for entry in (*november, *december)] == ["1", "2", "3", "4"]
    assert verify(november, "") == ()
    assert verify(december, november[-1].digest) == ()


@pytest.mark.parametrize("seed", range(5))
async def test_many_writers_at_the_turn_of_a_month_keep_the_chain(seed: int) -> None:
    store = MemoryStore()
    logs = [AuditLog(watched("store", store, Interleaved(seed))) for _ in range(3)]
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    times = [midnight + timedelta(seconds=second) for second in range(-4, 4)]
    await logs[0].append("prod", [record("before", times[0])])
    told = [
        log.append("prod", [record(f"{writer} {at}", at)]) for at in times for writer, log in enumerate(logs)
    ]
    await asyncio.gather(*told)
    november, december = await logs[0].read("prod", times[0]), await logs[0].read("prod", midnight)
    assert len(november) + len(december) == 25
    assert verify(november, "") == ()
    assert verify(december, november[-1].digest) == ()
