"""An operator reads the audit, and asks whether it is as it was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from shared.audit import AuditLog, Entry
from shared.memory.store import MemoryStore
from shared.model.audit import AuditKind, AuditRecord
from shared.ports.store import Table, Write
from tests.cli.typed import asked, data_of, words_of
from tests.scene import START, Scene

PARTITION = "prod|2026-11"


async def story() -> Scene:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    return scene


async def entry_of(store: MemoryStore, number: int) -> Entry:
    stored = await store.get(Table.AUDIT, PARTITION, f"{number:012d}")
    assert stored is not None
    return msgspec.json.decode(stored.body, type=Entry)


async def write(store: MemoryStore, row: str, body: bytes | None) -> None:
    await store.write(Table.AUDIT, PARTITION, Write(row, body, "*"))


async def test_the_tail_shows_the_newest_entries_in_order() -> None:
    scene = await story()
    result = await asked(scene, "audit", "tail", "-n", "2", width=160)
    (_, first, second) = result.stdout.splitlines()
    assert "verify: all 2 tasks that it had run again" in first
    assert "operation done: all 2 tasks that it had run again" in second


async def test_the_tail_as_data_has_the_records_with_their_hashes() -> None:
    entries = data_of(await asked(await story(), "audit", "tail", "-n", "3", "--json"))
    assert [entry["record"]["kind"] for entry in entries] == ["step", "step", "closed"]
    assert entries[1]["before"] == entries[0]["digest"]


async def test_what_belongs_to_no_cluster_is_in_the_tail() -> None:
    assert "policy loaded" in (await asked(await story(), "audit", "tail", "-n", "1000")).stdout


async def test_the_tail_reaches_back_into_the_month_before() -> None:
    scene = await story()
    scene.clock.advance(timedelta(days=12))
    assert "operation done" in (await asked(scene, "audit", "tail", "-n", "1", "--cluster", "prod")).stdout


async def test_an_audit_as_it_was_written_is_whole() -> None:
    scene = await story()
    result = await asked(scene, "audit", "verify")
    assert result.exit_code == 0
    assert f"prod 2026-11 {len(await scene.audit())} entries whole" in words_of(result)
    assert "(no cluster) 2026-11 1 entry whole" in words_of(result)


async def test_the_chain_is_followed_from_month_to_month() -> None:
    scene = await story()
    december = AuditRecord(START + timedelta(days=12), "prod", AuditKind.HEARD, "private", "something")
    await AuditLog(scene.store).append("prod", [december])
    scene.clock.advance(timedelta(days=12))
    assert (await asked(scene, "audit", "verify")).exit_code == 0
    last = len(await scene.audit())
    await write(scene.store, f"{last:012d}", None)
    await write(scene.store, "head", None)
    for number in range(1, last):
        await write(scene.store, f"{number:012d}", None)
    result = await asked(scene, "audit", "verify")
    assert result.exit_code == 1
    assert "prod 2026-12, entry 1: it does not follow the entry before it" in words_of(result)


async def test_one_month_alone_is_verified_against_the_one_before() -> None:
    scene = await story()
    december = AuditRecord(START + timedelta(days=12), "prod", AuditKind.HEARD, "private", "something")
    await AuditLog(scene.store).append("prod", [december])
    scene.clock.advance(timedelta(days=12))
    answer = data_of(await asked(scene, "audit", "verify", "--months", "1", "--cluster", "prod", "--json"))
    assert answer["is_whole"] is True
    assert [(month["month"], month["entries"]) for month in answer["months"]] == [("2026-12", 1)]


def edited(entry: Entry) -> bytes:
    record = msgspec.structs.replace(entry.record, text="nothing happened")
    return msgspec.json.encode(msgspec.structs.replace(entry, record=record))


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (edited, "entry 5: its record was changed"),
        (lambda entry: None, "entry 6: entry 5 should stand here"),
        (lambda entry: b"{}", "entry 5: it can not be read as an entry"),
    ],
)
async def test_an_entry_that_was_touched_is_found(what: Callable[[Entry], bytes | None], told: str) -> None:
    scene = await story()
    await write(scene.store, f"{5:012d}", what(await entry_of(scene.store, 5)))
    result = await asked(scene, "audit", "verify")
    assert result.exit_code == 1
    assert told in words_of(result)


async def test_entries_cut_off_at_the_end_are_missed() -> None:
    scene = await story()
    last = len(await scene.audit())
    await write(scene.store, f"{last:012d}", None)
    result = await asked(scene, "audit", "verify")
    assert result.exit_code == 1
    assert f"entry {last}: it should be the last one and is not" in words_of(result)


async def test_a_head_that_was_taken_away_is_missed() -> None:
    scene = await story()
    await write(scene.store, "head", None)
    assert (await asked(scene, "audit", "verify", "--json")).exit_code == 1
