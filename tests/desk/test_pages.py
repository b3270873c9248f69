"""Long lists, a page at a time: nothing is told twice or left out, and nothing is believed that comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit import AuditLog
from shared.desk.asked import OfAudit, OfIncidents, OfNodes, OfOperations, OfQuarantine, Stage
from shared.desk.pages import Page, key_of, token_of
from shared.desk.told import Told
from shared.model.audit import AuditKind, AuditRecord
from shared.model.nodes import NodeMemory
from shared.records import Change
from shared.records.quarantine import quarantine
from tests.desk.offices import office_of
from tests.scene import START, Scene


async def all_of[T](ask: Callable[[str], Awaitable[Page[T]]], most: int = 50) -> list[T]:
    """All pages together."""
    found: list[T] = []
    after = ""
    for _ in range(most):
        page = await ask(after)
        found += page.items
        after = page.next
        if not after:
            return found
    raise AssertionError("it does not end")


async def crowded(nodes: int = 1200) -> Scene:
    scene = Scene(agents=3)
    await scene.after(minutes=2)
    names = [f"{'public' if number % 50 == 0 else 'private'}-{number:05d}" for number in range(nodes)]
    memories = [NodeMemory(name, name.split("-")[0], name, name, START, joined_at=START) for name in names]
    changes = [Change(memory.name, memory, None) for memory in memories]
    await scene.reader.inventory.put_all("prod", changes)
    return scene


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
async def test_nodes_come_once_each_and_in_order(limit: int) -> None:
    office = office_of(await crowded(20 if limit == 1 else 300))
    told = await all_of(lambda after: office.nodes("prod", OfNodes(limit=limit, after=after)))
    names = [one.name for one in told]
    assert names == sorted(set(names))
    assert len(names) == (23 if limit == 1 else 303)


async def test_nodes_of_one_kind_are_found_among_many_others() -> None:
    office = office_of(await crowded())
    told = await all_of(lambda after: office.nodes("prod", OfNodes(pool="public", limit=5, after=after)))
    assert len(told) == 24
    assert {one.pool for one in told} == {"public"}
    by_text = await all_of(lambda after: office.nodes("prod", OfNodes(text="-0110", limit=3, after=after)))
    assert len(by_text) == 10


async def test_a_node_of_which_only_an_incident_is_left_is_told() -> None:
    scene = await crowded(10)
    scene.agent_dies(1)
    await scene.after(minutes=3)
    await scene.reader.inventory.put_all("prod", [Change[NodeMemory](scene.name(1), None, "*")])
    office = office_of(scene)
    told = await all_of(lambda after: office.nodes("prod", OfNodes(limit=2, after=after)))
    assert [one.name for one in told].count(scene.name(1)) == 1


async def test_closed_incidents_come_newest_first_and_once_each() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))
        await scene.after(minutes=45)
    office = office_of(scene)
    told = await all_of(
        lambda after: office.incidents("prod", OfIncidents(state=Stage.CLOSED, limit=1, after=after))
    )
    at = [one.incident.closed_at for one in told]
    assert len(at) == len(set(at)) >= 3
    assert at == sorted(at, key=lambda one: one or START, reverse=True)


async def test_the_audit_goes_on_where_a_page_ended_over_months() -> None:
    scene = Scene(agents=3)
    log = AuditLog(scene.store)
    for month, count in ((0, 150), (40, 20), (75, 130)):
        at = START + timedelta(days=month)
        records = [
            AuditRecord(at + timedelta(seconds=n), "prod", AuditKind.JUDGED, f"n{n % 10}", f"{month} {n}")
            for n in range(count)
        ]
        await log.append("prod", records)
    scene.clock.advance(timedelta(days=80))
    office = office_of(scene)
    told = await all_of(lambda after: office.audit("prod", OfAudit(limit=40, after=after)))
    assert len(told) == 300
    times = [one.record.at for one in told]
    assert times == sorted(times, reverse=True)
    since, until = START + timedelta(days=40, seconds=5), START + timedelta(days=75, seconds=10)
    some = await all_of(lambda after: office.audit("prod", OfAudit(since=since, until=until, after=after)))
    assert len(some) == 25
    of_one = await all_of(lambda after: office.audit("prod", OfAudit(subject="n3", limit=4, after=after)))
    assert len(of_one) == 30


async def test_the_quarantine_comes_newest_first() -> None:
    scene = Scene(agents=3)
    rows = [
        await quarantine(scene.store, "event_grid", "no event", f"{n}", START - n * timedelta(hours=7))
        for n in range(30)
    ]
    office = office_of(scene)
    told = await all_of(lambda after: office.quarantine(OfQuarantine(limit=4, after=after)))
    assert [one.row for one in told] == rows


@given(st.text(max_size=200))
def test_a_token_is_one_of_ours_or_refused(token: str) -> None:
    with suppress(Told):
        assert token_of(key_of(token)) == token


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_limit_has_its_limits(limit: int) -> None:
    scene = Scene(agents=3)
    await scene.after(minutes=2)
    with pytest.raises(Told):
        await office_of(scene).nodes("prod", OfNodes(limit=limit))


@given(st.text(max_size=60))
async def test_whatever_a_token_names_nothing_but_the_list_is_read(key: str) -> None:
    scene = Scene(agents=3)
    await scene.after(seconds=70)
    office, after = office_of(scene), token_of(key)
    for ask in (
        lambda: office.nodes("prod", OfNodes(after=after)),
        lambda: office.incidents("prod", OfIncidents(after=after)),
        lambda: office.incidents("prod", OfIncidents(after=after, state=Stage.CLOSED)),
        lambda: office.operations("prod", OfOperations(after=after)),
        lambda: office.audit("prod", OfAudit(after=after)),
        lambda: office.quarantine(OfQuarantine(after=after)),
    ):
        with suppress(Told):
            assert len((await ask()).items) <= 100
