"""Where a time begins in an audit that grows fast and slowly by turns is found with a few reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.audit import AuditLog
from shared.audit.month import partition_of, row_of
from shared.desk.asked import OfAudit
from shared.desk.audit import story_about
from shared.desk.audit_pages import NEAR, audit, numbers_around
from shared.desk.pages import SCANNED
from shared.memory.store import MemoryStore
from shared.model.audit import AuditKind, AuditRecord
from shared.ports.store import Stored, Table, Write
from tests.desk.offices import office_of
from tests.scene import START, Scene

CLUSTER = "prod"
BURSTS = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 60_000)), min_size=1, max_size=8)


async def written(store: MemoryStore, bursts: list[tuple[int, int]]) -> list[int]:
    """So many entries at such a distance in milliseconds, one burst after the other; the times of all."""
    times: list[int] = []
    at = 0
    for count, step in bursts:
        for _ in range(count):
            at += step
            times.append(at)
    records = [
        AuditRecord(
            START + timedelta(milliseconds=at), CLUSTER, AuditKind.JUDGED, f"n{number % 3}", f"entry {number}"
        )
        for number, at in enumerate(times)
    ]
    await AuditLog(store).append(CLUSTER, records)
    return times


@given(bursts=BURSTS, share=st.floats(-0.1, 1.1))
@settings(max_examples=60, deadline=None)
async def test_it_lies_between_two_numbers_that_are_near_each_other(
    bursts: list[tuple[int, int]], share: float
) -> None:
    store = MemoryStore()
    times = await written(store, bursts)
    at = int(share * times[-1])
    low, high = await numbers_around(store, (CLUSTER, START), START + timedelta(milliseconds=at))
    before = sum(one < at for one in times)
    assert low <= before + 1 <= high or high == low == 1 == before + 1
    assert high - low <= NEAR


class Counting(MemoryStore):
    """Counts what is asked of it."""

    asked = rows = 0

    async def get(self, table: Table, partition: str, row: str) -> Stored | None:
        self.asked += 1
        return await super().get(table, partition, row)

    async def query(
        self, table: Table, partition: str, first: str, last: str, most: int | None = None
    ) -> tuple[Stored, ...]:
        found = await super().query(table, partition, first, last, most)
        self.asked, self.rows = self.asked + 1, self.rows + len(found)
        return found


async def test_few_reads_are_enough() -> None:
    store = Counting()
    await written(store, [(5000, 1000), (5000, 60_000)])
    store.asked = 0
    low, high = await numbers_around(store, (CLUSTER, START), START + timedelta(seconds=4000))
    assert low <= 4000 <= high
    assert store.asked <= 12


async def test_where_entries_came_evenly_five_reads_are_enough() -> None:
    store = Counting()
    await written(store, [(9000, 1000)])
    store.asked = 0
    low, high = await numbers_around(store, (CLUSTER, START), START + timedelta(seconds=2500))
    assert low <= 2500 <= high
    assert store.asked <= 5


async def test_a_page_of_what_fits_of_a_long_audit_is_few_reads_of_few_rows() -> None:
    store = Counting()
    await written(store, [(9000, 10_000)])
    store.asked = store.rows = 0
    since = START + timedelta(hours=5)
    wanted = OfAudit(since=since, until=since + timedelta(minutes=20))
    page = await audit(store, CLUSTER, wanted, START + timedelta(hours=30))
    assert (len(page.items), bool(page.next)) == (100, True)
    assert store.asked <= 6
    assert store.rows <= SCANNED


async def test_the_story_of_a_node_looks_through_the_newest_entries_at_once() -> None:
    store = Counting()
    await written(store, [(9000, 1000)])
    store.asked = store.rows = 0
    times = START + timedelta(seconds=8900), START + timedelta(hours=3)
    story = await story_about(store, CLUSTER, "n1", times, SCANNED)
    assert len(story.entries) == 34
    assert (store.asked, store.rows) == (2, SCANNED)


@pytest.mark.parametrize("missing", [1, 700])
async def test_where_entries_are_missing_everything_is_looked_through(missing: int) -> None:
    store = MemoryStore()
    await written(store, [(1400, 10_000)])
    await store.write(Table.AUDIT, partition_of(CLUSTER, START), Write(row_of(missing), None, "*"))
    until = START + timedelta(hours=3)
    story = await story_about(store, CLUSTER, "n1", (START + timedelta(seconds=6000), until))
    assert len(story.entries) == sum(6000 <= 10 * n <= 10800 for n in range(2, 1401, 3))


async def test_a_story_that_is_too_long_says_that_it_is_not_whole() -> None:
    store = MemoryStore()
    await written(store, [(900, 1000)])
    times = START, START + timedelta(hours=1)
    assert (await story_about(store, CLUSTER, "n1", times)).is_whole
    cut = await story_about(store, CLUSTER, "n1", times, 90)
    assert (len(cut.entries), cut.is_whole) == (30, False)


async def test_an_entry_that_cannot_be_read_is_left_out_of_pages() -> None:
    scene = Scene(agents=3)
    log = AuditLog(scene.store)
    await log.append(CLUSTER, [AuditRecord(START, CLUSTER, AuditKind.JUDGED, "n", f"{n}") for n in range(5)])
    await scene.store.write(
        Table.AUDIT, partition_of(CLUSTER, START), Write(row_of(3), b'{"number": "x"}', "*")
    )
    page = await office_of(scene).audit(CLUSTER, OfAudit())
    assert [one.number for one in page.items] == [5, 4, 2, 1]
