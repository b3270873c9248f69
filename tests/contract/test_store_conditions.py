"""Writes are conditional: of two that rest on the same reading, one wins, alone or as part of a transaction."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import Conflict, Poison
from shared.ports.store import LARGEST_TRANSACTION, Store, Table, Write

OLD_ETAG = "W/\"datetime'2026-01-01T00%3A00%3A00.0000000Z'\""


async def test_inserting_a_row_that_is_there_is_a_conflict_and_changes_nothing(store: Store) -> None:
    await store.write(Table.INCIDENTS, "prod", Write("row", b"first", None))

    with pytest.raises(Conflict, match="row"):
        await store.write(Table.INCIDENTS, "prod", Write("row", b"second", None))

    assert await body(store, "row") == b"first"


async def test_of_ten_inserts_at_once_one_wins(store: Store) -> None:
    writes = [store.write(Table.INCIDENTS, "prod", Write("row", b"%d" % n, None)) for n in range(10)]

    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1


async def test_a_replacement_needs_the_etag_of_what_is_there(store: Store) -> None:
    first = await store.write(Table.INCIDENTS, "prod", Write("row", b"1", None))
    second = await store.write(Table.INCIDENTS, "prod", Write("row", b"2", first))

    with pytest.raises(Conflict):
        await store.write(Table.INCIDENTS, "prod", Write("row", b"3", first))

    assert second != first
    assert await body(store, "row") == b"2"


async def test_the_same_body_again_still_gets_a_new_etag(store: Store) -> None:
    first = await store.write(Table.INCIDENTS, "prod", Write("row", b"same", None))
    second = await store.write(Table.INCIDENTS, "prod", Write("row", b"same", first))

    assert second != first


async def test_replacing_or_deleting_a_row_that_is_gone_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.write(Table.INCIDENTS, "prod", Write("row", b"1", OLD_ETAG))
    with pytest.raises(Conflict):
        await store.write(Table.INCIDENTS, "prod", Write("row", None, OLD_ETAG))
    etag = await store.write(Table.INCIDENTS, "prod", Write("row", b"1", None))
    await store.write(Table.INCIDENTS, "prod", Write("row", None, etag))

    with pytest.raises(Conflict):
        await store.write(Table.INCIDENTS, "prod", Write("row", b"2", etag))
    with pytest.raises(Conflict):
        await store.write(Table.INCIDENTS, "prod", Write("row", None, etag))
    assert await store.get(Table.INCIDENTS, "prod", "row") is None


async def test_a_delete_needs_the_etag_of_what_is_there(store: Store) -> None:
    first = await store.write(Table.INCIDENTS, "prod", Write("row", b"1", None))
    second = await store.write(Table.INCIDENTS, "prod", Write("row", b"2", first))

    with pytest.raises(Conflict):
        await store.write(Table.INCIDENTS, "prod", Write("row", None, first))
    assert await body(store, "row") == b"2"

    assert await store.write(Table.INCIDENTS, "prod", Write("row", None, second)) == ""
    assert await store.get(Table.INCIDENTS, "prod", "row") is None


async def test_a_star_takes_whatever_is_there_or_nothing(store: Store) -> None:
    assert await store.write(Table.INCIDENTS, "prod", Write("row", None, "*")) == ""
    await store.write(Table.INCIDENTS, "prod", Write("row", b"1", "*"))
    await store.write(Table.INCIDENTS, "prod", Write("row", b"2", "*"))
    assert await body(store, "row") == b"2"

    await store.write(Table.INCIDENTS, "prod", Write("row", None, "*"))
    assert await store.write(Table.INCIDENTS, "prod", Write("row", None, "*")) == ""
    assert await store.get(Table.INCIDENTS, "prod", "row") is None


async def test_a_transaction_writes_all_and_returns_etags_in_order(store: Store) -> None:
    old = await store.write(Table.INCIDENTS, "prod", Write("b", b"old", None))
    doomed = await store.write(Table.INCIDENTS, "prod", Write("c", b"doomed", None))

    etags = await store.write_all(
        Table.INCIDENTS,
        "prod",
        [Write("a", b"1", None), Write("b", b"2", old), Write("c", None, doomed), Write("d", b"4", "*")],
    )

    found = await store.query(Table.INCIDENTS, "prod", "", "")
    assert [(stored.row, stored.body) for stored in found] == [("a", b"1"), ("b", b"2"), ("d", b"4")]
    assert [stored.etag for stored in found] == [etags[0], etags[1], etags[3]]
    assert etags[2] == ""


@pytest.mark.parametrize(
    "hopeless",
    [
        Write("there", b"x", None),
        Write("there", b"x", OLD_ETAG),
        Write("there", None, OLD_ETAG),
        Write("gone", b"x", OLD_ETAG),
        Write("gone", None, OLD_ETAG),
    ],
    ids=["insert", "replace", "delete", "replace-gone", "delete-gone"],
)
async def test_one_conflict_keeps_a_whole_transaction_from_being_written(
    store: Store, hopeless: Write
) -> None:
    await store.write(Table.INCIDENTS, "prod", Write("there", b"1", None))

    with pytest.raises(Conflict):
        await store.write_all(
            Table.INCIDENTS, "prod", [Write("new", b"1", None), hopeless, Write("z", b"", "*")]
        )

    assert [stored.row for stored in await store.query(Table.INCIDENTS, "prod", "", "")] == ["there"]


async def test_a_transaction_may_delete_what_is_not_there(store: Store) -> None:
    writes = [Write("a", None, "*"), Write("b", b"1", None), Write("c", None, "*")]

    etags = await store.write_all(Table.INCIDENTS, "prod", writes)

    assert (etags[0], etags[2]) == ("", "")
    assert await body(store, "b") == b"1"
    assert await store.write_all(Table.LEDGER, "prod", [Write("a", None, "*"), Write("c", None, "*")]) == (
        "",
        "",
    )


async def test_a_transaction_takes_a_hundred_rows_and_no_row_twice(store: Store) -> None:
    await store.write_all(Table.INCIDENTS, "prod", [Write(f"{n:03}", b"{}", None) for n in range(100)])
    assert len(await store.query(Table.INCIDENTS, "prod", "", "")) == 100

    with pytest.raises(ValueError, match="at most 100"):
        await store.write_all(Table.INCIDENTS, "prod", [Write(f"x{n}", b"{}", None) for n in range(101)])
    with pytest.raises(ValueError, match="different rows"):
        await store.write_all(Table.INCIDENTS, "prod", [Write("x", b"1", None), Write("x", b"2", "*")])


async def test_a_transaction_may_be_as_large_as_the_port_says(store: Store) -> None:
    part = LARGEST_TRANSACTION // 4
    await store.write_all(Table.AUDIT, "prod", [Write(f"{n}", b"\xee" * part, None) for n in range(4)])

    with pytest.raises(Poison, match=str(LARGEST_TRANSACTION + 4)):
        await store.write_all(
            Table.AUDIT, "prod", [Write(f"x{n}", b"x" * (part + 1), None) for n in range(4)]
        )
    assert [len(stored.body) for stored in await store.query(Table.AUDIT, "prod", "", "")] == [part] * 4


async def test_no_writes_do_nothing(store: Store) -> None:
    assert await store.write_all(Table.AUDIT, "prod", []) == ()


async def test_deleting_a_row_that_must_not_exist_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="deleted"):
        await store.write(Table.AUDIT, "prod", Write("row", None, None))


async def body(store: Store, row: str) -> bytes | None:
    found = await store.get(Table.INCIDENTS, "prod", row)
    return found.body if found else None
