"""Typed rows: conditions, moves that are whole or not at all, and rows that cannot be understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Conflict, Poison, Unknown
from shared.memory.store import MemoryStore
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.nodes import Condition
from shared.model.operations import Operation, OperationState, Subject
from shared.model.remedies import Remedy
from shared.ports.store import Table, Write
from shared.records import Change, Records, open_incident_row

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def incident(node: str = "set_1") -> Incident:
    return Incident(f"{node}@1", "prod", "private", node, Condition.GONE, "deleted", AT, AT)


def operation(id: str = "set_1@1-1") -> Operation:
    subject = Subject("set_1", "1", "vm-1", "10.32.0.4", "agent-S1", "10.32.0.4", 0)
    return Operation(id, "prod", "private", "set_1@1", Remedy.REPLACE, subject, "prove_dead", AT, AT, AT)


async def opened(records: Records) -> str:
    return await records.incidents.put("prod", open_incident_row("set_1"), incident(), None)


async def test_what_is_written_comes_back_as_it_was() -> None:
    records = Records(MemoryStore())
    etag = await records.keep_operation(operation(), None)
    kept = await records.running_operation("prod", "set_1@1-1")
    assert kept is not None
    assert (kept.value, kept.etag) == (operation(), etag)


async def test_a_new_row_must_not_exist_yet() -> None:
    records = Records(MemoryStore())
    await opened(records)
    with pytest.raises(Conflict):
        await opened(records)


async def test_a_row_that_was_written_since_it_was_read_is_not_overwritten() -> None:
    records = Records(MemoryStore())
    old = await records.keep_operation(operation(), None)
    new = await records.keep_operation(replace(operation(), attempt=1), old)
    with pytest.raises(Conflict):
        await records.keep_operation(replace(operation(), attempt=9), old)
    await records.keep_operation(replace(operation(), attempt=2), new)
    kept = await records.running_operation("prod", "set_1@1-1")
    assert kept is not None
    assert kept.value.attempt == 2


async def test_a_closed_incident_is_no_longer_open_and_kept_by_its_time() -> None:
    records = Records(MemoryStore())
    etag = await opened(records)
    done = replace(incident(), state=IncidentState.RESOLVED, closed_at=AT + timedelta(minutes=5))
    await records.close_incident("prod", done, etag)
    assert await records.open_incidents("prod") == {}
    assert list(await records.incidents.between("prod", "closed|", "closed}")) == [
        "closed|20261122T030500.000000Z|set_1"
    ]


async def test_a_move_on_an_old_etag_moves_nothing() -> None:
    records = Records(MemoryStore())
    etag = await opened(records)
    await records.incidents.put("prod", open_incident_row("set_1"), replace(incident(), tries=1), etag)
    with pytest.raises(Conflict):
        await records.close_incident("prod", replace(incident(), closed_at=AT), etag)
    assert list(await records.open_incidents("prod")) == ["set_1"]
    assert await records.incidents.between("prod", "closed|", "closed}") == {}


@pytest.mark.parametrize("done", [False, True])
async def test_a_move_whose_answer_is_lost_is_whole_or_not_at_all(done: bool) -> None:
    store = MemoryStore()
    records = Records(store)
    etag = await records.keep_operation(operation(), None)
    store.faults.next("write_all", Unknown("the connection was closed"), done=done)
    with pytest.raises(Unknown):
        await records.close_operation(replace(operation(), state=OperationState.DONE), etag)
    running = await records.running_operation("prod", "set_1@1-1")
    closed = await records.closed_operation("prod", "set_1@1-1")
    assert ((running is None), (closed is None)) == (done, not done)


async def test_what_was_closed_first_stays_when_it_is_begun_and_closed_once_more() -> None:
    records = Records(MemoryStore())
    first = replace(operation(), state=OperationState.DONE, outcome="all tasks run again")
    await records.close_operation(first, await records.keep_operation(operation(), None))
    again = await records.keep_operation(operation(), None)
    await records.close_operation(replace(operation(), state=OperationState.WITHDRAWN), again)
    assert await records.closed_operation("prod", "set_1@1-1") == first
    assert await records.running_operations("prod") == {}


async def test_closing_an_operation_that_another_worker_holds_is_a_conflict() -> None:
    records = Records(MemoryStore())
    old = await records.keep_operation(operation(), None)
    await records.keep_operation(replace(operation(), fence=2), old)
    with pytest.raises(Conflict):
        await records.close_operation(replace(operation(), state=OperationState.DONE), old)
    assert await records.closed_operation("prod", "set_1@1-1") is None


async def test_of_many_rows_those_that_somebody_else_wrote_are_left_alone() -> None:
    records = Records(MemoryStore())
    theirs = await records.ledgers.put("prod", "b", Ledger("b", wanted=7), None)
    changes = [Change(pool, Ledger(pool, wanted=1), None) for pool in "abc"]
    assert await records.ledgers.put_all("prod", changes) == ("b",)
    rows = await records.ledgers.between("prod", "", "")
    assert {row: kept.value.wanted for row, kept in rows.items()} == {"a": 1, "b": 7, "c": 1}
    assert rows["b"].etag == theirs


async def test_more_rows_than_one_transaction_holds_are_all_written() -> None:
    records = Records(MemoryStore())
    changes = [Change(f"pool-{n:03}", Ledger(f"pool-{n:03}"), None) for n in range(230)]
    assert await records.ledgers.put_all("prod", changes) == ()
    assert len(await records.ledgers.between("prod", "", "")) == 230


async def test_a_change_without_a_value_deletes() -> None:
    records = Records(MemoryStore())
    etag = await records.ledgers.put("prod", "a", Ledger("a"), None)
    assert await records.ledgers.put_all("prod", [Change[Ledger]("a", None, etag)]) == ()
    assert await records.ledgers.get("prod", "a") is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"pool": 7}', b'{"pool": "a", "wanted": "many"}'])
async def test_a_row_that_this_version_cannot_read_is_told_by_its_name(body: bytes) -> None:
    store = MemoryStore()
    await store.write(Table.LEDGER, "prod", Write("a", body, None))
    with pytest.raises(Poison, match="row a of table Ledger is not what this version writes"):
        await Records(store).ledgers.get("prod", "a")


async def test_open_and_closed_rows_of_a_cluster_do_not_mix_with_another_cluster_s() -> None:
    records = Records(MemoryStore())
    await opened(records)
    await records.incidents.put("test", open_incident_row("set_2"), incident("set_2"), None)
    assert list(await records.open_incidents("prod")) == ["set_1"]
    assert list(await records.open_incidents("test")) == ["set_2"]


async def test_an_operation_that_runs_is_not_begun_again() -> None:
    records = Records(MemoryStore())
    await records.begin_operation(operation())
    with pytest.raises(Conflict):
        await records.begin_operation(operation())


async def test_an_operation_that_is_over_is_not_begun_again_by_who_slept_through_it() -> None:
    records = Records(MemoryStore())
    etag = await records.begin_operation(operation())
    await records.close_operation(replace(operation(), state=OperationState.WITHDRAWN), etag)
    with pytest.raises(Conflict):
        await records.begin_operation(operation())
    assert await records.running_operations("prod") == {}
