"""Whoever edits, deletes, moves or inserts an entry breaks the chain at that place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.audit import Break, Entry, verify
from shared.audit.chain import link
from shared.model.audit import AuditKind, AuditRecord

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def records(count: int) -> list[AuditRecord]:
    return [
        AuditRecord(
            AT + timedelta(seconds=n), "prod", AuditKind.STEP, f"node_{n}", f"step {n}", data={"n": n}
        )
        for n in range(count)
    ]


def chain(count: int, before: str = "") -> list[Entry]:
    entries: list[Entry] = []
    for number, record in enumerate(records(count), 1):
        entries.append(link(record, number, before))
        before = entries[-1].digest
    return entries


def edits(record: AuditRecord) -> Iterator[AuditRecord]:
    """The record with each of its fields changed, one at a time."""
    yield replace(record, at=record.at + timedelta(microseconds=1))
    yield replace(record, cluster="test")
    yield replace(record, kind=AuditKind.REFUSED)
    yield replace(record, subject=record.subject + "0")
    yield replace(record, text=record.text + " ")
    yield replace(record, incident="another")
    yield replace(record, operation="another")
    yield replace(record, data={"n": -1})
    yield replace(record, data={})


def test_an_untouched_chain_holds() -> None:
    assert verify(chain(5), "") == ()
    assert verify([], "") == ()
    assert verify(chain(3, "digest of the month before"), "digest of the month before") == ()


@pytest.mark.parametrize("place", range(5))
def test_every_edit_of_every_field_of_every_entry_is_found(place: int) -> None:
    for edited in edits(records(5)[place]):
        entries = chain(5)
        entries[place] = replace(entries[place], record=edited)
        assert verify(entries, "") == (Break(place + 1, "its record was changed"),)


@pytest.mark.parametrize("place", range(5))
def test_an_edit_with_a_new_digest_breaks_the_chain_behind_it(place: int) -> None:
    entries = chain(5)
    forged = replace(entries[place].record, text="nothing happened")
    entries[place] = link(forged, entries[place].number, entries[place].before)
    found = {one.number for one in verify(entries, "")}
    assert found == ({place + 2} if place < 4 else set()), "the last one is guarded by the head alone"


@pytest.mark.parametrize("place", range(4))
def test_every_deletion_is_found(place: int) -> None:
    entries = chain(5)
    del entries[place]
    assert [one.number for one in verify(entries, "")] == [place + 2, place + 2]


def test_a_deletion_that_renumbers_the_rest_is_found_too() -> None:
    entries = chain(5)
    del entries[2]
    entries[2:] = [replace(entry, number=entry.number - 1) for entry in entries[2:]]
    assert verify(entries, "") != ()


@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("second", range(5))
def test_every_exchange_is_found(first: int, second: int) -> None:
    entries = chain(5)
    entries[first], entries[second] = entries[second], entries[first]
    assert (verify(entries, "") == ()) == (first == second)


@pytest.mark.parametrize("place", range(5))
def test_every_insertion_is_found(place: int) -> None:
    entries = chain(5)
    before = entries[place - 1].digest if place else ""
    entries.insert(place, link(records(1)[0], place + 1, before))
    assert verify(entries, "") != ()
    doubled = chain(5)
    doubled.insert(place, doubled[place])
    assert verify(doubled, "") != ()


def test_a_chain_that_follows_another_month_than_it_says_is_found() -> None:
    assert verify(chain(3), "digest of the month before") == (
        Break(1, "it does not follow the entry before it"),
    )
