"""Rows go in and come out unchanged, in order, whatever is in them and whatever they are called."""

from __future__ import annotations

import pytest

from shared.errors import Poison
from shared.ports.store import LARGEST_BODY, LONGEST_KEY, Store, Table, Write

ODD_KEYS = (
    "a/b",
    "a\\b",
    "50%",
    "what?",
    "#1",
    "it's",
    "~",
    "~x",
    "!",
    "a b",
    "ä",
    "a.b",
    "tab\there",
    '"',
    "[]",
    "$&.>",
)


async def test_a_row_that_was_never_written_is_not_there(store: Store) -> None:
    assert await store.get(Table.INVENTORY, "prod", "nobody") is None
    assert await store.query(Table.INVENTORY, "prod", "", "") == ()


async def test_a_row_comes_back_as_it_was_written_with_the_etag_of_the_write(store: Store) -> None:
    etag = await store.write(Table.INVENTORY, "prod", Write("node-1", b'{"a": 1}', None))

    found = await store.get(Table.INVENTORY, "prod", "node-1")

    assert etag
    assert found is not None
    assert (found.row, found.body, found.etag) == ("node-1", b'{"a": 1}', etag)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        bytes(range(256)),
        "{'größe': '𝒳'}".encode(),
        b"line\nline\ttab",
        b"x" * 32_768,
        b"x" * 32_769,
        b"\x00" * 65_536,
        b"\xff" * 65_537,
        b"y" * LARGEST_BODY,
    ],
    ids=lambda body: f"{len(body)} bytes from {body[:4]!r}",
)
async def test_a_body_of_any_bytes_comes_back_unchanged(store: Store, body: bytes) -> None:
    await store.write(Table.AUDIT, "prod", Write("row", body, None))

    found = await store.get(Table.AUDIT, "prod", "row")

    assert found is not None
    assert found.body == body


async def test_a_body_that_shrinks_leaves_nothing_of_the_old_one(store: Store) -> None:
    await store.write(Table.AUDIT, "prod", Write("row", b"\x01" * 200_000, None))
    await store.write(Table.AUDIT, "prod", Write("row", b"short", "*"))

    (found,) = await store.query(Table.AUDIT, "prod", "", "")

    assert found.body == b"short"


async def test_a_body_that_no_row_can_hold_is_poison_and_is_not_written(store: Store) -> None:
    with pytest.raises(Poison, match=str(LARGEST_BODY + 1)):
        await store.write(Table.AUDIT, "prod", Write("row", b"x" * (LARGEST_BODY + 1), None))

    assert await store.get(Table.AUDIT, "prod", "row") is None


async def test_keys_may_hold_characters_that_table_storage_forbids(store: Store) -> None:
    for key in ODD_KEYS:
        await store.write(Table.INVENTORY, f"cluster {key}", Write(key, key.encode(), None))

    for key in ODD_KEYS:
        (found,) = await store.query(Table.INVENTORY, f"cluster {key}", "", "")
        assert (found.row, found.body) == (key, key.encode())
        assert await store.get(Table.INVENTORY, f"cluster {key}", key) == found


async def test_rows_come_back_in_the_order_of_their_keys(store: Store) -> None:
    rows = sorted([*ODD_KEYS, "a", "A", "b", "1", "10", "2", "a0", "a-", "~~", "[", "]", "^", "é"])
    await store.write_all(Table.INVENTORY, "prod", [Write(row, b"{}", None) for row in reversed(rows)])

    found = await store.query(Table.INVENTORY, "prod", "", "")

    assert [stored.row for stored in found] == rows


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("", "", ["a", "a/b", "a0", "b", "c"]),
        ("a", "b", ["a", "a/b", "a0"]),
        ("a/", "a0", ["a/b"]),
        ("a/b", "", ["a/b", "a0", "b", "c"]),
        ("", "a/b", ["a"]),
        ("b", "b", []),
        ("c", "a", []),
    ],
)
async def test_a_range_takes_in_its_first_row_and_leaves_out_its_last(
    store: Store, first: str, last: str, expected: list[str]
) -> None:
    for row in ("b", "a/b", "c", "a", "a0"):
        await store.write(Table.INVENTORY, "prod", Write(row, b"{}", None))

    found = await store.query(Table.INVENTORY, "prod", first, last)

    assert [stored.row for stored in found] == expected


async def test_partitions_and_tables_know_nothing_of_each_other(store: Store) -> None:
    await store.write(Table.INVENTORY, "prod", Write("node", b"1", None))
    await store.write(Table.INVENTORY, "test", Write("node", b"2", None))
    await store.write(Table.LEDGER, "prod", Write("node", b"3", None))

    assert [stored.body for stored in await store.query(Table.INVENTORY, "prod", "", "")] == [b"1"]
    assert [stored.body for stored in await store.query(Table.LEDGER, "prod", "", "")] == [b"3"]


async def test_a_query_goes_on_to_the_end_beyond_one_page(store: Store) -> None:
    names = [f"{number:05}" for number in range(1_050)]
    for start in range(0, len(names), 100):
        writes = [Write(name, b"{}", None) for name in names[start : start + 100]]
        await store.write_all(Table.AUDIT, "prod", writes)

    found = await store.query(Table.AUDIT, "prod", "", "")

    assert [stored.row for stored in found] == names


async def test_an_empty_key_is_a_mistake_and_a_long_one_is_poison(store: Store) -> None:
    with pytest.raises(ValueError, match="empty"):
        await store.get(Table.INVENTORY, "prod", "")
    with pytest.raises(ValueError, match="empty"):
        await store.write(Table.INVENTORY, "", Write("node", b"{}", None))
    with pytest.raises(Poison, match=str(LONGEST_KEY)):
        await store.write(Table.INVENTORY, "prod", Write("n" * (LONGEST_KEY + 1), b"{}", None))
    await store.write(Table.INVENTORY, "/" * LONGEST_KEY, Write("\t" * LONGEST_KEY, b"{}", None))
    assert len(await store.query(Table.INVENTORY, "/" * LONGEST_KEY, "", "")) == 1


@pytest.mark.parametrize("most", [1, 3, 7])
async def test_the_first_rows_of_a_range_can_be_had_alone(store: Store, most: int) -> None:
    keys = sorted(["a", "a b", "a.b", "a/b", "ab", "b"])
    for key in keys:
        await store.write(Table.INVENTORY, "prod", Write(key, b"{}", None))

    found = await store.query(Table.INVENTORY, "prod", "a ", "", most)

    assert [one.row for one in found] == keys[1:][:most]


@pytest.mark.parametrize(
    "hostile",
    [
        "x' or PartitionKey ne 'x",
        "x') or true or ('",
        "' or RowKey ge '",
        "%27 or 1 eq 1",
        "x'; drop",
        "@first",
        "a\x00b",
    ],
)
async def test_a_name_is_never_taken_for_a_part_of_the_question(store: Store, hostile: str) -> None:
    await store.write(Table.INVENTORY, "prod", Write("node-1", b"{}", None))
    await store.write(Table.INVENTORY, hostile, Write(hostile, b"{}", None))

    assert await store.get(Table.INVENTORY, "prod", hostile) is None
    assert [one.row for one in await store.query(Table.INVENTORY, hostile, "", "")] == [hostile]
    assert [one.row for one in await store.query(Table.INVENTORY, hostile, hostile, "", 5)] == [hostile]
    assert await store.query(Table.INVENTORY, hostile, "", hostile) == ()
